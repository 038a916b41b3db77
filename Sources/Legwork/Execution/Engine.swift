import LegworkCore
import Synchronization

/// What all attempts of one manager share.
final class Engine: Sendable {
    let store: any TaskStore
    let clock: any TaskClock
    let configuration: TaskManagerConfiguration
    /// The window of calls that name none, where it is reached without copying the configuration.
    let window: Duration
    /// The same for the most bytes of arguments.
    let maximumArgumentBytes: Int
    let node: NodeID
    /// What this process can say of another node.
    let liveness: @Sendable (NodeID) -> NodeLiveness
    let deadlines: DeadlineHeap
    let live = LiveAttempts()
    let watchers = Watchers()
    let followers = NoticeFollowers()
    let tally = Tally()
    /// The tasks whose callers are getting their end as the answer: it is told to nobody else meanwhile.
    let answering = Lock<Set<TaskID>>([])
    /// What somebody was shown, and the notices of it need not be looked for again.
    let readings = Lock(RecentReadings())
    let workers: WorkerPool
    let output: OutputFolder?
    let artifacts: ArtifactFolder?
    /// From how many bytes on something that a tool says becomes an artifact; nil where there are none.
    let artifactThreshold: Int?
    let caretaker: Caretaker
    let wakeUps: WakeUps?
    let scheduler = Scheduler()
    let dispatcher: DeliveryDispatcher
    private let shuttingDown = Atomic(false)
    private let keeper: Lock<LeaseKeeper?> = Lock(nil)

    init(
        store: any TaskStore,
        clock: any TaskClock,
        configuration: TaskManagerConfiguration,
        node: NodeID,
        liveness: @escaping @Sendable (NodeID) -> NodeLiveness
    ) {
        self.store = store
        self.clock = clock
        self.configuration = configuration
        self.node = node
        self.liveness = liveness
        window = configuration.window
        maximumArgumentBytes = configuration.maximumArgumentBytes
        deadlines = DeadlineHeap(clock: clock)
        workers = WorkerPool(
            slots: configuration.workers,
            gate: QueueGate(configuration.queuePolicies, others: configuration.standardQueuePolicy)
        )
        output = configuration.outputFolder.map { OutputFolder(path: $0, limit: configuration.maximumOutputBytes) }
        artifacts = configuration.outputFolder.map { ArtifactFolder(path: $0, limit: configuration.artifactLimit) }
        artifactThreshold = artifacts == nil ? nil : max(100, configuration.artifactLimit.threshold)
        caretaker = Caretaker(configuration.retention, hasOutput: configuration.outputFolder != nil)
        dispatcher = DeliveryDispatcher(
            ChannelBook(configuration.channels, configuration.redirectRules),
            configuration.deliveryPolicy
        )
        wakeUps = configuration.wakeUps.map { WakeUps($0, clock: clock) }
        if store.isShared { keeper.withLock { $0 = LeaseKeeper(of: self) } }
    }

    /// The channels and rules that there are now.
    var channels: ChannelBook { dispatcher.book }

    /// Whether no new work is taken.
    var isShuttingDown: Bool { shuttingDown.load(ordering: .acquiring) }

    func beginShutdown() { shuttingDown.store(true, ordering: .releasing) }

    /// How often leases are renewed, and at least looked at.
    var leaseInterval: Duration { max(configuration.leaseDuration / 3, .milliseconds(10)) }

    /// Renews no more leases, when nothing is executed here any more.
    func dismissKeeper() { keeper.withLock { $0 = nil } }

    func newLease() -> Lease {
        Lease(token: .random(), node: node, expiresAt: clock.now + configuration.leaseDuration)
    }

    func problem(_ text: @autoclosure () -> String) {
        configuration.onProblem?(text())
    }

    /// Lets some time pass.
    func pause(_ duration: Duration) async {
        await withCheckedContinuation { continuation in
            _ = deadlines.schedule(after: duration) { continuation.resume() }
        }
    }
}
