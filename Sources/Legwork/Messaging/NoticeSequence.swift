public import LegworkCore

/// An owner's notices as they come, in batches. See ``TaskManager/followNotices(for:session:after:)``.
public struct NoticeSequence: AsyncSequence, Sendable {
    let engine: Engine
    let query: NoticeQuery

    /// Begins to follow; nothing that is written from now on is missed.
    public func makeAsyncIterator() -> Iterator { Iterator(engine, query) }

    /// Reads notices up to a cursor, and waits for more.
    public struct Iterator: AsyncIteratorProtocol {
        private let engine: Engine
        private var query: NoticeQuery
        private let follow: NoticeFollowers.Follow?
        private var isEnding = false

        fileprivate init(_ engine: Engine, _ query: NoticeQuery) {
            self.engine = engine
            self.query = query
            follow =
                switch query.scope {
                case .owner(let owner):
                    engine.followers.follow(owner, session: query.session) { [weak engine] in
                        guard let engine, let wakeUps = engine.wakeUps else { return }
                        Task { await wakeUps.followEnded(of: owner, session: query.session, engine) }
                    }
                case .operator: nil
                }
        }

        /// Gives the next notices, at most as many as were asked for at once, and waits when there are none.
        ///
        /// - Returns: nil when the manager has shut down and all is taken.
        /// - Throws: `CancellationError` when the waiting Swift task is cancelled, ``StoreError``.
        public mutating func next() async throws -> [Notice]? {
            while true {
                try Task.checkCancellation()
                let found = try await engine.handOut(query)
                if let last = found.last {
                    query.after = last.sequence
                    return found
                }
                if isEnding { return nil }
                var signals = follow?.signals.makeAsyncIterator()
                if await signals?.next() == nil {
                    try Task.checkCancellation()
                    isEnding = true
                }
            }
        }
    }
}
