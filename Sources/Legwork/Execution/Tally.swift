import LegworkCore
import Synchronization

/// Counts what is done, for whoever wants to know. Quick calls pay one atomic addition for it.
final class Tally: Sendable {
    private let finishedCalls = Atomic(0)
    private let promotedCalls = Atomic(0)
    private let attempts: Lock<[TaskStatus: DurationHistogram]> = Lock([:])

    func finishedCall() { finishedCalls.wrappingAdd(1, ordering: .relaxed) }

    func promotedCall() { promotedCalls.wrappingAdd(1, ordering: .relaxed) }

    /// An attempt has ended, and left a record.
    func ended(_ record: TaskRecord) {
        guard let start = record.startedAt else { return }
        let duration = (record.finishedAt ?? record.updatedAt) - start
        attempts.withLock { $0[record.status, default: DurationHistogram()].record(duration) }
    }

    var statistics: ManagerStatistics {
        ManagerStatistics(
            finishedCalls: finishedCalls.load(ordering: .relaxed),
            promotedCalls: promotedCalls.load(ordering: .relaxed),
            attempts: attempts.withLock { $0 }
        )
    }
}
