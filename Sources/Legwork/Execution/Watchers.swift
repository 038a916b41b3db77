import LegworkCore
import Synchronization

/// Whoever wants to hear of tasks as they change: waits, followers of output, doors that forward progress.
///
/// A watcher first begins to watch and then reads, so that no change falls between the two.
final class Watchers: Sendable {
    /// What a watcher wants to hear of.
    struct Interest: OptionSet, Sendable {
        let rawValue: UInt8
        /// The task no longer moves by itself: it ended, stopped, or waits for an answer.
        static let settled = Interest(rawValue: 1)
        /// Anything in the record changed.
        static let changed = Interest(rawValue: 2)
        /// There is more raw output.
        static let output = Interest(rawValue: 4)
        /// A message may have come.
        static let messages = Interest(rawValue: 8)
        /// A question may have been answered, or withdrawn.
        static let input = Interest(rawValue: 16)
    }

    /// A watch that somebody keeps; whoever began it ends it.
    struct Watch: Sendable {
        let signals: AsyncStream<TaskID>
        /// Ends the signals. More than once is no mistake.
        let end: @Sendable () -> Void
    }

    private struct Watcher {
        var key: UInt64
        var interest: Interest
        var notify: @Sendable (TaskID) -> Void
    }

    private struct State {
        var nextKey: UInt64 = 0
        var watchers: [TaskID: [Watcher]] = [:]
    }

    private let state = Lock(State())
    /// Whoever wants to hear of all tasks of an owner, or of everybody's.
    let feeds = FeedFollowers()

    func watch(_ ids: some Collection<TaskID> & Sendable, for interest: Interest) -> Watch {
        // One task's signals all say the same; those of several must not push each other out.
        let (stream, continuation) = AsyncStream.makeStream(
            of: TaskID.self,
            bufferingPolicy: ids.count == 1 ? .bufferingNewest(1) : .unbounded
        )
        let ids = Array(ids)
        let end = observe(ids, for: interest) { continuation.yield($0) }
        return Watch(
            signals: stream,
            end: {
                continuation.finish()
                end()
            }
        )
    }

    /// Calls a closure, which must be quick, for each change.
    ///
    /// - Returns: what ends that. More than once is no mistake.
    func observe(_ ids: [TaskID], for interest: Interest, _ notify: @escaping @Sendable (TaskID) -> Void) -> @Sendable () -> Void {
        let key = state.withLock { state in
            state.nextKey += 1
            for id in ids { state.watchers[id, default: []].append(Watcher(key: state.nextKey, interest: interest, notify: notify)) }
            return state.nextKey
        }
        return { [weak self] in self?.remove(key, ids) }
    }

    private func remove(_ key: UInt64, _ ids: [TaskID]) {
        state.withLock { state in
            for id in ids {
                state.watchers[id]?.removeAll { $0.key == key }
                if state.watchers[id]?.isEmpty == true { state.watchers[id] = nil }
            }
        }
    }

    func recordChanged(_ record: TaskRecord) {
        signal(record.id, record.status.isSettled ? [.changed, .settled] : .changed)
        feeds.changed(record)
    }

    /// A change that another process made: what changed is not known here.
    func changedElsewhere(_ id: TaskID) {
        signal(id, [.changed, .settled, .output, .messages, .input])
        feeds.changedElsewhere()
    }

    func outputGrew(_ id: TaskID) { signal(id, .output) }

    func messageArrived(at id: TaskID) { signal(id, .messages) }

    func inputChanged(of id: TaskID) { signal(id, .input) }

    private func signal(_ id: TaskID, _ what: Interest) {
        let interested = state.withLock { state -> [Watcher] in
            state.watchers.isEmpty ? [] : state.watchers[id]?.filter { !$0.interest.isDisjoint(with: what) } ?? []
        }
        for watcher in interested { watcher.notify(id) }
    }
}

extension TaskStatus {
    /// Whether the task no longer moves by itself.
    var isSettled: Bool {
        switch self {
        case .queued, .running: false
        case .inputRequired, .stopped, .completed, .failed, .cancelled: true
        }
    }
}
