/// What a delivery tells, taken down when it happened: it needs the task no more, which may be deleted by then.
public struct DeliveryContent: Sendable, Hashable {
    /// The most bytes of ``text``, in UTF-8. Of a longer one the beginning and the end are kept.
    public static let maximumTextBytes = 64 << 10
    /// The most bytes of ``questions``, about; of those beyond, the key and the first 200 bytes of the message are kept.
    public static let maximumQuestionBytes = 128 << 10

    /// The task.
    public var task: TaskID
    /// Who may see it.
    public var owner: Owner
    /// The tool that was called.
    public var tool: String
    /// What the task is about, in one line.
    public var title: String
    /// The task's name, where it has one.
    public var name: String?
    /// What is told.
    public var status: TaskStatus
    /// Why, where there is something to say.
    public var reason: TaskReason?
    /// Whether the result is an error's.
    public var isError: Bool
    /// The result, the failure or the questions; where it was too long, a line in the middle says how much was left out.
    public var text: String
    /// How many characters of it were left out.
    public var omitted: Int
    /// What is asked, for ``TaskStatus/inputRequired``: `[{"key", "message", "schema"?, "request"?}]`.
    public var questions: [JSONValue]
    /// The names of the task's artifacts, at most 32.
    public var artifacts: [String]
    /// Which attempt it was.
    public var attempts: Int
    /// When the task was recorded.
    public var createdAt: Timestamp
    /// When it happened.
    public var at: Timestamp

    /// Describes it.
    public init(
        task: TaskID,
        owner: Owner,
        tool: String,
        title: String,
        name: String? = nil,
        status: TaskStatus,
        reason: TaskReason? = nil,
        isError: Bool = false,
        text: String,
        omitted: Int = 0,
        questions: [JSONValue] = [],
        artifacts: [String] = [],
        attempts: Int = 1,
        createdAt: Timestamp,
        at: Timestamp
    ) {
        self.task = task
        self.owner = owner
        self.tool = tool
        self.title = title
        self.name = name
        self.status = status
        self.reason = reason
        self.isError = isError
        self.text = text
        self.omitted = omitted
        self.questions = questions
        self.artifacts = artifacts
        self.attempts = attempts
        self.createdAt = createdAt
        self.at = at
    }

    /// How long the task has taken since it was recorded.
    public var elapsed: Duration { max(.zero, at - createdAt) }
}
