/// Everything that is durably known of one schedule: what is called, when, and how far it has come.
public struct ScheduleRecord: Sendable, Hashable {
    /// Where a schedule stands.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// It goes on.
        case active
        /// It waits until somebody resumes it.
        case paused
        /// There is no further time.
        case ended
    }

    /// What happens when the time comes and the task of the last one has not ended.
    public enum Overlap: String, Sendable, Hashable, CaseIterable {
        /// Another task is started.
        case allow
        /// This time is left out.
        case skip
    }

    /// The schedule's id.
    public let id: ScheduleID
    /// Who made it; the tasks it makes are this owner's.
    public let caller: Caller
    /// A name unique among the owner's schedules.
    public var name: String?
    /// What its tasks are called, in one line.
    public var title: String
    /// The tool that is called.
    public var tool: String
    /// The arguments of each call.
    public var arguments: JSONValue
    /// The queue of its tasks.
    public var queue: String
    /// The priority of its tasks.
    public var priority: Int
    /// What is kept with each task.
    public var metadata: JSONObject
    /// When.
    public var text: ScheduleText
    /// What becomes of times that were missed.
    public var catchUp: CatchUp
    /// What becomes of a time that comes while the last task has not ended.
    public var overlap: Overlap
    /// Whether a task that found nothing leaves no trace.
    public var isWatcher: Bool
    /// Where it is to be told what becomes of each of its tasks; the tasks number them.
    public var redirects: [Redirect]

    /// Where it stands.
    public var state: State
    /// When it happens next, while it is active.
    public var nextAt: Timestamp?
    /// The time that was heeded last.
    public var lastAt: Timestamp?
    /// The task that it made last.
    public var lastTask: TaskID?
    /// How many tasks it has made.
    public var fired: Int
    /// How many times were left out because the last task had not ended, or the store took no task.
    public var skipped: Int
    /// Why it was paused, where nobody asked for it, or why its last time made no task.
    public var problem: String?

    /// When it was made.
    public let createdAt: Timestamp
    /// When it last changed.
    public var updatedAt: Timestamp
    /// Counts the changes; a store refuses a change that was made of an older version.
    public var version: Int

    /// The scope that may see it.
    public var owner: Owner { caller.owner }

    /// Describes a new schedule.
    public init(
        id: ScheduleID,
        caller: Caller,
        name: String? = nil,
        title: String,
        tool: String,
        arguments: JSONValue,
        queue: String = TaskRecord.defaultQueue,
        priority: Int = 0,
        metadata: JSONObject = JSONObject(),
        text: ScheduleText,
        catchUp: CatchUp = .latest,
        overlap: Overlap = .skip,
        isWatcher: Bool = false,
        redirects: [Redirect] = [],
        nextAt: Timestamp?,
        createdAt: Timestamp
    ) {
        self.id = id
        self.caller = caller
        self.name = name
        self.title = title.truncated(toBytes: TaskRecord.maximumTitleBytes)
        self.tool = tool
        self.arguments = arguments
        self.queue = queue
        self.priority = priority
        self.metadata = metadata
        self.text = text
        self.catchUp = catchUp
        self.overlap = overlap
        self.isWatcher = isWatcher
        self.redirects = redirects
        state = .active
        self.nextAt = nextAt
        fired = 0
        skipped = 0
        self.createdAt = createdAt
        updatedAt = createdAt
        version = 1
    }

    /// Counts one more change.
    public mutating func touch(at now: Timestamp) {
        version += 1
        updatedAt = max(updatedAt, now)
    }

    /// Moves on to the next time; without one it has ended.
    package mutating func advance(to next: Timestamp?) {
        nextAt = next
        if next == nil { state = .ended }
    }
}
