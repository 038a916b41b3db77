/// The wish to find all that descends from a task.
public struct DescendantQuery: Sendable, Hashable {
    /// Who asks. Tasks of others are left out, and so is what only they connect.
    public var scope: Scope
    /// The ancestor.
    public var id: TaskID
    /// The most tasks.
    public var limit: Int

    /// Makes a query.
    public init(of id: TaskID, in scope: Scope, limit: Int = 100_000) {
        self.scope = scope
        self.id = id
        self.limit = limit
    }
}

/// Closes a run: no task of it can be recorded any more.
public struct RunCancel: Sendable, Hashable {
    /// How long a cancelled run is remembered.
    public static let memory: Duration = .seconds(30 * 24 * 3600)

    /// Whose run.
    public var owner: Owner
    /// The run.
    public var run: String
    /// The time; runs that were cancelled longer ago than ``memory`` are forgotten on this occasion.
    public var now: Timestamp

    /// Makes a request.
    public init(_ run: String, of owner: Owner, now: Timestamp) {
        self.owner = owner
        self.run = run
        self.now = now
    }
}

/// Why a task was not recorded.
public enum InsertRefusal: String, Sendable, Hashable, CaseIterable {
    /// Its run was cancelled.
    case runCancelled
    /// Its parent was cancelled, or was asked to stop.
    case parentCancelled
    /// Its queue is being drained and takes nothing new.
    case queueDraining
}
