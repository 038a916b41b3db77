public import LegworkCore

/// How far a task has come.
public struct ProgressReport: Sendable, Hashable {
    /// The task.
    public var task: TaskID
    /// How far it has come.
    public var progress: TaskProgress
    /// When it was recorded.
    public var time: Timestamp

    /// Makes a report.
    public init(task: TaskID, progress: TaskProgress, time: Timestamp) {
        self.task = task
        self.progress = progress
        self.time = time
    }
}

/// What a feed gives at once.
public struct FeedBatch: Sendable, Hashable {
    /// Timeline entries in order.
    public var entries: [FeedEntry]
    /// How far tasks have come since, the newest of each.
    public var progress: [ProgressReport]
    /// From where to go on.
    public var next: FeedPosition
    /// Whether entries before these are kept no more; see ``FeedPage/hasGap``.
    public var hasGap: Bool
}

/// The timeline entries of an owner's tasks, or of all, as they come. See ``TaskManager/followFeed(in:after:limit:)``.
public struct FeedSequence: AsyncSequence, Sendable {
    let engine: Engine
    let query: FeedQuery

    /// Begins to follow; nothing that is written from now on is missed.
    public func makeAsyncIterator() -> Iterator { Iterator(engine, query) }

    /// Reads up to the end of the feed, and waits for more.
    public struct Iterator: AsyncIteratorProtocol {
        private let engine: Engine
        private var query: FeedQuery
        private let follow: FeedFollowers.Follow
        private var isEnding = false

        fileprivate init(_ engine: Engine, _ query: FeedQuery) {
            self.engine = engine
            self.query = query
            follow = engine.watchers.feeds.follow(query.scope)
        }

        /// Gives what comes next, and waits when there is nothing. A sequence that begins at the end says where that is at first.
        ///
        /// - Returns: nil when the manager has shut down and all is taken.
        /// - Throws: `CancellationError` when the waiting Swift task is cancelled, ``StoreError``.
        public mutating func next() async throws -> FeedBatch? {
            while true {
                try Task.checkCancellation()
                let isFirst = query.after == nil
                let page = try await engine.store.feed(query)
                query.after = page.next
                // Progress is told behind the entries that came before it.
                let progress = page.entries.count < query.limit ? follow.takeProgress() : []
                if isFirst || page.hasGap || !page.entries.isEmpty || !progress.isEmpty {
                    return FeedBatch(entries: page.entries, progress: progress, next: page.next, hasGap: page.hasGap)
                }
                if isEnding { return nil }
                var signals = follow.signals.makeAsyncIterator()
                if await signals.next() == nil {
                    try Task.checkCancellation()
                    isEnding = true
                }
            }
        }
    }
}
