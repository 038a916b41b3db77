/// Where tasks live. A store is dumb: the manager computes the next record with ``TaskLifecycle``, the store makes it so, atomically.
///
/// Every method is one transaction, and returns when what it wrote is durable (as far as the store is at all). Every lookup takes the
/// scope first: a foreign task and a missing task give the same answer. No cost may grow with the number of stored tasks by more than its
/// logarithm, and no method may copy more than it returns. `LegworkStoreConformance` holds the behaviours that every store must show.
public protocol TaskStore: Sendable {
    /// Whether other processes may write to the same store, so that ``changes()`` has to be watched.
    var isShared: Bool { get }

    /// Records a new task together with its first timeline entries.
    ///
    /// An owner's idempotency key finds the task that was recorded with it first. Then a run that was cancelled, or a parent of the same owner
    /// that was cancelled or asked to stop, refuses every new member of the family. A flight key finds the live task of the same owner that
    /// has it, and a name is taken while a live task of the same owner has it.
    func insert(_ request: InsertRequest) async throws(StoreError) -> InsertResult

    /// Takes queued tasks for a worker: the highest priority first; of one priority in one queue the owners in turn, each with the oldest first;
    /// none before its `notBefore`, none of a queue that is paused, and none that the request's gate keeps back.
    ///
    /// - Returns: the claimed records (see ``TaskRecord/claim(under:at:)``), at most as many as asked for.
    func claim(_ request: ClaimRequest) async throws(StoreError) -> [TaskRecord]

    /// Prolongs the leases of attempts that go on.
    ///
    /// - Returns: one answer per lease, in the order asked.
    func renew(_ request: RenewRequest) async throws(StoreError) -> [RenewReply]

    /// Replaces a record by its next version, if nobody else has done so and the lease token, where one is named, is still the task's.
    ///
    /// The notices and deliveries of the change are written with it; a task's end is told once, however often it is said, and a delivery whose id
    /// is there already is left as it is. Messages that a task has not dealt with when it ends become dead letters with it.
    /// Owner, tool, name, keys and whether there is an inbox never change: a version that differs there throws ``StoreError/Code/invalid``. A lease that was
    /// renewed while the change was made keeps its later end.
    func commit(_ change: TaskChange) async throws(StoreError) -> CommitResult

    /// Reads one task.
    func task(_ lookup: TaskLookup) async throws(StoreError) -> TaskRecord?

    /// Finds the tasks whose id begins with a prefix, or whose name is given; live tasks with the name first, then the newest.
    ///
    /// - Returns: at most ``TaskSearch/limit`` summaries.
    func find(_ search: TaskSearch) async throws(StoreError) -> [TaskSummary]

    /// Lists tasks, the newest first, a page at a time.
    func tasks(_ query: TaskQuery) async throws(StoreError) -> TaskPage

    /// Counts tasks by status.
    func counts(_ scope: Scope) async throws(StoreError) -> TaskCounts

    /// Reads a task's timeline in order; nil for a task that is foreign or missing.
    func events(_ query: EventQuery) async throws(StoreError) -> [TaskEvent]?

    /// Reads the timeline entries of all tasks of a scope in the order in which they became visible. Whoever has read as far as a place has
    /// missed nothing before it; ``FeedPage/hasGap`` tells of what was deleted before it could be read.
    func feed(_ query: FeedQuery) async throws(StoreError) -> FeedPage

    /// Finds the nodes that hold leases of executing tasks, in the order of their names. May cost as much as there are executing tasks.
    func leaseHolders() async throws(StoreError) -> [LeaseHolder]

    /// Finds executing tasks whose lease has run out or belongs to a node that is known to be gone.
    func lostLeases(_ query: LostLeaseQuery) async throws(StoreError) -> [TaskRecord]

    /// Deletes finished tasks with everything that belongs to them, those that ended first at first. Notices that are not acknowledged stay, and
    /// deliveries that have not arrived.
    ///
    /// However many a request asks for, a store may delete fewer at once: whoever wants all asks again until none is left.
    ///
    /// - Returns: the ids of those deleted, so that their files can follow.
    func purge(_ request: PurgeRequest) async throws(StoreError) -> [TaskID]

    /// Finds all that descends from a task, itself left out: parents before their children, each once, however the parents go in circles.
    ///
    /// - Returns: nil when there is no such task in the scope.
    func descendants(_ query: DescendantQuery) async throws(StoreError) -> [TaskSummary]?

    /// Closes a run, so that no more tasks of it are recorded.
    func cancel(_ run: RunCancel) async throws(StoreError)

    // MARK: Queues

    /// Finds the queued tasks that have waited too long, and when the next one will have, or may begin.
    func waiting(_ query: WaitingQuery) async throws(StoreError) -> WaitingReply

    /// Opens, pauses or drains a queue. Durable: whoever opens the store finds it so.
    func set(_ update: QueueUpdate) async throws(StoreError)

    /// Reads the queues that have something in them or are not open, in the order of their names. Counts at most ``QueueStanding/greatestCount``
    /// tasks of each kind in each queue; may cost as much as there are executing tasks.
    func queues() async throws(StoreError) -> [QueueStanding]

    // MARK: Messages

    /// Puts a message into a task's inbox.
    func send(_ request: SendRequest) async throws(StoreError) -> SendResult

    /// Removes the messages that an attempt has dealt with and gives it the next ones, in the order they were sent.
    ///
    /// A message that was given too often already becomes a dead letter instead.
    func take(_ request: TakeRequest) async throws(StoreError) -> TakeReply

    /// Reads the messages that could not be delivered.
    func deadLetters(_ query: DeadLetterQuery) async throws(StoreError) -> [DeadLetter]

    /// Sends a dead letter again: to its recipient, or when that has ended to the live task of the same owner and name. Once it is queued,
    /// or was before, the letter is gone.
    ///
    /// - Returns: nil when there is no such letter in the scope.
    func replay(_ request: ReplayRequest) async throws(StoreError) -> ReplayResult?

    /// Deletes dead letters.
    ///
    /// - Returns: how many there were.
    func clear(_ query: DeadLetterQuery) async throws(StoreError) -> Int

    // MARK: Notices

    /// Writes a notice of a running task, or of an end that is to be told after all: one that was told already is not written again, unless
    /// its notice counts as handed out, which then gets a new place.
    func post(_ request: NoticePost) async throws(StoreError) -> PostResult

    /// Reads notices.
    func notices(_ query: NoticeQuery) async throws(StoreError) -> [Notice]

    /// Says how far notices have come; those that are acknowledged are deleted.
    ///
    /// - Returns: how many changed.
    func mark(_ request: NoticeMark) async throws(StoreError) -> Int

    // MARK: Schedules

    /// Records a new schedule. Of its owner's schedules that have ended it keeps ``ScheduleInsert/maximumEnded``.
    func insert(_ request: ScheduleInsert) async throws(StoreError) -> ScheduleInsertResult

    /// Replaces a schedule by its next version, if nobody else has done so, and records the task that is made with it. However many
    /// processes find that its time has come, one of them makes the task.
    ///
    /// What the insert of the task answers does not stop the change.
    func commit(_ change: ScheduleChange) async throws(StoreError) -> ScheduleCommitResult

    /// Deletes a schedule; the tasks that it made stay.
    ///
    /// - Returns: whether there was one in the scope.
    func delete(_ lookup: ScheduleLookup) async throws(StoreError) -> Bool

    /// Reads schedules.
    func schedules(_ query: ScheduleQuery) async throws(StoreError) -> [ScheduleRecord]

    /// Finds the active schedules of which the time has come, the longest due first.
    func dueSchedules(_ query: DueScheduleQuery) async throws(StoreError) -> DueSchedules

    /// The ids of schedules as they change, by whomever, from now on.
    func scheduleChanges() -> AsyncStream<[ScheduleID]>

    // MARK: Deliveries

    /// Finds the pending deliveries of a channel of which the time has come, the longest due first.
    func dueDeliveries(_ query: DueDeliveryQuery) async throws(StoreError) -> DueDeliveries

    /// Replaces a delivery by its next version, if nobody else has done so. Id, channel, target and content never change.
    func commit(_ change: DeliveryChange) async throws(StoreError) -> DeliveryCommitResult

    /// Reads deliveries.
    func deliveries(_ query: DeliveryQuery) async throws(StoreError) -> DeliveryPage

    /// Deletes deliveries, at most as many as the query's limit.
    ///
    /// - Returns: how many there were.
    func delete(_ query: DeliveryQuery) async throws(StoreError) -> Int

    /// Reads how much lies there for each channel that has something pending or dead in the scope, in the order of their names. Counts at most
    /// ``ChannelStanding/greatestCount`` of each kind.
    func channelStandings(_ scope: Scope) async throws(StoreError) -> [ChannelStanding]

    // MARK: The store

    /// The ids of tasks as they change, get messages or post notices, by whomever, from now on. A slow reader loses nothing but may get several changes as one.
    func changes() -> AsyncStream<[TaskID]>

    /// The records that could not be read, which were set aside.
    func quarantined() async throws(StoreError) -> [QuarantinedTask]

    /// Finishes what was begun and lets go of all resources. Later calls throw ``StoreError/Code/closed``.
    func close() async
}
