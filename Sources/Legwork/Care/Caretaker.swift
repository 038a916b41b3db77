import LegworkCore
import Synchronization

/// Deletes what the policy does not keep, and the files that nobody owns any more, while the manager runs.
///
/// What is to be done, and when, is ``CaretakerPlan``'s decision.
final class Caretaker: Sendable {
    private let plan: Lock<CaretakerPlan>
    private let wakes: AsyncStream<Void>
    private let waking: AsyncStream<Void>.Continuation

    init(_ policy: RetentionPolicy, hasOutput: Bool) {
        plan = Lock(CaretakerPlan(policy, hasOutput: hasOutput))
        (wakes, waking) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Says that a task has ended.
    func taskEnded() {
        if plan.withLock({ $0.taskEnded() }) { waking.yield() }
    }

    /// Tidies until it is cancelled.
    func run(_ engine: Engine) async {
        var wakes = wakes.makeAsyncIterator()
        while !Task.isCancelled {
            switch plan.withLock({ $0.next(now: engine.clock.now, uptime: engine.clock.uptime) }) {
            case .purge(let request): await purge(request, engine)
            case .sweep: await sweep(engine)
            case .rest(let until):
                let ticket = engine.deadlines.schedule(after: until - engine.clock.uptime) { [waking] in waking.yield() }
                await wakes.next()
                engine.deadlines.cancel(ticket)
            }
        }
    }

    private func purge(_ request: PurgeRequest, _ engine: Engine) async {
        do {
            let count = try await engine.purge(request).count
            plan.withLock { $0.purged(count) }
        } catch {
            failed("old tasks cannot be deleted: \(error)", engine)
        }
    }

    private func sweep(_ engine: Engine) async {
        do {
            try await engine.removeLeftovers()
            plan.withLock { $0.swept() }
        } catch {
            failed("output files without a task cannot be removed: \(error)", engine)
        }
    }

    private func failed(_ problem: String, _ engine: Engine) {
        plan.withLock { $0.failed(at: engine.clock.uptime) }
        if !Task.isCancelled { engine.problem(problem) }
    }
}
