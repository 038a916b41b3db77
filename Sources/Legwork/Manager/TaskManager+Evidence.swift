public import LegworkCore

extension TaskManager {
    /// Takes evidence of a task's work into its record and its timeline, whether it runs or has ended.
    ///
    /// - Returns: the task.
    /// - Throws: ``TaskManagerError/Code/notFound``; ``StoreError``.
    @discardableResult
    public func record(_ updates: EvidenceUpdate..., of id: TaskID, in scope: Scope) async throws -> TaskRecord {
        try await record(of: id, in: scope) { _ in updates }
    }

    /// Changes a task's checklist, or begins one.
    ///
    /// - Returns: the list as it then is.
    /// - Throws: what the change throws; as ``record(_:of:in:)``.
    @discardableResult
    public func updateChecklist(
        of id: TaskID,
        in scope: Scope,
        _ change: (inout Checklist, Timestamp) throws -> Void
    ) async throws -> Checklist {
        let now = engine.clock.now
        var changed = Checklist(at: now)
        _ = try await record(of: id, in: scope) { record in
            var list = record.evidence.checklist ?? Checklist(at: now)
            try change(&list, now)
            changed = list
            return [.checklist(list)]
        }
        return changed
    }

    /// Takes evidence in that depends on what is there, which may be made more than once.
    func record(of id: TaskID, in scope: Scope, _ make: (TaskRecord) throws -> [EvidenceUpdate]) async throws -> TaskRecord {
        let update = try await engine.update(id, in: scope) { record in
            let now = engine.clock.now
            var events: [TaskEvent] = []
            for update in try make(record) { events.append(record.record(update, at: now)) }
            record.touch(at: now)
            return TaskRecord.Transition(events: events)
        }
        guard let update else { throw TaskManagerError.notFound(id) }
        return update.record
    }

    /// The calls that an agent has made inside a task, in the order in which they began, as far as the timeline holds them.
    ///
    /// - Throws: ``TaskManagerError/Code/notFound``; ``StoreError``.
    public func toolCalls(of id: TaskID, in scope: Scope) async throws -> [ToolCallRecord] {
        ToolCallLog(try await events(EventQuery(of: id, in: scope, limit: 10_000))).calls
    }
}
