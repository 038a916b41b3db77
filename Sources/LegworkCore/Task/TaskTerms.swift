/// How long a task may take. nil leaves it to whoever decides next (the tool, then the manager); zero means without end.
public struct TaskLimits: Sendable, Hashable {
    /// How long an attempt may take in all.
    public var wall: Duration?
    /// How long an attempt may go on without a sign of life: a new status or progress, output, a timeline entry, a tool call. It stands still
    /// while a tool call, a question or a wait for another task is pending.
    public var idle: Duration?
    /// How long the task may wait in its queue, the time before its ``TaskRecord/notBefore`` left out.
    public var queue: Duration?

    /// Describes limits.
    public init(wall: Duration? = nil, idle: Duration? = nil, queue: Duration? = nil) {
        self.wall = wall
        self.idle = idle
        self.queue = queue
    }

    /// These limits, completed where they say nothing.
    public func completed(from other: TaskLimits) -> TaskLimits {
        TaskLimits(wall: wall ?? other.wall, idle: idle ?? other.idle, queue: queue ?? other.queue)
    }
}

/// Under which terms a task waits and is executed. Most tasks have none of their own.
public struct TaskTerms: Sendable, Hashable {
    /// Tasks of one key share the limits per key of their queue.
    public var limitKey: String?
    /// When the task has to have ended.
    public var deadline: Timestamp?
    /// How long it may take.
    public var limits: TaskLimits
    /// How often it is tried again.
    public var retry: RetryPolicy?

    /// Describes terms.
    public init(limitKey: String? = nil, deadline: Timestamp? = nil, limits: TaskLimits = TaskLimits(), retry: RetryPolicy? = nil) {
        self.limitKey = limitKey
        self.deadline = deadline
        self.limits = limits
        self.retry = retry
    }

    /// No terms.
    public static let none = TaskTerms()

    /// Until when a task that joins its queue may wait there; nil means without end.
    ///
    /// - Parameters:
    ///   - now: when it joins.
    ///   - notBefore: before when it is not to be taken anyhow.
    func waitsUntil(from now: Timestamp, notBefore: Timestamp?) -> Timestamp? {
        var end = deadline
        if let wait = limits.queue, wait > .zero {
            let limit = max(now, notBefore ?? now) + wait
            end = min(end ?? limit, limit)
        }
        return end
    }
}
