public import LegworkCore

/// Which finished tasks to delete now, whatever the policy says.
public struct ClearRequest: Sendable, Hashable {
    /// Whose.
    public var scope: Scope
    /// Only these; the terminal ones among them.
    public var statuses: Set<TaskStatus>
    /// Only tasks that ended longer ago than this; nil for all that have ended.
    public var olderThan: Duration?
    /// Also those that are pinned or wait for their result to be read.
    public var includesKept: Bool

    /// Makes a request.
    public init(
        in scope: Scope,
        statuses: Set<TaskStatus> = [.completed, .failed, .cancelled],
        olderThan: Duration? = nil,
        includesKept: Bool = false
    ) {
        self.scope = scope
        self.statuses = statuses
        self.olderThan = olderThan
        self.includesKept = includesKept
    }
}
