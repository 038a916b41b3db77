import Legwork
import Synchronization

/// Gives ids that a test has chosen, in order.
final class TestIDs: Sendable {
    private let rest: Lock<[TaskID]>

    init(_ ids: [TaskID]) { rest = Lock(ids) }

    func take() -> TaskID { rest.withLock { $0.isEmpty ? .random() : $0.removeFirst() } }
}
