import LegworkCommands
import LegworkCore
import LegworkEventLoop

/// A program that a channel runs for every piece, without a shell. It is ended with all that it has started when the piece's time is over.
struct ChannelProgram: Sendable {
    /// How a run ended.
    struct End: Sendable, Hashable {
        /// Nil when a signal ended it.
        var exit: ProcessExit?
        /// The last line that it wrote, cut to be short, and without secrets.
        var lastLine: String
    }

    /// How much of the last line is told, in bytes.
    private static let maximumLineBytes = 200
    /// How much of what it writes is looked at, in bytes.
    private static let tailBytes = 16 << 10

    private let argv: [String]
    private let redactor: SecretRedactor
    private let configuration: RunCommandConfiguration
    private let launcher: LocalCommandLauncher

    /// - Parameter secrets: what is not told of what it writes.
    init(_ argv: [String], secrets: [String] = [], loop: EventLoop) {
        self.argv = argv
        redactor = SecretRedactor(secrets)
        configuration = RunCommandConfiguration(
            allowsShell: false,
            defaultDirectory: "/",
            tailBytes: Self.tailBytes,
            cancelGrace: .seconds(2)
        )
        launcher = LocalCommandLauncher(loop: loop, configuration: configuration)
    }

    /// Looks whether there is such a program.
    func check() throws(CommandError) { _ = try request([], "", [:]) }

    /// Runs it.
    ///
    /// - Parameters:
    ///   - arguments: stand after its own.
    ///   - input: what it reads.
    ///   - environment: is added to that of this process.
    func run(_ arguments: [String] = [], input: String = "", environment: [String: String] = [:]) async throws(ChannelError) -> End {
        let command = try await launch(arguments, input, environment)
        let exit = await withTaskCancellationHandler {
            await command.waitForExit()
        } onCancel: {
            command.stop(.timeLimit, grace: configuration.cancelGrace)
        }
        guard exit.stopReason == nil else { throw ChannelError(.unavailable, "'\(argv[0])' did not end in time, and was ended") }
        return End(exit: exit.status, lastLine: lastLine(exit.tail))
    }

    private func launch(
        _ arguments: [String],
        _ input: String,
        _ environment: [String: String]
    ) async throws(ChannelError) -> any RunningCommand {
        do throws(CommandError) {
            return try await launcher.launch(
                CommandLaunch(
                    try request(arguments, input, environment),
                    marker: "channel.\(UInt64.random(in: .min ... .max))",
                    output: DiscardedOutput()
                )
            )
        } catch {
            throw ChannelError(error)
        }
    }

    private func request(_ arguments: [String], _ input: String, _ environment: [String: String]) throws(CommandError) -> CommandRequest {
        let variables = environment.sorted { $0.key < $1.key }.map { JSONObject.Member($0.key, .string($0.value)) }
        var call: JSONObject = [
            "argv": .array((argv + arguments).map(JSONValue.string)), "extra_env": .object(JSONObject(uniqueMembers: variables)),
        ]
        if !input.isEmpty { call["stdin"] = .string(input) }
        return try CommandRequest(.object(call), configuration)
    }

    private func lastLine(_ tail: [UInt8]) -> String {
        let text = String(decoding: tail, as: UTF8.self)
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        // Where the beginning of a line was not kept, the rest may be half a secret.
        if tail.count >= Self.tailBytes { lines.removeFirst() }
        let line = lines.last { $0.contains { !$0.isWhitespace } } ?? ""
        let scalars = redactor.redact(String(line)).unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) }
        return String(scalars).truncated(toBytes: Self.maximumLineBytes)
    }
}

extension ChannelError {
    /// Says what it means for a channel that its program could not be started.
    init(_ error: CommandError) {
        switch error.code {
        case .cannotStart: self.init(.unavailable, error.message)
        case .tooLarge: self.init(.rejected, error.message)
        default: self.init(.misconfigured, error.message)
        }
    }
}
