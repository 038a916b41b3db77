public import LegworkCore

extension TaskManager {
    /// How many pages one look at a feed goes through for entries that are wanted, before it gives what it has.
    private static let longestSearch = 100

    /// Reads the timeline entries of all tasks of a scope in the order in which they became visible, and waits for some when there are none.
    ///
    /// - Parameters:
    ///   - query: which part of the feed.
    ///   - limit: how long to wait at most until there is one.
    ///   - isWanted: the entries that count; ``FeedPage/next`` is behind those that do not, too. A look that finds none among many gives an
    ///     empty page early; read on from its ``FeedPage/next``.
    /// - Returns: what there is; an empty page when the time is over.
    /// - Throws: `CancellationError`, ``StoreError``, ``TaskManagerError/Code/invalidArgument`` for a wait that is too long.
    public func feed(
        _ query: FeedQuery,
        waitingAtMost limit: Duration = .zero,
        where isWanted: @Sendable (FeedEntry) -> Bool = { _ in true }
    ) async throws -> FeedPage {
        try checkWait(limit)
        let follow = engine.watchers.feeds.follow(query.scope)
        let deadline = limit > .zero ? Deadline(engine, after: limit) { follow.end() } : nil
        var (query, hasGap, looks) = (query, false, 0)
        var signals = follow.signals.makeAsyncIterator()
        while true {
            let page = try await engine.store.feed(query)
            hasGap = hasGap || page.hasGap
            let wanted = page.entries.filter(isWanted)
            looks += 1
            if !wanted.isEmpty || hasGap || looks == Self.longestSearch { return FeedPage(wanted, next: page.next, hasGap: hasGap) }
            query.after = page.next
            if page.entries.count == query.limit { continue }
            guard let deadline, !deadline.hasPassed else { return FeedPage([], next: page.next, hasGap: false) }
            // When the signals have ended, it is looked once more.
            if await signals.next() == nil {
                try Task.checkCancellation()
                if !deadline.hasPassed { return FeedPage([], next: page.next, hasGap: false) }
            }
        }
    }

    /// Gives the timeline entries of all tasks of a scope in the order in which they become visible, each as soon as it is written.
    ///
    /// ```swift
    /// for try await batch in manager.followFeed(in: .owner("session-1"), after: seen) {
    ///     for entry in batch.entries { print(entry.task, entry.event.kind, entry.event.text ?? "") }
    ///     seen = batch.next
    /// }
    /// ```
    ///
    /// Nothing polls, and nothing is held in memory for a reader that is slow: he reads from the store. Those of other processes are heard
    /// of while ``run()`` runs. The sequence ends when the manager has shut down.
    ///
    /// - Parameters:
    ///   - scope: who follows.
    ///   - after: the place of the last entry that was seen; nil begins with what comes from now on.
    ///   - limit: the most entries at once.
    public func followFeed(in scope: Scope, after: FeedPosition?, limit: Int = 100) -> FeedSequence {
        FeedSequence(engine: engine, query: FeedQuery(in: scope, after: after, limit: limit))
    }

    /// Gives a task's timeline as it grows, to the task's end. Every entry is given once, in order; where some were dropped to keep the timeline
    /// bounded, one entry says how many.
    ///
    /// - Parameter query: the task, and after which entry to begin; its limit is the most entries at once.
    public func followEvents(_ query: EventQuery) -> TaskEventSequence { TaskEventSequence(engine: engine, query: query) }

    /// Waits until a task has another version than the one that was seen.
    ///
    /// - Parameters:
    ///   - id: the task.
    ///   - version: the version that was seen.
    ///   - limit: how long to wait at most.
    ///   - scope: who waits.
    /// - Returns: the record; with the version that was seen when the time is over.
    /// - Throws: as ``wait(for:_:atMost:in:)``.
    public func waitForChange(of id: TaskID, from version: Int, atMost limit: Duration, in scope: Scope) async throws -> TaskRecord {
        try checkWait(limit)
        let watch = engine.watchers.watch([id], for: .changed)
        defer { watch.end() }
        let deadline = Deadline(engine, after: limit, ends: watch)
        var signals = watch.signals.makeAsyncIterator()
        while true {
            let record = try await task(id, in: scope)
            if record.version != version || deadline.hasPassed { return record }
            if await signals.next() == nil, !deadline.hasPassed { throw CancellationError() }
        }
    }

    /// Refuses a wait that is too long.
    func checkWait(_ limit: Duration) throws(TaskManagerError) {
        guard limit >= .zero, limit <= TaskManagerConfiguration.maximumWait else {
            let longest = TaskManagerConfiguration.maximumWait.milliseconds / 1000
            throw TaskManagerError(.invalidArgument, "a wait may last 0 to \(longest) seconds, not \(limit.seconds)")
        }
    }
}
