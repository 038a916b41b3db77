import LegworkCore
import Synchronization

/// A number that a closure leaves for its test.
final class ObservedCount: Sendable {
    private let number = Lock(0)

    var value: Int { number.withLock { $0 } }

    func set(_ value: Int) { number.withLock { $0 = value } }

    func add(_ value: Int = 1) { number.withLock { $0 += value } }
}
