public import LegworkCore

/// A store in one SQLite file, owned by one process.
///
/// One thread writes: what is queued while it writes goes into its next transaction, so that many callers share one sync to the disk. A few
/// threads read beside it and wait for nobody. A second process, and a second store in this process, is refused while the file is open.
public final class SQLiteTaskStore: TaskStore {
    /// No other process may write to the file.
    public let isShared = false
    /// Where the file is, with all links resolved.
    public let path: String

    let writing: WritingThread
    let reading: ReadingThreads
    let watchers: ChangeBroadcast<TaskID>
    let scheduleWatchers = ChangeBroadcast<ScheduleID>()

    init(path: String, writing: WritingThread, reading: ReadingThreads, watchers: ChangeBroadcast<TaskID>) {
        self.path = path
        self.writing = writing
        self.reading = reading
        self.watchers = watchers
    }

    /// What was written since the store was opened.
    public var statistics: StoreStatistics { writing.statistics }

    deinit {
        // Somebody may have forgotten to close; what was acknowledged is on the disk all the same.
        reading.end()
        writing.end()
    }

    /// Records a new task.
    public func insert(_ request: InsertRequest) async throws(StoreError) -> InsertResult {
        let task = try EncodedTask(request.record)
        let events = try EncodedEvents(request.events)
        let notices = try EncodedNotices(request.notices)
        let deliveries = try EncodedDelivery.all(request.deliveries)
        let size = task.row.size + events.row.size + notices.row.size + deliveries.size
        return try await writing.run(size: size) { (writer) throws(StoreError) in
            try writer.insert(request, task, events, notices, deliveries)
        }
    }

    /// Takes queued tasks for a worker.
    public func claim(_ request: ClaimRequest) async throws(StoreError) -> [TaskRecord] {
        try await writing.run { (writer) throws(StoreError) in try writer.claim(request) }
    }

    /// Prolongs leases.
    public func renew(_ request: RenewRequest) async throws(StoreError) -> [RenewReply] {
        try await writing.run(size: request.items.count * 32) { (writer) throws(StoreError) in try writer.renew(request) }
    }

    /// Replaces a record by its next version.
    public func commit(_ change: TaskChange) async throws(StoreError) -> CommitResult {
        let task = try EncodedTask(change.record)
        let events = try EncodedEvents(change.events)
        let notices = try EncodedNotices(change.notices)
        let deliveries = try EncodedDelivery.all(change.deliveries)
        let size = task.row.size + events.row.size + notices.row.size + deliveries.size
        return try await writing.run(size: size) { (writer) throws(StoreError) in
            try writer.commit(change, task, events, notices, deliveries)
        }
    }

    /// Reads one task.
    public func task(_ lookup: TaskLookup) async throws(StoreError) -> TaskRecord? {
        try await reading.run { (reader) throws(StoreError) in try reader.task(lookup) }
    }

    /// Finds tasks by prefix or name.
    public func find(_ search: TaskSearch) async throws(StoreError) -> [TaskSummary] {
        try await reading.run { (reader) throws(StoreError) in try reader.find(search) }
    }

    /// Lists tasks, the newest first.
    public func tasks(_ query: TaskQuery) async throws(StoreError) -> TaskPage {
        try await reading.run { (reader) throws(StoreError) in try reader.tasks(query) }
    }

    /// Counts tasks by status.
    public func counts(_ scope: Scope) async throws(StoreError) -> TaskCounts {
        try await reading.run { (reader) throws(StoreError) in try reader.counts(scope) }
    }

    /// Reads a task's timeline.
    public func events(_ query: EventQuery) async throws(StoreError) -> [TaskEvent]? {
        try await reading.run { (reader) throws(StoreError) in try reader.events(query) }
    }

    /// Reads the timeline entries of all tasks of a scope.
    public func feed(_ query: FeedQuery) async throws(StoreError) -> FeedPage {
        try await reading.run { (reader) throws(StoreError) in try reader.feed(query) }
    }

    /// Finds the nodes that hold leases.
    public func leaseHolders() async throws(StoreError) -> [LeaseHolder] {
        try await reading.run { (reader) throws(StoreError) in try reader.leaseHolders() }
    }

    /// Finds executing tasks whose lease is lost.
    public func lostLeases(_ query: LostLeaseQuery) async throws(StoreError) -> [TaskRecord] {
        try await reading.run { (reader) throws(StoreError) in try reader.lostLeases(query) }
    }

    /// Deletes finished tasks, those that ended first at first.
    public func purge(_ request: PurgeRequest) async throws(StoreError) -> [TaskID] {
        try await writing.run { (writer) throws(StoreError) in try writer.purge(request) }
    }

    /// Finds all that descends from a task.
    public func descendants(_ query: DescendantQuery) async throws(StoreError) -> [TaskSummary]? {
        try await reading.run { (reader) throws(StoreError) in try reader.descendants(query) }
    }

    /// Closes a run.
    public func cancel(_ run: RunCancel) async throws(StoreError) {
        try await writing.run { (writer) throws(StoreError) in try writer.cancel(run) }
    }

    /// The ids of tasks as they change.
    public func changes() -> AsyncStream<[TaskID]> { watchers.subscribe() }

    /// What was set aside, the oldest first, at most 10,000.
    public func quarantined() async throws(StoreError) -> [QuarantinedTask] {
        // On the writing thread, behind whatever readers have asked it to set aside.
        try await writing.run { (writer) throws(StoreError) in try writer.quarantined() }
    }

    /// Writes what is queued, moves the write-ahead log into the file, and lets another process have it.
    public func close() async {
        reading.end()
        await reading.ended()
        writing.end()
        await writing.ended()
        watchers.finish()
        scheduleWatchers.finish()
    }
}

extension SQLiteTaskStore {
    /// Changes how large the file may grow, for tests of a full disk.
    package func setMaximumPages(_ pages: Int) async throws(StoreError) {
        try await writing.run { (writer) throws(StoreError) in
            _ = try writer.connection.integer(SQL(stringLiteral: "PRAGMA max_page_count = \(pages)"))
        }
    }

    /// How SQLite goes about the statements used so far, those of one reading connection and of the writing one: each text with its steps.
    package func queryPlans() async throws(StoreError) -> [(text: String, steps: [String])] {
        let read = try await reading.run { (reader) throws(StoreError) in try reader.connection.plans() }
        return read + (try await writing.run { (writer) throws(StoreError) in try writer.connection.plans() })
    }

    /// SQLite's own check of the whole file: `ok`, or what is wrong. Takes long.
    package func checkIntegrity() async throws(StoreError) -> String {
        try await reading.run { (reader) throws(StoreError) in
            var lines: [String] = []
            try reader.connection.each("PRAGMA integrity_check") { row in lines.append(row.rawText(0)) }
            return lines.joined(separator: "\n")
        }
    }
}
