import LegworkCore

extension Stage {
    /// A schedule that nothing was done to yet.
    static func schedule(
        owner: Owner = "ann",
        name: String? = nil,
        nextAt: Timestamp? = at(60),
        createdAt: Timestamp = start,
        _ change: (inout ScheduleRecord) -> Void = { _ in }
    ) -> ScheduleRecord {
        var record = ScheduleRecord(
            id: .random(),
            caller: Caller(owner: owner, origin: Caller.Origin(platform: "mcp", session: "s")),
            name: name,
            title: "Look",
            tool: "shell",
            arguments: ["command": "make test", "deep": [[1, nil], "ä"]],
            metadata: ["agent": "a"],
            text: ScheduleText(every: "60s", zone: "UTC", start: start.description),
            nextAt: nextAt,
            createdAt: createdAt
        )
        change(&record)
        return record
    }

    /// Records a schedule, which has to succeed.
    @discardableResult
    func add(_ record: ScheduleRecord, file: String = #fileID, line: Int = #line) async throws -> ScheduleRecord {
        try expect(try await store.insert(ScheduleInsert(record)), equals: .inserted, "the insert", file: file, line: line)
        return record
    }

    func schedule(_ id: ScheduleID, in scope: Scope = .operator) async throws -> ScheduleRecord? {
        try await store.schedules(ScheduleQuery(in: scope, reference: id.description)).first
    }

    /// The change with which a schedule makes a task for its next time.
    static func firing(_ record: ScheduleRecord, then next: Timestamp?) -> ScheduleChange {
        var following = record
        following.lastAt = record.nextAt
        following.nextAt = next
        if next == nil { following.state = .ended }
        following.fired += 1
        let task = Draft.with { draft in
            draft.owner = record.owner
            draft.run = record.id.description
            draft.key = "\(record.id)/\(record.nextAt?.milliseconds ?? 0)"
        }
        following.lastTask = task.id
        following.touch(at: record.nextAt ?? start)
        return ScheduleChange(following, replacing: record.version, task: task.request)
    }

    func dueSchedules(at now: Timestamp, limit: Int = 100) async throws -> DueSchedules {
        try await store.dueSchedules(DueScheduleQuery(now: now, limit: limit))
    }
}
