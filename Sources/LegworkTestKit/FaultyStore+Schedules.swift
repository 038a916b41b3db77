public import LegworkCore
import Synchronization

extension FaultyStore {
    /// Passes it on.
    public func insert(_ request: ScheduleInsert) async throws(StoreError) -> ScheduleInsertResult {
        try await pass(.insertSchedule) { () throws(StoreError) in try await inner.insert(request) }
    }

    /// Passes it on.
    public func commit(_ change: ScheduleChange) async throws(StoreError) -> ScheduleCommitResult {
        try await pass(.commitSchedule) { () throws(StoreError) in try await inner.commit(change) }
    }

    /// Passes it on.
    public func delete(_ lookup: ScheduleLookup) async throws(StoreError) -> Bool {
        try await pass(.deleteSchedule) { () throws(StoreError) in try await inner.delete(lookup) }
    }

    /// Passes it on.
    public func schedules(_ query: ScheduleQuery) async throws(StoreError) -> [ScheduleRecord] {
        try await pass(.schedules) { () throws(StoreError) in try await inner.schedules(query) }
    }

    /// Passes it on.
    public func dueSchedules(_ query: DueScheduleQuery) async throws(StoreError) -> DueSchedules {
        try await pass(.dueSchedules) { () throws(StoreError) in try await inner.dueSchedules(query) }
    }

    /// The changes of the inner store. Nobody is held here, and nothing fails; but that somebody watches can be waited for.
    public func scheduleChanges() -> AsyncStream<[ScheduleID]> {
        let changes = inner.scheduleChanges()
        let faults = plan.withLock { $0.faults(of: .scheduleChanges, $0.begin(.scheduleChanges), .after) }
        for case .hold(let held) in faults { held.reached.fire() }
        return changes
    }
}
