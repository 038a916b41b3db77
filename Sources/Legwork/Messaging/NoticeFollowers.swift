import LegworkCore
import Synchronization

/// Whoever waits for notices in this process.
///
/// A follower first registers and then reads, so that no notice falls between the two.
final class NoticeFollowers: Sendable {
    /// One who follows, for as long as it is kept.
    final class Follow: Sendable {
        /// One signal for any number of notices; ends when the manager has shut down.
        let signals: AsyncStream<Void>
        private let onEnd: @Sendable () -> Void

        init(signals: AsyncStream<Void>, onEnd: @escaping @Sendable () -> Void) {
            self.signals = signals
            self.onEnd = onEnd
        }

        deinit { onEnd() }
    }

    private struct Follower {
        var session: String?
        var continuation: AsyncStream<Void>.Continuation
    }

    private struct State {
        var nextKey: UInt64 = 0
        var followers: [Owner: [UInt64: Follower]] = [:]
        var isClosed = false
    }

    private let state = Lock(State())

    /// Begins to follow.
    ///
    /// - Parameter onEnd: called when the follow is over, for whatever it has not taken.
    func follow(_ owner: Owner, session: String?, onEnd: @escaping @Sendable () -> Void) -> Follow {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let key = state.withLock { state -> UInt64? in
            if state.isClosed { return nil }
            state.nextKey += 1
            state.followers[owner, default: [:]][state.nextKey] = Follower(session: session, continuation: continuation)
            return state.nextKey
        }
        if key == nil { continuation.finish() }
        return Follow(signals: stream) { [weak self] in
            guard let key else { return }
            self?.remove(key, of: owner)
            onEnd()
        }
    }

    private func remove(_ key: UInt64, of owner: Owner) {
        state.withLock { state in
            state.followers[owner]?[key] = nil
            if state.followers[owner]?.isEmpty == true { state.followers[owner] = nil }
        }
    }

    /// Says that a notice is written.
    ///
    /// - Returns: whether anybody follows who may have it.
    @discardableResult
    func ring(_ notice: Notice) -> Bool {
        let interested = followers(of: notice)
        for follower in interested { follower.continuation.yield() }
        return !interested.isEmpty
    }

    /// Whether anybody follows who may have the notice.
    func isFollowed(_ notice: Notice) -> Bool { !followers(of: notice).isEmpty }

    private func followers(of notice: Notice) -> [Follower] {
        state.withLock { state in
            state.followers.isEmpty ? [] : state.followers[notice.owner]?.values.filter { notice.isFor($0.session) } ?? []
        }
    }

    /// Says that another process may have written notices.
    func ringAll() {
        for follower in state.withLock({ $0.followers.values.flatMap(\.values) }) { follower.continuation.yield() }
    }

    /// Lets every follower take what there is, and end.
    func close() {
        let all = state.withLock { state in
            state.isClosed = true
            defer { state.followers = [:] }
            return state.followers.values.flatMap(\.values)
        }
        for follower in all { follower.continuation.finish() }
    }
}
