public import LegworkCore

/// How a manager behaves where neither the call nor the tool says it.
public struct TaskManagerConfiguration: Sendable {
    /// The longest window and the longest wait.
    public static let maximumWait: Duration = .seconds(7 * 24 * 3600)

    /// How long a call may take before it becomes a task.
    public var window: Duration = .seconds(10)
    /// How many queued tasks are executed at once.
    public var workers: Int = 4
    /// The queues that the workers take from; empty means every queue.
    public var queues: [String] = []
    /// What each queue may do at once and how often, by name. It holds for what this process executes.
    public var queuePolicies: [String: QueuePolicy] = [:]
    /// The same for queues that are not named there.
    public var standardQueuePolicy = QueuePolicy.unlimited
    /// How long attempts of queued tasks may take where neither the task nor its tool says it.
    public var queuedTaskLimits = TaskLimits(wall: .seconds(30 * 60), idle: .seconds(2 * 60))
    /// How long reports of a tool may be collected before they are written.
    public var reportInterval: Duration = .milliseconds(250)
    /// How long a lease lasts unless it is renewed.
    public var leaseDuration: Duration = .seconds(60)
    /// Where raw output is kept; nil keeps none, and tools that write any fail. The folder belongs to one store: files of tasks that it does
    /// not know are removed.
    public var outputFolder: String?
    /// The most bytes of raw output that are kept for one task.
    public var maximumOutputBytes: Int = 1 << 30
    /// What becomes an artifact, and how much is kept of them. They lie in ``outputFolder``.
    public var artifactLimit: ArtifactLimit = .standard
    /// How long finished tasks are kept. It is seen to while ``TaskManager/run()`` runs.
    public var retention = RetentionPolicy()
    /// The time zone of schedules that name none, by its name in the IANA database.
    public var timeZone: String = TimeZoneDatabase.system.localIdentifier()
    /// The most bytes of arguments, and of a checkpoint, as JSON.
    public var maximumArgumentBytes: Int = 16 << 20
    /// The most bytes of a result, as JSON. A larger one becomes an error that says so.
    public var maximumResultBytes: Int = 16 << 20

    /// The most bytes of a message, as JSON.
    public var maximumMessageBytes: Int = 1 << 20
    /// How much may lie unread in the inbox of one task.
    public var inboxLimit: InboxLimit = .standard
    /// How often a message is given to attempts that end before they come to the next, until it becomes a dead letter.
    public var maximumDeliveries: Int = 5
    /// Whether a sender may write to the tasks of another owner; nil permits nobody. Must be quick.
    public var mayMessage: (@Sendable (TaskMessage.Sender, Owner) -> Bool)?

    /// What wakes an owner whose task has something to say while nobody follows its notices; nil wakes nobody.
    public var wakeUps: WakeUpConfiguration?

    /// The channels in which it can be told what becomes of tasks.
    public var channels: [ChannelEntry] = []
    /// What is told there without anybody's asking, and where something is told for those who name no channel.
    public var redirectRules: [RedirectRule] = []
    /// How often and how long it is tried to deliver something.
    public var deliveryPolicy = DeliveryPolicy.standard
    /// Says where a task can be looked at; nil when there is no such place. Must be quick.
    public var taskLink: (@Sendable (TaskID) -> String?)?
    /// Makes links with which people answer what a task asks, for channels that take them. Must be quick, and give the same as long as the
    /// question is the same.
    public var answerLinks: (@Sendable (DeliveryContent) -> [AnswerLink])?

    /// Hears of faults that no caller can be told of, such as a store that is full when a task ends. Called from any thread.
    public var onProblem: (@Sendable (String) -> Void)?
    /// Draws a number of 0 to 1, for the pauses before retries.
    public var chance: @Sendable () -> Double = { .random(in: 0...1) }
    /// Makes the ids of new tasks.
    public var makeID: @Sendable () -> TaskID = { TaskID.random() }

    /// The defaults.
    public init() {}
}
