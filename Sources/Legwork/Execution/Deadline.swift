import LegworkCore
import Synchronization

/// Ends a watch when a time has passed, or is forgotten before.
final class Deadline: Sendable {
    private let passed = Atomic(false)
    private let ticket: Lock<DeadlineHeap.Ticket?> = Lock(nil)
    private let engine: Engine

    init(_ engine: Engine, after limit: Duration, ends watch: Watchers.Watch) {
        self.engine = engine
        let ticket = engine.deadlines.schedule(after: limit) { [weak self] in
            self?.passed.store(true, ordering: .releasing)
            watch.end()
        }
        self.ticket.withLock { $0 = ticket }
    }

    deinit {
        if let ticket = ticket.withLock({ $0 }) { engine.deadlines.cancel(ticket) }
    }

    var hasPassed: Bool { passed.load(ordering: .acquiring) }
}
