import LegworkCore
import Synchronization

/// Runs commands by the tool that there is for it, and gives what they wrote and how they ended.
struct CommandRun: Sendable {
    /// How a command ended.
    struct Ending: Sendable {
        var exitCode: Int?
        var isTimedOut: Bool
        /// Whether it was ended because its caller was told to stop.
        var isCancelled = false
        var duration: Duration
        /// What it wrote, or the end of that.
        var output: [UInt8]
        /// How many bytes it wrote.
        var outputBytes: Int

        var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// The most bytes of output that are kept.
    static let maximumOutput = 16 << 20

    private let tool: any Tool

    init(_ tool: any Tool) { self.tool = tool }

    /// How long the tool needs to stop.
    var cancelGrace: Duration { tool.descriptor.cancelGrace }

    /// Refuses what cannot be run.
    func prepare(_ arguments: JSONObject) throws { try tool.prepare(.object(arguments)) }

    /// Runs a command.
    ///
    /// - Parameters:
    ///   - arguments: those of `run_command`.
    ///   - context: who calls; hears what the command is doing.
    ///   - isShown: whether the output is that of the call, so that it can be followed, or nobody's.
    /// - Throws: when it could not be started.
    func run(_ arguments: JSONObject, _ context: ToolContext, isShown: Bool) async throws -> Ending {
        try prepare(arguments)
        let output: any ToolOutput = isShown ? try context.openOutput() : MemoryOutput(limit: Self.maximumOutput)
        let start = output.byteCount
        var result: ToolResult?
        do {
            result = try await tool.call(.object(arguments), ToolContext(host: CommandHost(context, output)))
        } catch is CancellationError {
            // What it wrote until then is told all the same.
        }
        let written = output.byteCount - start
        let facts = result?.structuredContent
        return Ending(
            exitCode: facts?["exit_code"]?.int,
            isTimedOut: facts?["timed_out"]?.bool ?? false,
            isCancelled: result == nil,
            duration: .milliseconds(facts?["duration_ms"]?.int ?? 0),
            output: try output.tail(min(written, Self.maximumOutput)),
            outputBytes: written
        )
    }
}

/// What a command's tool sees: the call that it is run for, with a place for the output of its own.
private final class CommandHost: ToolContextHost {
    private let context: ToolContext
    private let output: any ToolOutput

    init(_ context: ToolContext, _ output: any ToolOutput) {
        self.context = context
        self.output = output
    }

    var caller: Caller { context.caller }
    var taskID: TaskID { context.taskID }
    var lineage: Lineage { context.lineage }
    var attempt: Int { context.attempt }
    var checkpoint: JSONValue? { nil }
    var isCancelled: Bool { context.isCancelled }
    func report(_ report: ToolReport) { if let message = report.message { context.status(message) } }
    func emit(text: String?, data: JSONValue?) { context.emit(text, data: data) }
    func save(checkpoint: JSONValue) async throws {}
    func openOutput() throws -> any ToolOutput { output }
    func notify(_ text: String, data: JSONValue?, key: String?) async throws -> PostResult {
        try await context.notify(text, data: data, key: key)
    }
}

/// Output that stays in memory, its end when it is long.
private final class MemoryOutput: ToolOutput {
    private struct State {
        var bytes: [UInt8] = []
        var count = 0
    }

    let location = ""
    private let limit: Int
    private let state = Lock(State())

    init(limit: Int) { self.limit = limit }

    var byteCount: Int { state.withLock { $0.count } }
    var isTruncated: Bool { state.withLock { $0.count > $0.bytes.count } }

    func append(_ bytes: UnsafeRawBufferPointer) throws {
        state.withLock { state in
            state.count += bytes.count
            state.bytes.append(contentsOf: bytes)
            // Twice as much is let grow, so that each byte is moved once.
            if state.bytes.count > 2 * limit { state.bytes.removeFirst(state.bytes.count - limit) }
        }
    }

    func tail(_ count: Int) throws -> [UInt8] { state.withLock { Array($0.bytes.suffix(min(count, limit))) } }
}
