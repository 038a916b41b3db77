import LegworkCore

extension Writer {
    /// A new task, ready to be written.
    struct EncodedInsert: Sendable {
        let request: InsertRequest
        let task: EncodedTask
        let events: EncodedEvents
        let notices: EncodedNotices
        let deliveries: [EncodedDelivery]

        init(_ request: InsertRequest) throws(StoreError) {
            self.request = request
            task = try EncodedTask(request.record)
            events = try EncodedEvents(request.events)
            notices = try EncodedNotices(request.notices)
            deliveries = try EncodedDelivery.all(request.deliveries)
        }

        var size: Int { task.row.size + events.row.size + notices.row.size + deliveries.size }
    }

    func insert(_ request: ScheduleInsert, _ schedule: EncodedSchedule) throws(StoreError) -> ScheduleInsertResult {
        guard try connection.integer("SELECT 1 FROM schedules WHERE id = \(schedule.id)") == nil else {
            throw StoreError(.duplicateID, "there is a schedule \(schedule.id) already; make a new id")
        }
        if let name = schedule.name {
            let taken: SQL = """
                SELECT \(trusted: ScheduleRecord.columns) FROM schedules INDEXED BY schedules_by_name
                WHERE name = \(name) AND owner = \(schedule.owner) AND name IS NOT NULL
                """
            if let other = try soundSchedule(taken) { return .nameTaken(other) }
        }
        let all =
            try connection.integer("SELECT count(*) FROM schedules INDEXED BY schedules_by_owner WHERE owner = \(schedule.owner)") ?? 0
        let ended =
            try connection.integer(
                "SELECT count(*) FROM schedules INDEXED BY schedules_ended WHERE owner = \(schedule.owner) AND state = 'ended'"
            ) ?? 0
        guard all - ended < Int64(request.limit) else { return .full }
        let excess = ended - Int64(ScheduleInsert.maximumEnded)
        if excess > 0 {
            var old: [String] = []
            try connection.each(
                """
                SELECT id FROM schedules INDEXED BY schedules_ended
                WHERE owner = \(schedule.owner) AND state = 'ended' ORDER BY updated_at, id LIMIT \(excess)
                """
            ) { row in old.append(row.rawText(0)) }
            for id in old { try connection.run("DELETE FROM schedules WHERE id = \(id)") }
        }
        try connection.run(
            """
            INSERT INTO schedules (id, owner, name, state, next_at, updated_at, version, arguments, metadata, body)
            VALUES (\(schedule.id), \(schedule.owner), \(schedule.name), \(schedule.state), \(schedule.nextAt), \(schedule.updatedAt),
            \(schedule.version), \(schedule.arguments), \(schedule.metadata), \(schedule.body))
            """
        )
        return .inserted
    }

    func commit(
        _ change: ScheduleChange,
        _ schedule: EncodedSchedule,
        _ task: EncodedInsert?
    ) throws(StoreError) -> ScheduleCommitResult {
        let row: SQL = "SELECT \(trusted: ScheduleRecord.columns) FROM schedules WHERE id = \(schedule.id)"
        guard let stored = try soundSchedule(row) else { return .stale(nil) }
        guard stored.version == change.expectedVersion else { return .stale(stored) }
        guard stored.owner == change.record.owner, stored.name.isExactly(change.record.name) else {
            throw StoreError(.invalid, "the owner and the name of \(stored.id) are fixed; commit the schedule with those it has")
        }
        var result: InsertResult?
        if let task { result = try insert(task.request, task.task, task.events, task.notices, task.deliveries) }
        try connection.run(
            """
            UPDATE schedules SET state = \(schedule.state), next_at = \(schedule.nextAt), updated_at = \(schedule.updatedAt),
            version = \(schedule.version), arguments = \(schedule.arguments), metadata = \(schedule.metadata), body = \(schedule.body)
            WHERE id = \(schedule.id)
            """
        )
        return .applied(result)
    }

    func delete(_ lookup: ScheduleLookup) throws(StoreError) -> Bool {
        try connection.run("DELETE FROM schedules WHERE id = \(lookup.id.description)\(and: lookup.scope)")
        return connection.changes > 0
    }

    /// The schedule that a query finds; nil when there is none, or when it is damaged and had to be set aside.
    private func soundSchedule(_ query: SQL) throws(StoreError) -> ScheduleRecord? {
        var found: ScheduleRecord?
        var damaged: (id: String, damage: RowDamage)?
        try connection.each(query) { row in
            do throws(RowDamage) { found = try ScheduleRecord(row) } catch { damaged = (row.rawText(0), error) }
        }
        if let damaged { try setAsideSchedule(damaged.id, damaged.damage) }
        return found
    }
}
