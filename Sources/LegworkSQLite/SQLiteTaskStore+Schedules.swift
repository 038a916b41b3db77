public import LegworkCore

extension SQLiteTaskStore {
    /// Records a new schedule.
    public func insert(_ request: ScheduleInsert) async throws(StoreError) -> ScheduleInsertResult {
        let schedule = try EncodedSchedule(request.record)
        let result = try await writing.run(size: schedule.size) { (writer) throws(StoreError) in try writer.insert(request, schedule) }
        if case .inserted = result { scheduleWatchers.send([request.record.id]) }
        return result
    }

    /// Replaces a schedule by its next version, and makes its task.
    public func commit(_ change: ScheduleChange) async throws(StoreError) -> ScheduleCommitResult {
        let schedule = try EncodedSchedule(change.record)
        var size = schedule.size
        var task: Writer.EncodedInsert?
        if let request = change.task {
            let encoded = try Writer.EncodedInsert(request)
            size += encoded.size
            task = encoded
        }
        let result = try await writing.run(size: size) { [task] (writer) throws(StoreError) in
            try writer.commit(change, schedule, task)
        }
        if case .applied = result { scheduleWatchers.send([change.record.id]) }
        return result
    }

    /// Deletes a schedule.
    public func delete(_ lookup: ScheduleLookup) async throws(StoreError) -> Bool {
        let isThere = try await writing.run { (writer) throws(StoreError) in try writer.delete(lookup) }
        if isThere { scheduleWatchers.send([lookup.id]) }
        return isThere
    }

    /// Reads schedules.
    public func schedules(_ query: ScheduleQuery) async throws(StoreError) -> [ScheduleRecord] {
        try await reading.run { (reader) throws(StoreError) in try reader.schedules(query) }
    }

    /// Finds the schedules of which the time has come.
    public func dueSchedules(_ query: DueScheduleQuery) async throws(StoreError) -> DueSchedules {
        try await reading.run { (reader) throws(StoreError) in try reader.dueSchedules(query) }
    }

    /// The ids of schedules as they change.
    public func scheduleChanges() -> AsyncStream<[ScheduleID]> { scheduleWatchers.subscribe() }
}
