import Synchronization

/// A store that lives in the process: fast, complete, and gone with it. It is also the model that other stores are compared with.
///
/// It does not grow for ever: of the tasks that have ended it keeps so many, whether or not anybody purges, and the one that ended first
/// goes to make room for the next. Tasks that are pinned or wait to be read (``TaskRecord/isKept``) stay and are not counted, and notices
/// stay until they are acknowledged.
public final class MemoryTaskStore: TaskStore {
    /// No other process sees it.
    public let isShared = false

    let contents: Lock<Contents>
    let watchers = ChangeBroadcast<TaskID>()
    let scheduleWatchers = ChangeBroadcast<ScheduleID>()

    /// Makes an empty store.
    ///
    /// - Parameters:
    ///   - timeline: how long a task's timeline may grow.
    ///   - maximumFinished: how many tasks that have ended it keeps, at least one; nil keeps all until they are purged.
    public init(timeline: TimelineLimit = .standard, maximumFinished: Int? = MemoryTaskStore.standardMaximumFinished) {
        contents = Lock(Contents(timeline: timeline, maximumFinished: maximumFinished))
    }

    /// How many finished tasks are kept unless it is said otherwise: 10,000.
    public static let standardMaximumFinished = 10_000

    /// Records a new task.
    public func insert(_ request: InsertRequest) async throws(StoreError) -> InsertResult {
        let (result, evicted) = try contents.withLock { (contents) throws(StoreError) in
            (try contents.insert(request), contents.takeEvicted())
        }
        if case .inserted = result { watchers.send([request.record.id] + evicted) }
        return result
    }

    /// Takes queued tasks for a worker.
    public func claim(_ request: ClaimRequest) async throws(StoreError) -> [TaskRecord] {
        let claimed = try contents.withLock { (contents) throws(StoreError) in try contents.claim(request) }
        if !claimed.isEmpty { watchers.send(claimed.map(\.id)) }
        return claimed
    }

    /// Prolongs leases.
    public func renew(_ request: RenewRequest) async throws(StoreError) -> [RenewReply] {
        try contents.withLock { (contents) throws(StoreError) in try contents.renew(request) }
    }

    /// Replaces a record by its next version.
    public func commit(_ change: TaskChange) async throws(StoreError) -> CommitResult {
        let (result, evicted) = try contents.withLock { (contents) throws(StoreError) in
            (try contents.commit(change), contents.takeEvicted())
        }
        if case .applied = result { watchers.send([change.record.id] + evicted) }
        return result
    }

    /// Reads one task.
    public func task(_ lookup: TaskLookup) async throws(StoreError) -> TaskRecord? {
        try contents.withLock { (contents) throws(StoreError) in
            try contents.checkOpen()
            return contents.entry(lookup.id, in: lookup.scope)?.record
        }
    }

    /// Finds tasks by prefix or name.
    public func find(_ search: TaskSearch) async throws(StoreError) -> [TaskSummary] {
        try contents.withLock { (contents) throws(StoreError) in try contents.find(search) }
    }

    /// Lists tasks, the newest first.
    public func tasks(_ query: TaskQuery) async throws(StoreError) -> TaskPage {
        try contents.withLock { (contents) throws(StoreError) in try contents.tasks(query) }
    }

    /// Counts tasks by status.
    public func counts(_ scope: Scope) async throws(StoreError) -> TaskCounts {
        try contents.withLock { (contents) throws(StoreError) in
            try contents.checkOpen()
            switch scope {
            case .owner(let owner): return contents.shelves[owner]?.counts ?? TaskCounts()
            case .operator: return contents.all.counts
            }
        }
    }

    /// Reads a task's timeline.
    public func events(_ query: EventQuery) async throws(StoreError) -> [TaskEvent]? {
        try contents.withLock { (contents) throws(StoreError) in
            try contents.checkOpen()
            guard let entry = contents.entry(query.id, in: query.scope) else { return nil }
            let dropped = contents.droppable(of: entry)
            let kept = entry.events.lazy.filter { $0.sequence > query.after && dropped?.contains($0.sequence) != true }
            return Array(kept.prefix(max(0, query.limit)))
        }
    }

    /// Reads the timeline entries of all tasks of a scope.
    public func feed(_ query: FeedQuery) async throws(StoreError) -> FeedPage {
        try contents.withLock { (contents) throws(StoreError) in try contents.feed(query) }
    }

    /// Finds the nodes that hold leases.
    public func leaseHolders() async throws(StoreError) -> [LeaseHolder] {
        try contents.withLock { (contents) throws(StoreError) in try contents.leaseHolders() }
    }

    /// Finds executing tasks whose lease is lost.
    public func lostLeases(_ query: LostLeaseQuery) async throws(StoreError) -> [TaskRecord] {
        try contents.withLock { (contents) throws(StoreError) in try contents.lostLeases(query) }
    }

    /// Deletes finished tasks.
    public func purge(_ request: PurgeRequest) async throws(StoreError) -> [TaskID] {
        let purged = try contents.withLock { (contents) throws(StoreError) in try contents.purge(request) }
        if !purged.isEmpty { watchers.send(purged) }
        return purged
    }

    /// Finds all that descends from a task.
    public func descendants(_ query: DescendantQuery) async throws(StoreError) -> [TaskSummary]? {
        try contents.withLock { (contents) throws(StoreError) in try contents.descendants(query) }
    }

    /// Closes a run.
    public func cancel(_ run: RunCancel) async throws(StoreError) {
        try contents.withLock { (contents) throws(StoreError) in try contents.cancel(run) }
    }

    /// Puts a message into a task's inbox.
    public func send(_ request: SendRequest) async throws(StoreError) -> SendResult {
        let result = try contents.withLock { (contents) throws(StoreError) in try contents.send(request) }
        if case .queued = result { watchers.send([request.recipient]) }
        return result
    }

    /// Removes the messages that were dealt with and gives the next ones.
    public func take(_ request: TakeRequest) async throws(StoreError) -> TakeReply {
        try contents.withLock { (contents) throws(StoreError) in try contents.take(request) }
    }

    /// Reads the messages that could not be delivered.
    public func deadLetters(_ query: DeadLetterQuery) async throws(StoreError) -> [DeadLetter] {
        try contents.withLock { (contents) throws(StoreError) in
            try contents.checkOpen()
            return contents.deadLetters.find(query)
        }
    }

    /// Sends a dead letter again.
    public func replay(_ request: ReplayRequest) async throws(StoreError) -> ReplayResult? {
        let result = try contents.withLock { (contents) throws(StoreError) in try contents.replay(request) }
        if let result, case .queued = result.result { watchers.send([result.recipient]) }
        return result
    }

    /// Deletes dead letters.
    public func clear(_ query: DeadLetterQuery) async throws(StoreError) -> Int {
        try contents.withLock { (contents) throws(StoreError) in try contents.clear(query) }
    }

    /// Writes a notice of a running task.
    public func post(_ request: NoticePost) async throws(StoreError) -> PostResult {
        let result = try contents.withLock { (contents) throws(StoreError) in try contents.post(request) }
        switch result {
        case .posted: watchers.send([request.notice.task])
        case .coalesced: if !request.notice.kind.isTerminal { watchers.send([request.notice.task]) }
        case .full, .lost: break
        }
        return result
    }

    /// Reads notices.
    public func notices(_ query: NoticeQuery) async throws(StoreError) -> [Notice] {
        try contents.withLock { (contents) throws(StoreError) in
            try contents.checkOpen()
            return contents.notices.find(query)
        }
    }

    /// Says how far notices have come.
    public func mark(_ request: NoticeMark) async throws(StoreError) -> Int {
        try contents.withLock { (contents) throws(StoreError) in
            try contents.checkOpen()
            return contents.notices.mark(request)
        }
    }

    /// The ids of tasks as they change.
    public func changes() -> AsyncStream<[TaskID]> { watchers.subscribe() }

    /// Nothing is ever damaged here.
    public func quarantined() async throws(StoreError) -> [QuarantinedTask] { [] }

    /// Forgets everything.
    public func close() async {
        contents.withLock { $0.close() }
        watchers.finish()
        scheduleWatchers.finish()
    }
}
