public import LegworkCore

/// Serves one client over the pipes of this process: a line in, a line out, nothing else on standard output.
///
/// For a program that is an MCP server itself. A server dies with its host; to have the tasks outlive it, keep them in a store on disk, or let
/// the program pass messages on to a daemon.
///
/// ```swift
/// let manager = TaskManager(store: MemoryTaskStore(), tools: try ToolRegistry([build]))
/// try manager.registerCompanionTools()
/// let server = MCPServer(manager: manager, options: MCPServerOptions(info: MCPServerInfo(name: "builder", version: "1.0")))
/// try await MCPStdioServer(server, caller: Caller(owner: "local")).run()
/// ```
public final class MCPStdioServer: Sendable {
    /// How long answers that are there may take to be read once the client has said its last.
    private static let drainTime = Duration.seconds(5)

    private let server: MCPServer
    private let caller: Caller
    private let input: Int32
    private let output: Int32

    /// Makes a server for one client.
    ///
    /// - Parameters:
    ///   - server: what answers.
    ///   - caller: in whose name calls are made.
    ///   - input: the descriptor to read from, standard input unless told otherwise; it is not closed.
    ///   - output: the descriptor to write to, standard output unless told otherwise; it is not closed.
    public init(_ server: MCPServer, caller: Caller, input: Int32 = 0, output: Int32 = 1) {
        self.server = server
        self.caller = caller
        self.input = input
        self.output = output
    }

    /// Serves until the client closes its end, or the calling Swift task is cancelled. Calls that are going on then become tasks; what they
    /// answer by that is still written, if anybody reads it.
    ///
    /// - Throws: ``MCPStdioError`` when there is no thread or descriptor left.
    public func run() async throws {
        let connection = server.connect(as: caller, over: .stdio)
        let limit = server.options.limits.bytes
        let reader = try LineReader(input, limit: limit) { line in
            line.map { connection.begin($0) } ?? .answer(MCPRejection.tooLong(limit: limit).answer)
        }
        let writer = LineWriter(output, whenBroken: { reader.stop() })
        try writer.start()
        defer { writer.finish() }
        let attachment = connection.attach { writer.post($0) }
        defer { attachment.cancel() }
        try reader.start()
        defer { reader.stop() }
        await withTaskCancellationHandler {
            var drain: Task<Void, Never>?
            await withDiscardingTaskGroup { group in
                for await item in reader.items { group.addTask { await Self.deal(with: item, reader, writer) } }
                connection.close()
                drain = Task {
                    guard (try? await Task.sleep(for: Self.drainTime)) != nil else { return }
                    writer.finish()
                }
            }
            drain?.cancel()
        } onCancel: {
            reader.stop()
        }
    }

    private static func deal(
        with item: LineReader<MCPConnection.Reply>.Item,
        _ reader: LineReader<MCPConnection.Reply>,
        _ writer: LineWriter
    ) async {
        defer { reader.release(item) }
        switch item.line {
        case .none: break
        case .answer(let answer): await writer.write(answer.bytes)
        case .pending(let pending):
            if let answer = await pending.answer(notify: { writer.post($0) }) { await writer.write(answer.bytes) }
        }
    }
}
