import LegworkCore

/// What a mirror knows and has to do. A pure value: no clock, no lock, no Redis.
///
/// Work is done in rounds. A round writes everything that was known to have changed when it began; when it has done so, and left nothing
/// behind, the position moves to its beginning. What becomes known meanwhile belongs to the next round.
struct MirrorState {
    /// The most ids that are remembered; when more change, they are forgotten, and the next round looks for them in the task store.
    static let pendingLimit = 100_000
    /// The most unfinished tasks that are watched for the position's sake.
    static let unfinishedLimit = 100_000
    /// The most refusals that are remembered.
    static let refusalLimit = 1000

    /// What one round has to do.
    struct Round: Sendable {
        /// When it began.
        var startedAt: Timestamp
        /// Whether to look through the task store, from the position on.
        var isScan: Bool
        /// How far everything is known to be written; nil means: not at all.
        var position: MirrorPosition?
        /// The position as Redis has it, whatever that may be; empty when it has none.
        var stored: String
        /// The tasks that changed.
        var ids: [TaskID]
        /// Who waits for it.
        var waiters: Set<Int>
    }

    private(set) var pending: Set<TaskID> = []
    private(set) var refused: [TaskID: RedisError] = [:]
    /// Whether more was refused than is remembered.
    private var hasForgotten = false
    private var needsScan = false
    private var stored = ""
    private var waiters: Set<Int> = []
    private var unfinished: [TaskID: Timestamp] = [:]
    /// Stands for unfinished tasks that were too many to watch.
    private var unfinishedFloor: Timestamp?

    /// Begins from what Redis has as the position, or again from it, when Redis has lost something. Everything that may be unwritten since is
    /// looked for.
    mutating func start(from stored: String) {
        self.stored = stored
        needsScan = true
    }

    /// Notes that tasks have changed.
    mutating func changed(_ ids: [TaskID]) {
        pending.formUnion(ids)
        guard pending.count > Self.pendingLimit else { return }
        pending = []
        needsScan = true
    }

    /// Notes that the task store is to be looked through again.
    mutating func requestScan() { needsScan = true }

    /// Notes that somebody waits until all that is known now, and all that the task store has now, is written.
    mutating func wait(_ waiter: Int) {
        waiters.insert(waiter)
        needsScan = true
    }

    /// Notes that somebody waits no more.
    mutating func forget(_ waiter: Int) { waiters.remove(waiter) }

    /// Begins a round; nil when there is nothing to do.
    mutating func beginRound(at now: Timestamp) -> Round? {
        guard needsScan || !pending.isEmpty else { return nil }
        if needsScan {
            // All of these are found again.
            refused = [:]
            hasForgotten = false
        }
        defer { (pending, needsScan, waiters) = ([], false, []) }
        return Round(
            startedAt: now,
            isScan: needsScan,
            position: MirrorPosition(stored),
            stored: stored,
            ids: Array(pending),
            waiters: waiters
        )
    }

    /// Notes that a version of a task is in Redis.
    mutating func wrote(_ id: TaskID, createdAt: Timestamp, isFinished: Bool) {
        refused[id] = nil
        if isFinished {
            unfinished[id] = nil
            return
        }
        unfinished[id] = createdAt
        guard unfinished.count > Self.unfinishedLimit else { return }
        unfinishedFloor = unfinished.values.reduce(unfinishedFloor ?? createdAt, min)
        unfinished = [:]
    }

    /// Notes that a task is no longer in the task store.
    mutating func isGone(_ id: TaskID) {
        refused[id] = nil
        unfinished[id] = nil
    }

    /// Notes that a task could not be written, and that trying again soon is of no use.
    mutating func refuse(_ id: TaskID, because error: RedisError) {
        if refused.count < Self.refusalLimit { refused[id] = error } else { hasForgotten = true }
    }

    /// The position after a round, to be saved; nil when it may not move.
    func position(after round: Round) -> MirrorPosition? {
        guard refused.isEmpty, !hasForgotten else { return nil }
        let oldest = unfinished.values.reduce(unfinishedFloor ?? round.startedAt, min)
        return MirrorPosition(writtenUntil: round.startedAt, unfinishedSince: min(oldest, round.startedAt))
    }

    /// Notes that a position was saved.
    mutating func saved(_ position: MirrorPosition) { stored = position.text }
}
