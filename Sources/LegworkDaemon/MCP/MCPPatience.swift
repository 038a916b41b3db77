import LegworkCore
import Synchronization

/// Hurries those responses that have waited for their answer for a while: one sleeping task for all of them, and none when there are none.
final class MCPPatience: Sendable {
    /// A place in the queue, to be left when the answer is there.
    struct Place: Sendable {
        fileprivate let number: Int
    }

    private struct State {
        var queue = MCPPatienceQueue<MCPEventSource>()
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

    func watch(_ source: MCPEventSource) -> Place {
        let due = clock.uptime + delay
        let (number, mustStart) = state.withLock { state in
            defer { state.isWaiting = true }
            return (state.queue.append(source, due: due), !state.isWaiting)
        }
        if mustStart { Task { await wait() } }
        return Place(number: number)
    }

    func leave(_ place: Place) { _ = state.withLock { $0.queue.remove(place.number) } }

    private func wait() async {
        while true {
            let next = state.withLock { state in
                let next = state.queue.nextDue
                state.isWaiting = next != nil
                return next
            }
            guard let next, (try? await clock.sleep(until: next)) != nil else { return }
            let now = clock.uptime
            while let source = state.withLock({ $0.queue.takeFirst(dueAt: now) }) { source.hurry() }
        }
    }
}
