import Glibc
import LegworkCore
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

    /// Has the process killed as soon as a file is made in a folder.
    static func comeWithFile(in folder: String) async throws {
        let watcher = inotify_init1(Int32(IN_CLOEXEC))
        guard inotify_add_watch(watcher, folder, UInt32(IN_CREATE)) >= 0 else {
            throw Scene.Surprise(description: "\(folder) cannot be watched")
        }
        Task {
            _ = try await BlockingThread.run { () throws(Scene.Surprise) in
                var events = [UInt8](repeating: 0, count: 4096)
                if read(watcher, &events, events.count) > 0 { come() }
            } orThrow: {
                Scene.Surprise(description: "no thread can be started: error \($0)")
            }
        }
    }

    /// Ends the process as power that goes out does.
    static func come() {
        kill(getpid(), SIGKILL)
        // Other threads may run for a moment; this one does not go on.
        while true { pause() }
    }
}
