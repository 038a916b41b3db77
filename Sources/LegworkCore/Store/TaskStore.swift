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
    /// An owner's idempotency key finds the task that was recorded with it first; a name is taken while a live task of the same owner has it.
    func insert(_ request: InsertRequest) async throws(StoreError) -> InsertResult

    /// Takes queued tasks for a worker: the highest priority first, then the oldest; none before its `notBefore`.
    ///
    /// - Returns: the claimed records (see ``TaskRecord/claim(under:at:)``), at most as many as asked for.
    func claim(_ request: ClaimRequest) async throws(StoreError) -> [TaskRecord]

    /// Prolongs the leases of attempts that go on.
    ///
    /// - Returns: one answer per lease, in the order asked.
    func renew(_ request: RenewRequest) async throws(StoreError) -> [RenewReply]

    /// Replaces a record by its next version, if nobody else has done so and the lease token, where one is named, is still the task's.
    ///
    /// Owner, tool, name and idempotency key never change: a version that differs there throws ``StoreError/Code/invalid``. A lease that was
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

    /// Finds executing tasks whose lease has run out or belongs to a node that is known to be gone.
    func lostLeases(_ query: LostLeaseQuery) async throws(StoreError) -> [TaskRecord]

    /// Deletes finished tasks with everything that belongs to them; which ones first, when there are more than the limit, is the store's choice.
    ///
    /// - Returns: the ids of those deleted, so that their files can follow.
    func purge(_ request: PurgeRequest) async throws(StoreError) -> [TaskID]

    /// The ids of tasks as they change, by whomever, from now on. A slow reader loses nothing but may get several changes as one.
    func changes() -> AsyncStream<[TaskID]>

    /// The records that could not be read, which were set aside.
    func quarantined() async throws(StoreError) -> [QuarantinedTask]

    /// Finishes what was begun and lets go of all resources. Later calls throw ``StoreError/Code/closed``.
    func close() async
}
