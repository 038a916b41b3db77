import LegworkCore
import Synchronization

/// The process's one timer: calls whose window ends, reports to be written, graces that run out, waits that are over.
///
/// A deadline costs a place in a heap. There is one sleeping task for all of them.
final class DeadlineHeap: Sendable {
    typealias Ticket = DeadlineQueue<@Sendable () -> Void>.Ticket

    private struct State {
        var queue = DeadlineQueue<@Sendable () -> Void>()
        /// The deadline that the timer sleeps towards, and the timer.
        var armed: Duration?
        var timer: Task<Void, Never>?
    }

    private let state = Lock(State())
    private let clock: any TaskClock

    init(clock: any TaskClock) { self.clock = clock }

    deinit { state.withLock { $0.timer }?.cancel() }

    /// Calls a closure, which must be quick, when a time has passed.
    @discardableResult
    func schedule(after delay: Duration, _ body: @escaping @Sendable () -> Void) -> Ticket {
        let deadline = clock.uptime + delay
        return state.withLock { state in
            let ticket = state.queue.insert(body, at: deadline)
            armIfEarlier(&state)
            return ticket
        }
    }

    /// How many have not passed.
    var count: Int { state.withLock { $0.queue.count } }

    /// Forgets a deadline; one that has passed is no mistake.
    ///
    /// The timer is left: it wakes once and finds nothing to do, while a call after the other would else start and stop one each.
    func cancel(_ ticket: Ticket) {
        state.withLock { _ = $0.queue.remove(ticket) }
    }

    private func armIfEarlier(_ state: inout State) {
        guard let earliest = state.queue.earliest else { return }
        if let armed = state.armed, armed <= earliest { return }
        state.timer?.cancel()
        state.armed = earliest
        let clock = clock
        state.timer = Task { [weak self] in
            guard (try? await clock.sleep(until: earliest)) != nil else { return }
            self?.fire(earliest)
        }
    }

    private func fire(_ deadline: Duration) {
        let due = state.withLock { state -> [@Sendable () -> Void] in
            // Another timer may have been armed since; then this one is not the one to look.
            guard state.armed == deadline else { return [] }
            state.armed = nil
            state.timer = nil
            let due = state.queue.takeDue(at: max(clock.uptime, deadline))
            armIfEarlier(&state)
            return due
        }
        for body in due { body() }
    }
}
