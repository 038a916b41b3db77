import Glibc
import LegworkTestKit
import Synchronization

/// Kills the process at one of its store's writes.
final class Death: Sendable {
    private let moment: FaultMoment
    private let number: Int
    private let count = Atomic(0)

    /// - Parameters:
    ///   - moment: whether the write that is meant is done first.
    ///   - number: which write, from 1; none when it is 0.
    init(_ moment: FaultMoment, _ number: Int) {
        self.moment = moment
        self.number = number
    }

    func hear(_ operation: StoreOperation, _ moment: FaultMoment) {
        guard operation.isWrite, moment == self.moment else { return }
        if count.add(1, ordering: .relaxed).newValue == number { Self.come() }
    }

    /// Ends the process as power that goes out does.
    static func come() {
        kill(getpid(), SIGKILL)
        // Other threads may run for a moment; this one does not go on.
        while true { pause() }
    }
}
