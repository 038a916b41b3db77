public import LegworkCore
public import LegworkEventLoop

/// Wakes an owner by running a program, which starts the owner's next run.
///
/// It is given `{"owner", "session", "notices": […]}` on its standard input, and `LEGWORK_OWNER` and `LEGWORK_SESSION` (empty for any) in
/// its environment. When it ends with another code than 0, or takes too long, it is run again later.
public struct CommandWakeUpHook: WakeUpHook {
    private let argv: [String]
    private let configuration: RunCommandConfiguration
    private let launcher: any CommandLauncher

    /// Makes a hook.
    ///
    /// - Parameters:
    ///   - argv: the program and its arguments; no shell sees them.
    ///   - loop: moves the program's input and output.
    ///   - configuration: directory, environment and grace of the program.
    /// - Throws: ``CommandError`` when there is no such program.
    public init(_ argv: [String], loop: EventLoop, configuration: RunCommandConfiguration = RunCommandConfiguration()) throws {
        self.argv = argv
        self.configuration = configuration
        launcher = LocalCommandLauncher(loop: loop, configuration: configuration)
        _ = try CommandRequest(Self.arguments(argv, "", nil, []), configuration)
    }

    /// Runs the program.
    ///
    /// - Throws: ``CommandError`` with the end of what it wrote; `CancellationError` when its time is over.
    public func wake(_ owner: Owner, session: String?, notices: [Notice]) async throws {
        let input = Notice.wakeUp(owner, session: session, notices, limit: RunCommandConfiguration.maximumInputBytes)
        let request = try CommandRequest(Self.arguments(argv, owner.name, session, input), configuration)
        let output = DiscardedOutput()
        let command = try await launcher.launch(
            CommandLaunch(request, marker: "wake-up.\(UInt64.random(in: .min ... .max))", output: output)
        )
        let exit = await withTaskCancellationHandler {
            await command.waitForExit()
        } onCancel: {
            command.stop(.timeLimit, grace: configuration.cancelGrace)
        }
        try Task.checkCancellation()
        let result = CommandReport(request, exit, output).result
        if result.isError { throw CommandError(.failed, "'\(argv[0])' did not wake \(owner): \(result.text)") }
    }

    private static func arguments(_ argv: [String], _ owner: String, _ session: String?, _ input: [UInt8]) -> JSONValue {
        [
            "argv": .array(argv.map(JSONValue.string)), "stdin": .string(String(decoding: input, as: UTF8.self)),
            "extra_env": ["LEGWORK_OWNER": .string(owner), "LEGWORK_SESSION": .string(session ?? "")], "tail_bytes": 1024,
        ]
    }
}
