import LegworkCore
import Synchronization

/// Whoever follows a feed in this process, of one owner or of all.
///
/// A follower first registers and then reads, so that no entry falls between the two. What he is told is only that there is more: the
/// entries themselves are read from the store, however long he takes.
final class FeedFollowers: Sendable {
    /// One who follows, for as long as it is kept.
    final class Follow: Sendable {
        /// One signal for any number of changes; ends with ``end()``, and when the manager has shut down.
        let signals: AsyncStream<Void>
        private let continuation: AsyncStream<Void>.Continuation
        private let news = Lock(ProgressNews())
        private let onEnd: @Sendable () -> Void

        fileprivate init(onEnd: @escaping @Sendable () -> Void) {
            (signals, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            self.onEnd = onEnd
        }

        deinit { onEnd() }

        fileprivate func ring(_ record: TaskRecord?) {
            if let record { news.withLock { $0.note(record) } }
            continuation.yield()
        }

        /// Ends the signals. More than once is no mistake.
        func end() { continuation.finish() }

        /// How far tasks have come since this was last asked.
        func takeProgress() -> [ProgressReport] { news.withLock { $0.take() } }
    }

    private struct WeakFollow: Sendable {
        weak let follow: Follow?
    }

    private struct State {
        var nextKey: UInt64 = 0
        var follows: [Scope: [UInt64: WeakFollow]] = [:]
        var isClosed = false

        func of(_ scope: Scope) -> [Follow] { follows[scope]?.values.compactMap(\.follow) ?? [] }
        var all: [Follow] { follows.values.flatMap { $0.values.compactMap(\.follow) } }
    }

    private let state = Lock(State())
    private let hasFollowers = Atomic(false)

    /// Begins to follow the feed of a scope.
    func follow(_ scope: Scope) -> Follow {
        let key = state.withLock { state in
            state.nextKey += 1
            return state.nextKey
        }
        let follow = Follow { [weak self] in self?.remove(key, scope) }
        let isClosed = state.withLock { state in
            if !state.isClosed { state.follows[scope, default: [:]][key] = WeakFollow(follow: follow) }
            hasFollowers.store(!state.follows.isEmpty, ordering: .releasing)
            return state.isClosed
        }
        if isClosed { follow.end() }
        return follow
    }

    private func remove(_ key: UInt64, _ scope: Scope) {
        state.withLock { state in
            state.follows[scope]?[key] = nil
            if state.follows[scope]?.isEmpty == true { state.follows[scope] = nil }
            hasFollowers.store(!state.follows.isEmpty, ordering: .releasing)
        }
    }

    /// Says that a task changed. Costs next to nothing while nobody follows.
    func changed(_ record: TaskRecord) {
        guard hasFollowers.load(ordering: .acquiring) else { return }
        for follow in state.withLock({ $0.of(.owner(record.owner)) + $0.of(.operator) }) { follow.ring(record) }
    }

    /// Says that another process may have changed tasks.
    func changedElsewhere() {
        guard hasFollowers.load(ordering: .acquiring) else { return }
        for follow in state.withLock({ $0.all }) { follow.ring(nil) }
    }

    /// Lets every follower take what there is, and end.
    func close() {
        let all = state.withLock { state in
            state.isClosed = true
            return state.all
        }
        for follow in all { follow.end() }
    }
}
