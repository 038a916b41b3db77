import LegworkCore
import Synchronization

/// Ends a watch when a time has passed, or is forgotten before.
final class Deadline: Sendable {
    private let passed = Atomic(false)
    private let ticket: Lock<DeadlineHeap.Ticket?> = Lock(nil)
    private let engine: Engine

    convenience init(_ engine: Engine, after limit: Duration, ends watch: Watchers.Watch) {
        self.init(engine, after: limit) { watch.end() }
    }

    init(_ engine: Engine, after limit: Duration, _ end: @escaping @Sendable () -> Void) {
        self.engine = engine
        let ticket = engine.deadlines.schedule(after: limit) { [weak self] in
            self?.passed.store(true, ordering: .releasing)
            end()
        }
        self.ticket.withLock { $0 = ticket }
    }

    deinit {
        if let ticket = ticket.withLock({ $0 }) { engine.deadlines.cancel(ticket) }
    }

    var hasPassed: Bool { passed.load(ordering: .acquiring) }
}
