import LegworkCore
import Synchronization

/// Hurries those responses that have waited for their answer for a while: one sleeping task for all of them, and none when there are none.
final class MCPPatience: Sendable {
    private struct Entry: Sendable {
        weak var source: MCPEventSource?
        var due: Duration
    }

    private struct State {
        /// In the order in which they are due, since all wait equally long.
        var entries: [Entry] = []
        var isWaiting = false
    }

    private let clock: any TaskClock
    private let delay: Duration
    private let state = Lock(State())

    /// - Parameter delay: how long a response waits.
    init(_ delay: Duration, clock: any TaskClock) {
        self.delay = delay
        self.clock = clock
    }

    func watch(_ source: MCPEventSource) {
        let due = clock.uptime + delay
        let mustStart = state.withLock { state in
            state.entries.append(Entry(source: source, due: due))
            defer { state.isWaiting = true }
            return !state.isWaiting
        }
        if mustStart { Task { await wait() } }
    }

    private func wait() async {
        while true {
            let next = state.withLock { state in
                state.isWaiting = !state.entries.isEmpty
                return state.entries.first?.due
            }
            guard let next, (try? await clock.sleep(until: next)) != nil else { return }
            let now = clock.uptime
            let due = state.withLock { state in
                let due = state.entries.prefix { $0.due <= now }
                state.entries.removeFirst(due.count)
                return due
            }
            for entry in due { entry.source?.hurry() }
        }
    }
}
