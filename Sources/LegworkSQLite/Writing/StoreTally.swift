import LegworkCore
import Synchronization

/// Keeps count of what is written.
final class StoreTally: Sendable {
    private let counted = Lock(StoreStatistics())

    var statistics: StoreStatistics { counted.withLock { $0 } }

    func record(_ requests: Int, in duration: Duration) { counted.withLock { $0.record(requests, in: duration) } }
}
