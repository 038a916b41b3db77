/// Where a task stands. The raw values are what goes over the wire.
public enum TaskStatus: String, Sendable, Hashable, CaseIterable, Codable {
    /// Waits for a worker.
    case queued
    /// An attempt executes it.
    case running
    /// An attempt waits for an answer from outside.
    case inputRequired = "input_required"
    /// Nobody executes it now; it can be resumed.
    case stopped
    /// Ended with a result.
    case completed
    /// Ended without a usable result, or with a result that is an error.
    case failed
    /// Ended because somebody asked for it.
    case cancelled

    /// Whether the task has ended. A terminal status never changes.
    public var isTerminal: Bool {
        switch self {
        case .completed, .failed, .cancelled: true
        case .queued, .running, .inputRequired, .stopped: false
        }
    }

    /// Whether an attempt holds the task.
    public var isExecuting: Bool {
        switch self {
        case .running, .inputRequired: true
        case .queued, .stopped, .completed, .failed, .cancelled: false
        }
    }
}

/// Why a task has the status it has. A reason is a word; new ones may appear in later versions.
public struct TaskReason: Sendable, Hashable, CustomStringConvertible {
    /// The word on the wire, such as `wall_limit`.
    public let rawValue: String

    /// Makes a reason from its word on the wire.
    public init(_ rawValue: String) { self.rawValue = rawValue }

    /// The word on the wire.
    public var description: String { rawValue }

    /// The tool said that it failed, or threw.
    public static let toolError = TaskReason("tool_error")
    /// The process that executed the task is gone.
    public static let orphaned = TaskReason("orphaned")
    /// The task ran longer than it may.
    public static let wallLimit = TaskReason("wall_limit")
    /// The task showed no sign of life for longer than it may.
    public static let idleLimit = TaskReason("idle_limit")
    /// The task waited in its queue longer than it may.
    public static let queueLimit = TaskReason("queue_limit")
    /// The tool did not stop within the grace and was abandoned.
    public static let cancelForced = TaskReason("cancel_forced")
    /// The process that executed the task shut down.
    public static let shutdown = TaskReason("shutdown")
    /// The tool is not known to the process that was to execute it.
    public static let unknownTool = TaskReason("unknown_tool")
    /// The tool asked to be tried again.
    public static let retry = TaskReason("retry")
    /// The tool asked to go on later.
    public static let snoozed = TaskReason("snoozed")
}
