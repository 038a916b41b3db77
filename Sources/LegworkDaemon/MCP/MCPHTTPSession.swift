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
    }

    let connection: MCPConnection
    private let state = Lock(State())

    init(_ connection: MCPConnection) { self.connection = connection }

    /// A stream for the answer to a request. Only after ``keep(_:)`` can it be come back to.
    func makeStream() -> MCPEventSource { state.withLock { Self.makeStream(&$0, isListener: false) } }

    /// Keeps a stream whose events are given ids from now on.
    func keep(_ source: MCPEventSource) { state.withLock { Self.keep(source, &$0) } }

    /// A new stream for what belongs to no request; nil when there are too many.
    func listen() -> MCPEventSource? {
        state.withLock { state in
            guard state.listeners.count < Self.maximumListeners else { return nil }
            let source = Self.makeStream(&state, isListener: true)
            Self.keep(source, &state)
            listen(to: source, &state)
            return source
        }
    }

    /// The stream that a client wants to go on with; nil when it is not kept any more.
    func resume(_ id: MCPEventID) -> MCPEventSource? {
        state.withLock { state in
            guard let source = state.streams.first(where: { $0.number == id.stream }) else { return nil }
            if source.isListener { listen(to: source, &state) }
            return source
        }
    }

    /// Says that nobody carries a stream any more, for now.
    func leave(_ source: MCPEventSource) {
        state.withLock { state in
            let wasLast = state.listeners.last === source
            state.listeners.removeAll { $0 === source }
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
