/// Everything that is durably known of one task, its timeline, messages and raw output aside.
public struct TaskRecord: Sendable, Hashable {
    /// The longest title, in UTF-8 bytes.
    public static let maximumTitleBytes = 200
    /// The queue of tasks that name none.
    public static let defaultQueue = "default"

    /// The task's id.
    public let id: TaskID
    /// The name of the tool that is called.
    public let tool: String
    /// What the task is about, for people: one line, at most ``maximumTitleBytes``.
    public var title: String
    /// A name unique among the owner's live tasks.
    public var name: String?
    /// Who called.
    public let caller: Caller
    /// Parent task, run, call and agent.
    public var lineage: Lineage
    /// The arguments of the call.
    public var arguments: JSONValue
    /// With the owner, makes a repeated submission find the first one.
    public var idempotencyKey: String?

    /// The queue the task waits in.
    public var queue: String
    /// Higher goes first.
    public var priority: Int
    /// Not to be claimed before this time.
    public var notBefore: Timestamp?
    /// What happens when the process that executes the task is lost.
    public var recovery: RecoveryPolicy

    /// Whether messages can be sent to the task.
    public let hasInbox: Bool
    // Most tasks have none of it, and then it costs them one word.
    var sharedExtras: Shared<Extras>?

    /// Status, reason, cancel request and attempts.
    public package(set) var lifecycle: TaskLifecycle
    /// Who executes the task, while somebody does.
    public package(set) var lease: Lease?
    /// When a cancel was first asked for.
    public package(set) var cancelRequestedAt: Timestamp?

    /// What the tool last said it is doing.
    public var statusMessage: String?
    /// How far the tool last said it has come.
    public var progress: TaskProgress?
    /// The state that the tool last saved.
    public var checkpoint: JSONValue?
    /// How many bytes of raw output there are; nil when the tool writes none.
    public var outputBytes: Int?
    /// The tool's result, also that of a task that ended as cancelled.
    public var result: ToolResult?
    /// Why the task failed, where no result says it.
    public var failure: String?

    /// When the task was recorded.
    public let createdAt: Timestamp
    /// When the newest attempt began.
    public package(set) var startedAt: Timestamp?
    /// When anything last changed.
    public package(set) var updatedAt: Timestamp
    /// When the task ended.
    public package(set) var finishedAt: Timestamp?

    /// Counts the changes; a store refuses a change that was made of an older version.
    public package(set) var version: Int
    /// The sequence number of the timeline's newest entry.
    public package(set) var lastEvent: Int

    /// Where the task stands.
    public var status: TaskStatus { lifecycle.status }
    /// Why, where there is something to say.
    public var reason: TaskReason? { lifecycle.reason }
    /// How many attempts began.
    public var attempts: Int { lifecycle.attempts }
    /// The scope that may see the task.
    public var owner: Owner { caller.owner }

    /// Describes a new task. A store adds nothing to it but the place in its order.
    public init(
        id: TaskID,
        tool: String,
        title: String,
        name: String? = nil,
        caller: Caller,
        lineage: Lineage = .none,
        arguments: JSONValue,
        idempotencyKey: String? = nil,
        queue: String = TaskRecord.defaultQueue,
        priority: Int = 0,
        notBefore: Timestamp? = nil,
        recovery: RecoveryPolicy = .stop,
        hasInbox: Bool = false,
        flightKey: String? = nil,
        metadata: JSONObject = JSONObject(),
        keepsUntilRead: Bool = false,
        terms: TaskTerms = .none,
        lifecycle: TaskLifecycle = .submitted,
        lease: Lease? = nil,
        createdAt: Timestamp,
        startedAt: Timestamp? = nil
    ) {
        self.id = id
        self.tool = tool
        self.title = title.truncated(toBytes: Self.maximumTitleBytes)
        self.name = name
        self.caller = caller
        self.lineage = lineage
        self.arguments = arguments
        self.idempotencyKey = idempotencyKey
        self.queue = queue
        self.priority = priority
        self.notBefore = notBefore
        self.recovery = recovery
        self.hasInbox = hasInbox
        self.lifecycle = lifecycle
        self.lease = lease
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.updatedAt = createdAt
        self.version = 1
        self.lastEvent = 0
        extras = Extras(flightKey: flightKey, metadata: metadata, keepsUntilRead: keepsUntilRead, terms: terms)
        joinQueue(at: createdAt)
    }
}

/// What happens to a task when the process that executed it is lost.
public enum RecoveryPolicy: String, Sendable, Hashable, CaseIterable {
    /// It stops, and can be resumed.
    case stop
    /// It goes back to its queue, and fails after the fifth process in a row that is lost with it; for tools that may run twice.
    case restart
    /// It fails.
    case fail
    /// Its execution may outlive the process; whoever starts next looks for it, and it stops when it is not found.
    case adopt
}
