public import LegworkCore
import Synchronization

/// The operations of a store that ``FaultyStore`` can make go wrong.
public enum StoreOperation: Sendable, Hashable, CaseIterable {
    /// The verbs of ``TaskStore``.
    case insert, claim, renew, commit, task, find, tasks, counts, events, feed, leaseHolders, lostLeases, purge, quarantined, changes
    case descendants, cancelRun, send, take, deadLetters, replay, clear, post, notices, mark
    case waiting, setQueue, queues
    case insertSchedule, commitSchedule, deleteSchedule, schedules, dueSchedules, scheduleChanges
    case dueDeliveries, commitDelivery, deliveries, deleteDeliveries, channelStandings

    /// Whether it may change what is stored.
    public var isWrite: Bool {
        switch self {
        case .insert, .claim, .renew, .commit, .purge, .cancelRun, .send, .take, .replay, .clear, .post, .mark, .setQueue: true
        case .task, .find, .tasks, .counts, .events, .feed, .leaseHolders, .lostLeases, .quarantined, .changes: false
        case .descendants, .deadLetters, .notices, .waiting, .queues: false
        case .insertSchedule, .commitSchedule, .deleteSchedule: true
        case .schedules, .dueSchedules, .scheduleChanges: false
        case .commitDelivery, .deleteDeliveries: true
        case .dueDeliveries, .deliveries, .channelStandings: false
        }
    }
}

/// When an operation goes wrong.
public enum FaultMoment: Sendable, Hashable, CaseIterable {
    /// Before the inner store has heard of it: nothing happens.
    case before
    /// When the inner store has done it, but its caller does not know yet, as when a process dies or an answer is lost.
    case after
}

/// An operation that a test holds.
public final class HeldOperation: Sendable {
    /// Fires when an operation has come to the place where it is held.
    public let reached = TestSignal()
    private let mayGoOn = TestSignal()

    /// Lets it go on, and all that come later.
    public func release() { mayGoOn.fire() }

    func pass() async {
        reached.fire()
        await mayGoOn.wait()
    }
}

/// A store that passes everything on to another one, and fails or holds the operations that a test has chosen.
///
/// ```swift
/// let store = FaultyStore(MemoryTaskStore())
/// store.fail(.commit, times: 3)                       // the next three
/// let held = store.hold(.insert, .after, at: 2)       // the second one from now, when it is written
/// await held.reached.wait()
/// held.release()
/// ```
public final class FaultyStore: TaskStore {
    let inner: any TaskStore
    let plan = Lock(FaultPlan())
    private let listener: (@Sendable (StoreOperation, FaultMoment) -> Void)?

    /// What a failing operation throws unless the test says otherwise.
    public static let full = StoreError(.full, "there is no room left; free some space")

    /// Whether other processes may write to it: as the inner store, or as the test wants it.
    public let isShared: Bool

    /// Wraps a store.
    ///
    /// - Parameters:
    ///   - isShared: whether it claims to be shared with other processes, so that several managers of a test can be as many processes; nil
    ///     means as the inner store.
    ///   - listener: hears of each operation that was not made to fail, at both moments; a program that wants to die there can.
    public init(
        _ inner: any TaskStore,
        isShared: Bool? = nil,
        listener: (@Sendable (StoreOperation, FaultMoment) -> Void)? = nil
    ) {
        self.inner = inner
        self.listener = listener
        self.isShared = isShared ?? inner.isShared
    }

    // MARK: - What goes wrong

    /// Makes operations fail.
    ///
    /// - Parameters:
    ///   - operation: which kind.
    ///   - moment: whether the inner store still does it.
    ///   - first: the first that fails; 1 is the next one of its kind.
    ///   - times: how many fail; all when it is not given.
    ///   - error: what they throw.
    public func fail(
        _ operation: StoreOperation,
        _ moment: FaultMoment = .before,
        from first: Int = 1,
        times: Int = .max,
        with error: StoreError = FaultyStore.full
    ) {
        plan.withLock { $0.add(.fail(error), operation, moment, from: first, times: times) }
    }

    /// Holds one operation until the test releases it.
    ///
    /// - Parameters:
    ///   - operation: which kind.
    ///   - moment: whether the inner store does it before it is held, or after.
    ///   - number: which one; 1 is the next one of its kind.
    public func hold(_ operation: StoreOperation, _ moment: FaultMoment = .before, at number: Int = 1) -> HeldOperation {
        let held = HeldOperation()
        plan.withLock { $0.add(.hold(held), operation, moment, from: number, times: 1) }
        return held
    }

    /// Lets everything go well from now on; what is held stays held.
    public func heal() { plan.withLock { $0.clear() } }

    /// How many operations of a kind have begun.
    public func count(of operation: StoreOperation) -> Int { plan.withLock { $0.count(of: operation) } }

    // A new verb of `TaskStore` is one more case of `StoreOperation` and one more line below.
    func pass<Answer: Sendable>(
        _ operation: StoreOperation,
        _ body: () async throws(StoreError) -> Answer
    ) async throws(StoreError) -> Answer {
        let number = plan.withLock { $0.begin(operation) }
        try await suffer(operation, number, .before)
        let answer = try await body()
        try await suffer(operation, number, .after)
        return answer
    }

    private func suffer(_ operation: StoreOperation, _ number: Int, _ moment: FaultMoment) async throws(StoreError) {
        for fault in plan.withLock({ $0.faults(of: operation, number, moment) }) {
            switch fault {
            case .fail(let error): throw error
            case .hold(let held): await held.pass()
            }
        }
        listener?(operation, moment)
    }
}

// MARK: - The store

extension FaultyStore {
    /// Passes it on.
    public func insert(_ request: InsertRequest) async throws(StoreError) -> InsertResult {
        try await pass(.insert) { () throws(StoreError) in try await inner.insert(request) }
    }

    /// Passes it on.
    public func claim(_ request: ClaimRequest) async throws(StoreError) -> [TaskRecord] {
        try await pass(.claim) { () throws(StoreError) in try await inner.claim(request) }
    }

    /// Passes it on.
    public func renew(_ request: RenewRequest) async throws(StoreError) -> [RenewReply] {
        try await pass(.renew) { () throws(StoreError) in try await inner.renew(request) }
    }

    /// Passes it on.
    public func commit(_ change: TaskChange) async throws(StoreError) -> CommitResult {
        try await pass(.commit) { () throws(StoreError) in try await inner.commit(change) }
    }

    /// Passes it on.
    public func task(_ lookup: TaskLookup) async throws(StoreError) -> TaskRecord? {
        try await pass(.task) { () throws(StoreError) in try await inner.task(lookup) }
    }

    /// Passes it on.
    public func find(_ search: TaskSearch) async throws(StoreError) -> [TaskSummary] {
        try await pass(.find) { () throws(StoreError) in try await inner.find(search) }
    }

    /// Passes it on.
    public func tasks(_ query: TaskQuery) async throws(StoreError) -> TaskPage {
        try await pass(.tasks) { () throws(StoreError) in try await inner.tasks(query) }
    }

    /// Passes it on.
    public func counts(_ scope: Scope) async throws(StoreError) -> TaskCounts {
        try await pass(.counts) { () throws(StoreError) in try await inner.counts(scope) }
    }

    /// Passes it on.
    public func events(_ query: EventQuery) async throws(StoreError) -> [TaskEvent]? {
        try await pass(.events) { () throws(StoreError) in try await inner.events(query) }
    }

    /// Passes it on.
    public func feed(_ query: FeedQuery) async throws(StoreError) -> FeedPage {
        try await pass(.feed) { () throws(StoreError) in try await inner.feed(query) }
    }

    /// Passes it on.
    public func leaseHolders() async throws(StoreError) -> [LeaseHolder] {
        try await pass(.leaseHolders) { () throws(StoreError) in try await inner.leaseHolders() }
    }

    /// Passes it on.
    public func lostLeases(_ query: LostLeaseQuery) async throws(StoreError) -> [TaskRecord] {
        try await pass(.lostLeases) { () throws(StoreError) in try await inner.lostLeases(query) }
    }

    /// Passes it on.
    public func purge(_ request: PurgeRequest) async throws(StoreError) -> [TaskID] {
        try await pass(.purge) { () throws(StoreError) in try await inner.purge(request) }
    }

    /// Passes it on.
    public func waiting(_ query: WaitingQuery) async throws(StoreError) -> WaitingReply {
        try await pass(.waiting) { () throws(StoreError) in try await inner.waiting(query) }
    }

    /// Passes it on.
    public func set(_ update: QueueUpdate) async throws(StoreError) {
        try await pass(.setQueue) { () throws(StoreError) in try await inner.set(update) }
    }

    /// Passes it on.
    public func queues() async throws(StoreError) -> [QueueStanding] {
        try await pass(.queues) { () throws(StoreError) in try await inner.queues() }
    }

    /// Passes it on.
    public func descendants(_ query: DescendantQuery) async throws(StoreError) -> [TaskSummary]? {
        try await pass(.descendants) { () throws(StoreError) in try await inner.descendants(query) }
    }

    /// Passes it on.
    public func cancel(_ run: RunCancel) async throws(StoreError) {
        try await pass(.cancelRun) { () throws(StoreError) in try await inner.cancel(run) }
    }

    /// Passes it on.
    public func send(_ request: SendRequest) async throws(StoreError) -> SendResult {
        try await pass(.send) { () throws(StoreError) in try await inner.send(request) }
    }

    /// Passes it on.
    public func take(_ request: TakeRequest) async throws(StoreError) -> TakeReply {
        try await pass(.take) { () throws(StoreError) in try await inner.take(request) }
    }

    /// Passes it on.
    public func deadLetters(_ query: DeadLetterQuery) async throws(StoreError) -> [DeadLetter] {
        try await pass(.deadLetters) { () throws(StoreError) in try await inner.deadLetters(query) }
    }

    /// Passes it on.
    public func replay(_ request: ReplayRequest) async throws(StoreError) -> ReplayResult? {
        try await pass(.replay) { () throws(StoreError) in try await inner.replay(request) }
    }

    /// Passes it on.
    public func clear(_ query: DeadLetterQuery) async throws(StoreError) -> Int {
        try await pass(.clear) { () throws(StoreError) in try await inner.clear(query) }
    }

    /// Passes it on.
    public func post(_ request: NoticePost) async throws(StoreError) -> PostResult {
        try await pass(.post) { () throws(StoreError) in try await inner.post(request) }
    }

    /// Passes it on.
    public func notices(_ query: NoticeQuery) async throws(StoreError) -> [Notice] {
        try await pass(.notices) { () throws(StoreError) in try await inner.notices(query) }
    }

    /// Passes it on.
    public func mark(_ request: NoticeMark) async throws(StoreError) -> Int {
        try await pass(.mark) { () throws(StoreError) in try await inner.mark(request) }
    }

    /// The changes of the inner store. Nobody is held here, and nothing fails; but that somebody watches can be waited for.
    public func changes() -> AsyncStream<[TaskID]> {
        let changes = inner.changes()
        let faults = plan.withLock { $0.faults(of: .changes, $0.begin(.changes), .after) }
        for case .hold(let held) in faults { held.reached.fire() }
        return changes
    }

    /// Passes it on.
    public func quarantined() async throws(StoreError) -> [QuarantinedTask] {
        try await pass(.quarantined) { () throws(StoreError) in try await inner.quarantined() }
    }

    /// Closes the inner store.
    public func close() async { await inner.close() }
}
