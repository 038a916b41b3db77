public import LegworkCore

/// How one call is to be made.
public struct CallOptions: Sendable {
    /// What becomes of a call whose caller leaves (whose Swift task is cancelled) during the window.
    public enum CallerLeaves: String, Sendable, Hashable {
        /// The call is cancelled.
        case cancel
        /// The call becomes a task.
        case promote
    }

    /// How long the call may take before it becomes a task; nil means the tool's, then the manager's window. Zero or more.
    public var window: Duration?
    /// Makes the call a task at once.
    public var inBackground: Bool = false
    /// What becomes of the call when the caller leaves during the window.
    public var whenCallerLeaves: CallerLeaves = .cancel
    /// Decides at the moment the caller leaves, in place of ``whenCallerLeaves``: a door may learn only then why he does. Must be quick.
    public var decideWhenCallerLeaves: (@Sendable () -> CallerLeaves)?
    /// One line for people; nil lets the tool say it.
    public var title: String?
    /// A name unique among the owner's live tasks. A call with a name is a task from its start.
    public var name: String?
    /// Where the task stands in its family; what is left open is taken from what is being executed (``AmbientLineage``).
    public var lineage: Lineage = .none
    /// Records the call with its result, also when it finishes in time.
    public var isRecorded: Bool = false
    /// The id of the task, for callers who have to know it first; nil makes one. Such a call is a task from its start.
    public var id: TaskID?
    /// A second call of the owner with the same key gives the first one's task. Such a call is a task from its start.
    public var idempotencyKey: String?
    /// While a live task of the owner has this key, it is given and nothing is started. Such a call is a task from its start.
    public var flightKey: String?
    /// How often the call is tried again when it fails after it has become a task; nil means the tool's policy, if that applies to calls. As
    /// long as the caller waits there is one attempt.
    public var retry: RetryPolicy?
    /// What is kept with the task.
    public var metadata = JSONObject()
    /// Whether retention leaves the task alone until its owner has read the result.
    public var keepsUntilRead: Bool = false
    /// Where it is told what becomes of the task, beside what the rules say. Such a call is a task from its start.
    public var redirects: [RedirectWish] = []
    /// Hears what the tool reports while the caller waits. Called from any thread, in order; must be quick.
    public var onReport: (@Sendable (ToolReport) -> Void)?
    /// Hears what the tool logs while the caller waits. Called from any thread, in order; must be quick.
    public var onLog: (@Sendable (ToolLogEntry) -> Void)?
    /// Hears that the tool is about to ask something while the caller waits: the task that the caller then gets is one that asks. Must be quick.
    public var onAsk: (@Sendable () -> Void)?

    /// The defaults.
    public init() {}

    /// The defaults with another window.
    public static func window(_ window: Duration) -> CallOptions {
        var options = CallOptions()
        options.window = window
        return options
    }

    /// A call that becomes a task at once.
    public static var background: CallOptions {
        var options = CallOptions()
        options.inBackground = true
        return options
    }
}

/// What a call gave.
public enum CallOutcome: Sendable, Hashable {
    /// The tool finished within the window. A tool that threw gives a result with `isError`.
    case finished(ToolResult)
    /// The call goes on as a task, which is recorded already.
    case task(TaskRecord)

    /// The result of a call that finished.
    public var result: ToolResult? { if case .finished(let result) = self { result } else { nil } }

    /// The record of a call that became a task.
    public var task: TaskRecord? { if case .task(let record) = self { record } else { nil } }
}

/// How a task is to be queued.
public struct SubmitOptions: Sendable {
    /// The queue.
    public var queue: String = TaskRecord.defaultQueue
    /// Higher goes first.
    public var priority: Int = 0
    /// How long the task is to wait at least, up to a year.
    public var delay: Duration = .zero
    /// Before when the task is not to begin, whatever ``delay`` says; up to ten years ahead.
    public var notBefore: Timestamp?
    /// When the task has to have ended. A task that has not begun by then fails as one that waited too long; one that is executed is told to
    /// stop.
    public var deadline: Timestamp?
    /// How long it may take and wait; what is left open the tool, then the manager decides.
    public var limits = TaskLimits()
    /// How often it is tried again; nil means the tool's policy.
    public var retry: RetryPolicy?
    /// Tasks of one key share the limits per key of their queue (``QueuePolicy``).
    public var limitKey: String?
    /// One line for people; nil lets the tool say it.
    public var title: String?
    /// A name unique among the owner's live tasks.
    public var name: String?
    /// Where the task stands in its family; what is left open is taken from what is being executed (``AmbientLineage``).
    public var lineage: Lineage = .none
    /// The id of the task, for callers who have to know it first; nil makes one.
    public var id: TaskID?
    /// A second submission of the owner with the same key gives the first one's task.
    public var idempotencyKey: String?
    /// While a live task of the owner has this key, it is given and nothing is queued.
    public var flightKey: String?
    /// What is kept with the task.
    public var metadata = JSONObject()
    /// Whether retention leaves the task alone until its owner has read the result.
    public var keepsUntilRead: Bool = false
    /// Where it is told what becomes of the task, beside what the rules say.
    public var redirects: [RedirectWish] = []

    /// The defaults.
    public init() {}
}

/// How a closure is to be made a task.
public struct SpawnOptions: Sendable {
    /// The kind of work, which stands in the place of a tool's name: 1 to 128 of `A-Z a-z 0-9 _ . -`.
    public var kind: String = "spawn"
    /// A name unique among the owner's live tasks.
    public var name: String?
    /// Where the task stands in its family; what is left open is taken from what is being executed (``AmbientLineage``).
    public var lineage: Lineage = .none
    /// The id of the task, for callers who have to know it first; nil makes one.
    public var id: TaskID?
    /// A second use of the owner with the same key gives the first one's task.
    public var idempotencyKey: String?
    /// While a live task of the owner has this key, it is given and nothing is started.
    public var flightKey: String?
    /// What is kept with the task.
    public var metadata = JSONObject()
    /// Whether retention leaves the task alone until its owner has read the result.
    public var keepsUntilRead: Bool = false
    /// Where it is told what becomes of the task, beside what the rules say.
    public var redirects: [RedirectWish] = []
    /// How long the closure has to stop once it was asked to.
    public var cancelGrace: Duration = .seconds(5)

    /// The defaults.
    public init() {}

    /// The defaults with a name.
    public static func named(_ name: String) -> SpawnOptions {
        var options = SpawnOptions()
        options.name = name
        return options
    }

    /// The same for a call.
    func callOptions(title: String) -> CallOptions {
        var options = CallOptions.background
        options.title = title
        options.name = name
        options.lineage = lineage
        options.id = id
        options.idempotencyKey = idempotencyKey
        options.flightKey = flightKey
        options.metadata = metadata
        options.keepsUntilRead = keepsUntilRead
        options.redirects = redirects
        return options
    }
}

/// What became of the wish to start something.
public struct Spawned: Sendable, Hashable {
    /// The task.
    public var task: TaskRecord
    /// Whether it was started now. False when a key found a task that was there.
    public var isNew: Bool

    /// Describes an outcome.
    public init(_ task: TaskRecord, isNew: Bool) {
        self.task = task
        self.isNew = isNew
    }
}
