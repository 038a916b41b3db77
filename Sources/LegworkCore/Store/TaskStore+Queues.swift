/// Which queued tasks have waited too long.
public struct WaitingQuery: Sendable, Hashable {
    /// The time.
    public var now: Timestamp
    /// The most overdue tasks.
    public var limit: Int

    /// Makes a query.
    public init(at now: Timestamp, limit: Int = 100) {
        self.now = now
        self.limit = limit
    }
}

/// What the queues wait for.
public struct WaitingReply: Sendable, Hashable {
    /// Queued tasks whose ``TaskRecord/waitsUntil`` has come, the one that came first at first.
    public var overdue: [TaskRecord]
    /// When the next task that is not overdue will have waited too long.
    public var nextOverdue: Timestamp?
    /// When the first task may begin that was held back for its time; a time that has come means that the next claim may take it.
    public var nextStart: Timestamp?

    /// Describes it.
    public init(overdue: [TaskRecord] = [], nextOverdue: Timestamp? = nil, nextStart: Timestamp? = nil) {
        self.overdue = overdue
        self.nextOverdue = nextOverdue
        self.nextStart = nextStart
    }
}

/// Whether a queue takes and gives tasks.
public enum QueueState: String, Sendable, Hashable, CaseIterable {
    /// It does both.
    case open
    /// It takes tasks, and keeps them.
    case paused
    /// It gives tasks, and takes no new ones. Those that come back to it for another attempt are taken.
    case draining
}

/// Opens, pauses or drains a queue.
public struct QueueUpdate: Sendable, Hashable {
    /// The queue.
    public var queue: String
    /// What it is to be.
    public var state: QueueState
    /// The time.
    public var now: Timestamp

    /// Makes a request.
    public init(_ queue: String, _ state: QueueState, now: Timestamp) {
        self.queue = queue
        self.state = state
        self.now = now
    }
}

/// A queue as it stands.
public struct QueueStanding: Sendable, Hashable {
    /// Where counting ends: a number that is as large means that many or more.
    public static let greatestCount = 10_000

    /// Its name.
    public var queue: String
    /// Whether it takes and gives tasks.
    public var state: QueueState
    /// How many tasks may begin.
    public var ready: Int
    /// How many wait for their time.
    public var delayed: Int
    /// How many are executed.
    public var executing: Int

    /// Describes a queue.
    public init(_ queue: String, _ state: QueueState = .open, ready: Int = 0, delayed: Int = 0, executing: Int = 0) {
        self.queue = queue
        self.state = state
        self.ready = ready
        self.delayed = delayed
        self.executing = executing
    }
}
