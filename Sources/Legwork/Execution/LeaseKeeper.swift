import LegworkCore
import Synchronization

/// Renews the leases of what this process executes, at a third of their time, from a thread that no tool can hold up.
///
/// A store of one process needs none: there the lock of the store is the lease of all its tasks.
final class LeaseKeeper: Sendable {
    /// The most leases of one request.
    private static let batch = 500

    private let duty: Task<Void, Never>?

    /// Begins to keep the leases of an engine, until this object or the engine is gone, or the store is closed.
    init(of engine: Engine) {
        let (clock, interval) = (engine.clock, engine.leaseInterval)
        duty = DutyThread.run { [weak engine] thread in
            var next = clock.uptime + interval
            while !Task.isCancelled {
                await clock.sleep(until: next, on: thread)
                guard !Task.isCancelled, let engine else { return }
                switch await Self.renewAll(of: engine) {
                case .done: next = clock.uptime + interval
                // Whatever lease ends meanwhile may be taken by others, and the store will say so when it is back.
                case .again: next = clock.uptime + interval / 4
                case .closed: return
                }
            }
        }
        if duty == nil { engine.problem("there is no thread to renew leases; other processes will take over what takes long here") }
    }

    deinit { duty?.cancel() }

    private enum Outcome {
        case done
        /// Something could not be renewed.
        case again
        case closed
    }

    private static func renewAll(of engine: Engine) async -> Outcome {
        let attempts = engine.live.recorded
        var outcome = Outcome.done
        for start in stride(from: 0, to: attempts.count, by: batch) {
            let part = attempts[start..<min(start + batch, attempts.count)].compactMap { attempt in attempt.lease.map { (attempt, $0) } }
            let request = RenewRequest(part.map(\.1), until: engine.clock.now + engine.configuration.leaseDuration)
            do {
                for (attempt, reply) in zip(part.map(\.0), try await engine.store.renew(request)) {
                    switch reply {
                    case .renewed(isCancelRequested: false): break
                    case .renewed(isCancelRequested: true): attempt.cancel()
                    case .lost: attempt.loseLease()
                    }
                }
            } catch  where error.code == .closed {
                return .closed
            } catch {
                engine.problem("the leases of \(part.count) tasks cannot be renewed yet: \(error)")
                outcome = .again
            }
        }
        return outcome
    }
}

extension Attempt {
    /// What is to be renewed while it goes on.
    fileprivate var lease: RenewRequest.Item? {
        state.withLock { state in
            guard let id = state.id, let token = state.token else { return nil }
            return RenewRequest.Item(id: id, token: token)
        }
    }
    /// Tells the tool to stop, whose task is another attempt's by now: whatever this one still writes is refused.
    ///
    /// One that has ended meanwhile has no lease either, and its tool nothing left to stop.
    func loseLease() {
        state.withLock { $0.keeping.hasLostLease = true }
        cancel()
    }
}
