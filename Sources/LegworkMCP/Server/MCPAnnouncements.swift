import LegworkCore
import Synchronization

/// What a server tells a client of its own accord, on its way to whoever carries it there.
final class MCPAnnouncements: Sendable {
    /// How many are kept while nobody carries them. One more, and the oldest is dropped: most of them say that something changed, and the
    /// client that comes back looks anew.
    static let limit = 100

    private struct State {
        var waiting: [MCPNotification] = []
        var send: (@Sendable (MCPNotification) -> Void)?
        /// Counts those who were attached; the number of the last is that of whoever is attached now.
        var attachments = 0
        var isClosed = false
    }

    private let state = Lock(State())

    var isAttached: Bool { state.withLock { $0.send != nil } }

    func attach(_ send: @escaping @Sendable (MCPNotification) -> Void) -> Int {
        state.withLock { state in
            state.attachments += 1
            guard !state.isClosed else { return state.attachments }
            state.send = send
            // Under the lock, here and below, so that no message overtakes another.
            for notification in state.waiting { send(notification) }
            state.waiting = []
            return state.attachments
        }
    }

    func detach(_ number: Int) {
        // What the closure holds may be let go by this, and must not be under the lock.
        let ended = state.withLock { state in number == state.attachments ? state.send.take() : nil }
        withExtendedLifetime(ended) {}
    }

    func announce(_ notification: MCPNotification) {
        state.withLock { state in
            guard !state.isClosed else { return }
            if let send = state.send { return send(notification) }
            if state.waiting.count == Self.limit { state.waiting.removeFirst() }
            state.waiting.append(notification)
        }
    }

    /// Drops everything, and takes nothing more.
    func close() {
        let ended = state.withLock { state in
            state.isClosed = true
            state.waiting = []
            return state.send.take()
        }
        withExtendedLifetime(ended) {}
    }
}
