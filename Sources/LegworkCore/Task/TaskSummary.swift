/// What a list shows of a task: everything but its arguments, result and checkpoint, which may be large.
public struct TaskSummary: Sendable, Hashable {
    /// The task's id.
    public var id: TaskID
    /// The tool that is called.
    public var tool: String
    /// What the task is about, in one line.
    public var title: String
    /// The task's name, where it has one.
    public var name: String?
    /// The scope that may see it.
    public var owner: Owner
    /// The task that made it.
    public var parent: TaskID?
    /// The agent that made it, or does it.
    public var agent: String?
    /// Whether messages can be sent to it.
    public var hasInbox: Bool
    /// The queue it waits in.
    public var queue: String
    /// Where it stands.
    public var status: TaskStatus
    /// Why, where there is something to say.
    public var reason: TaskReason?
    /// Whether somebody asked it to stop.
    public var isCancelRequested: Bool
    /// How many attempts began.
    public var attempts: Int
    /// What the tool last said it is doing.
    public var statusMessage: String?
    /// How far it has come.
    public var progress: TaskProgress?
    /// Bytes of raw output, where the tool writes any.
    public var outputBytes: Int?
    /// When it was recorded.
    public var createdAt: Timestamp
    /// When the newest attempt began.
    public var startedAt: Timestamp?
    /// When anything last changed.
    public var updatedAt: Timestamp
    /// When it ended.
    public var finishedAt: Timestamp?

    /// The summary of a record.
    public init(_ record: TaskRecord) {
        id = record.id
        tool = record.tool
        title = record.title
        name = record.name
        owner = record.owner
        parent = record.lineage.parent
        agent = record.lineage.agent
        hasInbox = record.hasInbox
        queue = record.queue
        status = record.status
        reason = record.reason
        isCancelRequested = record.lifecycle.isCancelRequested
        attempts = record.attempts
        statusMessage = record.statusMessage
        progress = record.progress
        outputBytes = record.outputBytes
        createdAt = record.createdAt
        startedAt = record.startedAt
        updatedAt = record.updatedAt
        finishedAt = record.finishedAt
    }

    /// A summary of its parts, for stores that read no more than that.
    package init(
        id: TaskID,
        tool: String,
        title: String,
        name: String?,
        owner: Owner,
        parent: TaskID?,
        agent: String?,
        hasInbox: Bool,
        queue: String,
        status: TaskStatus,
        reason: TaskReason?,
        isCancelRequested: Bool,
        attempts: Int,
        statusMessage: String?,
        progress: TaskProgress?,
        outputBytes: Int?,
        createdAt: Timestamp,
        startedAt: Timestamp?,
        updatedAt: Timestamp,
        finishedAt: Timestamp?
    ) {
        self.id = id
        self.tool = tool
        self.title = title
        self.name = name
        self.owner = owner
        self.parent = parent
        self.agent = agent
        self.hasInbox = hasInbox
        self.queue = queue
        self.status = status
        self.reason = reason
        self.isCancelRequested = isCancelRequested
        self.attempts = attempts
        self.statusMessage = statusMessage
        self.progress = progress
        self.outputBytes = outputBytes
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.updatedAt = updatedAt
        self.finishedAt = finishedAt
    }
}
