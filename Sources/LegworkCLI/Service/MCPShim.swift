import LegworkCore
import LegworkHTTP
import LegworkMCP
import Synchronization

/// Carries the lines of an MCP client to the daemon and its lines back. Knows as little of MCP as it can.
///
/// The daemon may end and be started again in the middle: the next line starts it, and a client of the legacy era is introduced to it anew.
final class MCPShim: Sendable {
    /// The longest line; a longer one is refused here, in constant memory.
    private static let lineLimit = 16 << 20
    /// How long answers may take that are under way when the client has closed its end.
    private static let drainTime = Duration.seconds(5)
    private static let lostText = """
        The daemon ended while it worked on this request. Work that had become a task is not lost: list_tasks shows it. Other work may have \
        to be called again.
        """

    /// How long to wait before listening again, first and at most, when the daemon is gone.
    private static let pauses = (first: Duration.milliseconds(200), last: Duration.seconds(5))

    /// A session with a daemon, perhaps one that is being opened.
    private struct Session: Sendable {
        let number: Int
        let id: Task<String, any Error>
    }

    private struct State {
        var session: Session?
        var sessions = 0
        var relay = MCPRelay()
    }

    private let invocation: Invocation
    private let client: DaemonClient
    private let state = Lock(State())
    /// Names this client's conversation to the daemon, also to the next one: what became of its tasks is told to it and to no other client.
    private let conversation = "mcp-\(UInt64.random(in: .min ... .max))"

    init(_ invocation: Invocation) throws {
        self.invocation = invocation
        client = try invocation.makeClient()
    }

    func run() async throws {
        let reader = try LineReader(0, limit: Self.lineLimit) { $0 }
        let writer = LineWriter(1, whenBroken: { reader.stop() })
        try writer.start()
        try reader.start()
        defer {
            reader.stop()
            writer.finish()
        }
        var drain: Task<Void, Never>?
        var listener: Task<Void, Never>?
        await withDiscardingTaskGroup { group in
            for await item in reader.items {
                guard let bytes = item.line else {
                    await writer.write(MCPRelay.tooLong(limit: Self.lineLimit))
                    reader.release(item)
                    continue
                }
                let (opening, line, hasOpened) = state.withLock { state in
                    let opening = state.relay.opening
                    let line = state.relay.pass(bytes)
                    return (opening, line, !state.relay.opening.isEmpty)
                }
                do {
                    // The next line is sent when this one has been taken, so that they keep their order.
                    let response = try await send(bytes, opening: opening)
                    // Only who has opened a session is told what belongs to no request.
                    if hasOpened, listener == nil { listener = Task { await self.listen(writer) } }
                    group.addTask {
                        await self.copy(response, of: line, to: writer)
                        reader.release(item)
                    }
                } catch {
                    if let answer = MCPRelay.lost(line, because: "\(error)") { await writer.write(answer) }
                    reader.release(item)
                }
            }
            listener?.cancel()
            await listener?.value
            await close()
            drain = Task { await self.endDraining(writer) }
        }
        drain?.cancel()
    }

    // MARK: - Lines to the daemon

    private func send(_ line: [UInt8], opening: [[UInt8]]) async throws -> HTTPClientResponse {
        // The daemon may be gone, and then the session is; each may happen once.
        var mishaps = 0
        while true {
            let session = session(opening: opening)
            do {
                return try await pass(line, to: try await session.id.value)
            } catch let refusal as DaemonRefusal where refusal.code == "unknown_session" && mishaps < 2 {
            } catch let error as DaemonClient.Unreachable where error.isBeforeSending && mishaps < 2 {
                try await DaemonLauncher(client: client).start()
            } catch {
                forget(session)
                throw error
            }
            mishaps += 1
            forget(session)
        }
    }

    /// Gives the daemon a line.
    ///
    /// - Throws: ``DaemonRefusal`` when it does not take it.
    private func pass(_ line: [UInt8], to session: String) async throws -> HTTPClientResponse {
        try await Self.taken(try await client.open("POST", "/v1/mcp/\(session)", bytes: line))
    }

    private static func taken(_ response: HTTPClientResponse) async throws -> HTTPClientResponse {
        if response.status == 200 { return response }
        let body = try await response.body.collect(upTo: 1 << 20)
        throw DaemonRefusal(status: response.status, body: (try? JSONValue(parsing: body)) ?? .null)
    }

    /// The session with the daemon; a new one begins with what the client began with.
    private func session(opening: [[UInt8]]) -> Session {
        state.withLock { state in
            if let known = state.session { return known }
            state.sessions += 1
            let new = Session(number: state.sessions, id: Task { try await self.open(opening) })
            state.session = new
            return new
        }
    }

    private func open(_ opening: [[UInt8]]) async throws -> String {
        let answer = try await client.request("POST", "/v1/mcp", ["conversation": .string(conversation)], within: DaemonClient.patience)
        guard let new = answer["session"]?.string else {
            throw CLIError(.noDaemon, "the daemon's answer has no session")
        }
        for line in opening {
            // The client had its answer from the daemon before this one.
            _ = try await pass(line, to: new).body.collect(upTo: Self.lineLimit)
        }
        return new
    }

    /// Says that a session is of no use any more.
    private func forget(_ session: Session) {
        state.withLock { state in
            if state.session?.number == session.number { state.session = nil }
        }
    }

    private func close() async {
        guard let session = state.withLock({ $0.session.take() }), let id = try? await session.id.value else { return }
        // Calls that are going on become tasks by this; what is answered by it is still passed on.
        _ = try? await client.open("DELETE", "/v1/mcp/\(id)", bytes: nil, within: DaemonClient.patience).body.collect(upTo: 1 << 10)
    }

    // MARK: - Lines from the daemon

    private func copy(_ response: HTTPClientResponse, of line: MCPRelay.Line, to writer: LineWriter) async {
        let isOver = await copy(response, to: writer)
        if !isOver, let answer = MCPRelay.lost(line, because: Self.lostText) { await writer.write(answer) }
    }

    /// Passes on what comes, until it ends.
    ///
    /// - Returns: whether it ended as answers do. The end of the daemon, or of the connection, is the same as an answer that ends early.
    private func copy(_ response: HTTPClientResponse, to writer: LineWriter) async -> Bool {
        var framer = LineFramer(limit: 256 << 20)
        var isOver = false
        do {
            for try await chunk in response.body {
                for case .line(let bytes) in framer.append(chunk) {
                    switch bytes.first {
                    case UInt8(ascii: "n"): writer.post(Array(bytes.dropFirst()))
                    case UInt8(ascii: "r"): await writer.write(Array(bytes.dropFirst()))
                    case UInt8(ascii: "a"):
                        isOver = true
                        await writer.write(Array(bytes.dropFirst()))
                    case UInt8(ascii: "e"): isOver = true
                    default: break
                    }
                }
            }
        } catch {
        }
        return isOver
    }

    /// Passes on what belongs to no request, of this daemon and the next. It starts none: that is what lines are for.
    private func listen(_ writer: LineWriter) async {
        var pause = Self.pauses.first
        while !Task.isCancelled {
            let session = session(opening: state.withLock { $0.relay.opening })
            do {
                let stream = try await Self.taken(try await client.open("GET", "/v1/mcp/\(try await session.id.value)", bytes: nil))
                pause = Self.pauses.first
                _ = await copy(stream, to: writer)
            } catch {
                forget(session)
            }
            guard (try? await Task.sleep(for: pause)) != nil else { return }
            pause = min(pause * 2, Self.pauses.last)
        }
    }

    /// Gives the answers that are under way some time to be read.
    private func endDraining(_ writer: LineWriter) async {
        guard (try? await Task.sleep(for: Self.drainTime)) != nil else { return }
        writer.finish()
    }
}
