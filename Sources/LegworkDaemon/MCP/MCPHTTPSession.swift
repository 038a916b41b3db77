import LegworkCore
import LegworkMCP
import Synchronization

/// A client of the older revisions over HTTP: its connection, and the streams that it may come back to.
final class MCPHTTPSession: Sendable {
    /// How many streams may listen at once for what belongs to no request.
    static let maximumListeners = 8
    /// How many streams are kept for a client that has lost them, and how many bytes all of them may hold. Those of requests that are
    /// being worked on are kept in any case.
    private static let keptStreams = 32
    private static let keptBytes = 4 << 20

    private struct State {
        /// The streams whose events were given ids, the oldest first.
        var streams: [MCPEventSource] = []
        /// Those that listen, the newest last: that one gets what belongs to no request, and no other does
        /// (2025-11-25, basic/transports, "Multiple Connections").
        var listeners: [MCPEventSource] = []
        var attachment: MCPAttachment?
        var lastNumber = 0
        var isClosed = false
        /// How many responses are being given.
        var responses = 0
    }

    /// A stream, and the one who carries it from now on.
    struct Reading: Sendable {
        let source: MCPEventSource
        let reader: Int
    }

    let connection: MCPConnection
    private let state = Lock(State())

    init(_ connection: MCPConnection) { self.connection = connection }

    /// Whether somebody waits for something. What nobody waits for does not keep a session.
    var isBusy: Bool { state.withLock { $0.responses > 0 } }

    /// Gives a response.
    func responding(_ body: () async throws -> Void) async throws {
        state.withLock { $0.responses += 1 }
        defer { state.withLock { $0.responses -= 1 } }
        try await body()
    }

    /// A stream for the answer to a request. Only after ``keep(_:)`` can it be come back to.
    func makeStream() -> MCPEventSource { state.withLock { Self.makeStream(&$0, isListener: false) } }

    /// Keeps a stream whose events are given ids from now on.
    func keep(_ source: MCPEventSource) { state.withLock { Self.keep(source, &$0) } }

    /// A new stream for what belongs to no request; nil when there are too many.
    func listen() -> Reading? {
        state.withLock { state in
            guard state.listeners.count < Self.maximumListeners else { return nil }
            let source = Self.makeStream(&state, isListener: true)
            Self.keep(source, &state)
            listen(to: source, &state)
            return Reading(source: source, reader: source.beginReading())
        }
    }

    /// The stream that a client wants to go on with; nil when it is not kept any more.
    func resume(_ id: MCPEventID) -> Reading? {
        state.withLock { state in
            guard let source = state.streams.first(where: { $0.number == id.stream }) else { return nil }
            // From here on the response that carried it has nothing to say about it, however late it notices.
            let reader = source.beginReading()
            if source.isListener { listen(to: source, &state) }
            return Reading(source: source, reader: reader)
        }
    }

    /// Says that a reader does not carry a stream any more.
    func leave(_ reading: Reading) {
        state.withLock { state in
            let source = reading.source
            guard source.isRead(by: reading.reader) else { return }
            let wasLast = state.listeners.last === source
            state.listeners.removeAll { $0 === source }
            Self.prune(&state, sparing: nil)
            guard wasLast else { return }
            if let next = state.listeners.last { attach(next, &state) } else { state.attachment = nil }
        }
    }

    /// Ends everything.
    func close() {
        connection.close()
        let listeners = state.withLock { state in
            state.isClosed = true
            state.attachment = nil
            defer { state.listeners = [] }
            return state.listeners
        }
        for source in listeners { source.finish() }
    }

    // MARK: - Under the lock

    private static func makeStream(_ state: inout State, isListener: Bool) -> MCPEventSource {
        state.lastNumber += 1
        return MCPEventSource(number: state.lastNumber, isListener: isListener)
    }

    private static func keep(_ source: MCPEventSource, _ state: inout State) {
        source.markKept()
        state.streams.append(source)
        prune(&state, sparing: source)
    }

    /// Lets go of the oldest streams when there are too many, or they hold too much.
    private static func prune(_ state: inout State, sparing source: MCPEventSource?) {
        var bytes = state.streams.reduce(0) { $0 + $1.bytes }
        var surplus = state.streams.count - keptStreams
        state.streams.removeAll { old in
            guard surplus > 0 || bytes > keptBytes, old !== source else { return false }
            let isNeeded = old.isListener ? state.listeners.contains { $0 === old } : !old.isFinished
            guard !isNeeded else { return false }
            bytes -= old.bytes
            surplus -= 1
            return true
        }
    }

    private func listen(to source: MCPEventSource, _ state: inout State) {
        guard !state.isClosed else { return source.finish() }
        state.listeners.removeAll { $0 === source }
        state.listeners.append(source)
        attach(source, &state)
    }

    private func attach(_ source: MCPEventSource, _ state: inout State) {
        state.attachment = connection.attach { source.append($0.bytes) }
    }
}
