import LegworkCore
import Synchronization

/// Takes queued tasks and executes them, at most so many at once. Sleeps until it is woken.
final class WorkerPool: Sendable {
    private let free: Lock<Int>
    private let wakes: AsyncStream<Void>
    private let waking: AsyncStream<Void>.Continuation

    init(slots: Int) {
        free = Lock(max(1, slots))
        (wakes, waking) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Says that there may be something to do.
    func wake() { waking.yield() }

    /// Ends ``run(_:start:)``.
    func stop() { waking.finish() }

    /// Claims and starts tasks until it is stopped or cancelled.
    ///
    /// - Parameters:
    ///   - engine: whose tasks.
    ///   - start: begins an attempt, and calls its second argument when that is over.
    func run(_ engine: Engine, start: @Sendable (TaskRecord, _ whenOver: @escaping @Sendable () -> Void) async -> Void) async {
        wake()
        for await _ in wakes {
            if engine.isShuttingDown { return }
            await claim(engine, start: start)
        }
    }

    private func claim(
        _ engine: Engine,
        start: @Sendable (TaskRecord, _ whenOver: @escaping @Sendable () -> Void) async -> Void
    ) async {
        while true {
            let room = free.withLock { $0 }
            guard room > 0 else { return }
            // A shutdown waits for what is being claimed, or comes first.
            engine.live.beginStarting()
            defer { engine.live.endStarting() }
            if engine.isShuttingDown { return }
            let claimed: [TaskRecord]
            do {
                claimed = try await engine.store.claim(
                    ClaimRequest(lease: engine.newLease(), queues: engine.configuration.queues, limit: room, now: engine.clock.now)
                )
            } catch {
                engine.problem("no task can be taken from the queue: \(error)")
                if error.code != .closed { engine.deadlines.schedule(after: .seconds(1)) { [weak self] in self?.wake() } }
                return
            }
            guard !claimed.isEmpty else { return }
            free.withLock { $0 -= claimed.count }
            for record in claimed {
                if engine.isShuttingDown {
                    await giveBack(record, engine)
                    continue
                }
                engine.watchers.recordChanged(record)
                await start(record) { [weak self] in
                    guard let self else { return }
                    free.withLock { $0 += 1 }
                    wake()
                }
            }
        }
    }

    /// Puts a claimed task, whose tool was not started, back into its queue.
    private func giveBack(_ record: TaskRecord, _ engine: Engine) async {
        _ = await engine.persist("the return to the queue", of: record.id, token: record.lease?.token, from: record) { record in
            try record.apply(.interrupted(.shutdown), at: engine.clock.now)
        }
        free.withLock { $0 += 1 }
    }
}
