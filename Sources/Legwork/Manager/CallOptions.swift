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
    /// Where the task stands in its family.
    public var lineage: Lineage = .none
    /// Hears what the tool reports while the caller waits. Called from any thread, in order; must be quick.
    public var onReport: (@Sendable (ToolReport) -> Void)?

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
    /// One line for people; nil lets the tool say it.
    public var title: String?
    /// A name unique among the owner's live tasks.
    public var name: String?
    /// Where the task stands in its family.
    public var lineage: Lineage = .none
    /// A second submission of the owner with the same key gives the first one's task.
    public var idempotencyKey: String?

    /// The defaults.
    public init() {}
}
