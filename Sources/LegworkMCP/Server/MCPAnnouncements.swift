import LegworkCore
import Synchronization

/// What a server tells a client of its own accord, on its way to whoever carries it there.
final class MCPAnnouncements: Sendable {
    /// How many are kept while nobody carries them. One more, and the oldest is dropped: most of them say that something changed, and the
    /// client that comes back looks anew.
    static let limit = 100

    private struct Listener: Sendable {
        let send: @Sendable (MCPNotification) -> Void
        let ended: @Sendable () -> Void
    }

    private struct State {
        var waiting: [MCPNotification] = []
        var listener: Listener?
        /// Counts those who were attached; the number of the last is that of whoever is attached now.
        var attachments = 0
        var isClosed = false
    }

    private let state = Lock(State())

    var isAttached: Bool { state.withLock { $0.listener != nil } }

    func attach(_ send: @escaping @Sendable (MCPNotification) -> Void, ended: @escaping @Sendable () -> Void) -> Int {
        let (number, isClosed) = state.withLock { state in
            state.attachments += 1
            guard !state.isClosed else { return (state.attachments, true) }
            state.listener = Listener(send: send, ended: ended)
            // Under the lock, here and below, so that no message overtakes another.
            for notification in state.waiting { send(notification) }
            state.waiting = []
            return (state.attachments, false)
        }
        if isClosed { ended() }
        return number
    }

    func detach(_ number: Int) {
        // What the closure holds may be let go by this, and must not be under the lock.
        let ended = state.withLock { state in number == state.attachments ? state.listener.take() : nil }
        withExtendedLifetime(ended) {}
    }

    func announce(_ notification: MCPNotification) {
        state.withLock { state in
            guard !state.isClosed else { return }
            if let listener = state.listener { return listener.send(notification) }
            if state.waiting.count == Self.limit { state.waiting.removeFirst() }
            state.waiting.append(notification)
        }
    }

    /// Drops everything, and takes nothing more.
    func close() {
        let listener = state.withLock { state in
            state.isClosed = true
            state.waiting = []
            return state.listener.take()
        }
        listener?.ended()
    }
}
