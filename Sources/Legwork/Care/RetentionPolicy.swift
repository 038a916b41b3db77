public import LegworkCore

/// How long finished tasks are kept, for all that a store holds.
///
/// Tasks that have not ended, the stopped and the waiting ones included, are never deleted. Of the finished ones a task that is pinned, or
/// that waits for its owner to read the result, stays whatever the policy says; ``TaskManager/unpin(_:in:)``,
/// ``TaskManager/markRead(_:in:)`` and ``TaskManager/clear(_:)`` are for those.
public struct RetentionPolicy: Sendable, Hashable {
    /// How long a completed task is kept after its end; nil for ever. 7 days.
    public var completed: Duration? = .seconds(7 * 24 * 3600)
    /// How long a failed task is kept after its end; nil for ever. 30 days, for that is what people look for.
    public var failed: Duration? = .seconds(30 * 24 * 3600)
    /// How long a cancelled task is kept after its end; nil for ever. 7 days.
    public var cancelled: Duration? = .seconds(7 * 24 * 3600)
    /// How many finished tasks of all owners together are kept, those that ended last; nil for all. 100,000. Pinned tasks and those that wait
    /// to be read are not counted.
    public var maximumFinished: Int? = 100_000

    /// The defaults.
    public init() {}

    /// The same age for every task, however it ended.
    public init(age: Duration?, maximumFinished: Int? = 100_000) {
        (completed, failed, cancelled) = (age, age, age)
        self.maximumFinished = maximumFinished
    }

    /// Nothing is ever deleted unless somebody asks for it.
    public static let forever = RetentionPolicy(age: nil, maximumFinished: nil)

    /// How long a task of a status is kept after its end; nil for ever.
    public func age(of status: TaskStatus) -> Duration? {
        switch status {
        case .completed: completed
        case .failed: failed
        case .cancelled: cancelled
        case .queued, .running, .inputRequired, .stopped: nil
        }
    }
}
