public import LegworkCore

/// What a manager has done since it was made.
public struct ManagerStatistics: Sendable, Hashable {
    /// How many calls gave their caller a result.
    public var finishedCalls = 0
    /// How many became tasks while their caller waited.
    public var promotedCalls = 0
    /// How long attempts of recorded tasks took, by the status they left.
    public var attempts: [TaskStatus: DurationHistogram] = [:]
}

extension TaskManager {
    /// What this manager has done since it was made.
    public var statistics: ManagerStatistics { engine.tally.statistics }
}
