public import LegworkCore

/// What a followed task gives at once.
public struct TaskEventBatch: Sendable, Hashable {
    /// The task, no older than the last of the entries.
    public var record: TaskRecord
    /// Timeline entries in order; none where only something else of the task changed.
    public var events: [TaskEvent]
    /// Whether the task has ended and these were the last.
    public var isLast: Bool
}

/// A task's timeline as it grows, to its end. See ``TaskManager/followEvents(_:)``.
public struct TaskEventSequence: AsyncSequence, Sendable {
    let engine: Engine
    let query: EventQuery

    /// Begins to follow; nothing that is written from now on is missed.
    public func makeAsyncIterator() -> Iterator { Iterator(engine, query) }

    /// Reads up to the end of the timeline, and waits for more.
    public struct Iterator: AsyncIteratorProtocol {
        private let engine: Engine
        private var query: EventQuery
        private let watch: Watch
        private var seen: TaskRecord?
        private var isOver = false

        /// Ends the watch with the last copy of the iterator.
        private final class Watch: Sendable {
            let watch: Watchers.Watch
            init(_ watch: Watchers.Watch) { self.watch = watch }
            deinit { watch.end() }
        }

        fileprivate init(_ engine: Engine, _ query: EventQuery) {
            self.engine = engine
            self.query = query
            watch = Watch(engine.watchers.watch([query.id], for: .changed))
        }

        /// Gives what comes next, and waits when there is nothing. The first batch comes at once, be it empty: it says how the task stands.
        ///
        /// - Returns: nil after the last batch, and when the task was deleted meanwhile.
        /// - Throws: ``TaskManagerError/Code/notFound`` when there is no such task at the beginning, `CancellationError`, ``StoreError``.
        public mutating func next() async throws -> TaskEventBatch? {
            if isOver { return nil }
            while true {
                try Task.checkCancellation()
                // Whether it has ended is asked before the entries are read, so that none of what was written last is missed.
                guard let record = try await engine.store.task(TaskLookup(query.id, in: query.scope)),
                    let stored = try await engine.store.events(query)
                else {
                    if seen == nil { throw TaskManagerError.notFound(query.id) }
                    isOver = true
                    return nil
                }
                let events = TimelineLimit.marking(stored, after: query.after)
                query.after = events.last?.sequence ?? query.after
                isOver = record.status.isTerminal && stored.count < query.limit
                let hasNews = seen.map { $0.progress != record.progress } ?? true
                seen = record
                if isOver || hasNews || !events.isEmpty { return TaskEventBatch(record: record, events: events, isLast: isOver) }
                var signals = watch.watch.signals.makeAsyncIterator()
                guard await signals.next() != nil else { throw CancellationError() }
            }
        }
    }
}
