public import LegworkCore

extension TaskManager {
    /// Reads one task.
    ///
    /// - Throws: ``TaskManagerError/Code/notFound``, with the same words for a missing task and for another owner's.
    public func task(_ id: TaskID, in scope: Scope) async throws -> TaskRecord {
        guard let record = try await engine.store.task(TaskLookup(id, in: scope)) else { throw TaskManagerError.notFound(id) }
        return record
    }

    /// Reads one task by what a person typed: an id, the first four or more characters of one, or a name.
    ///
    /// - Throws: ``TaskManagerError/Code/notFound``; ``TaskManagerError/Code/ambiguous`` with the tasks that fit.
    public func task(_ reference: String, in scope: Scope) async throws -> TaskRecord {
        try await task(resolve(reference, in: scope), in: scope)
    }

    /// Finds the id of a task by what a person typed: an id, the first four or more characters of one, or a name.
    ///
    /// - Throws: ``TaskManagerError/Code/notFound``; ``TaskManagerError/Code/ambiguous`` with the tasks that fit.
    public func resolve(_ reference: String, in scope: Scope) async throws -> TaskID {
        if let id = TaskID(reference) { return id }
        let shown = reference.truncated(toBytes: 100)
        var matches: [TaskSummary] = []
        if !reference.isEmpty, reference.utf8.count <= 100 {
            matches = try await engine.store.find(TaskSearch(.name(reference), in: scope))
            // Of the tasks that had a name, the live one is meant, then the newest. Several owners may have a live one each.
            let live = matches.filter { !$0.status.isTerminal }
            if live.count > 1 { throw TaskManagerError.ambiguous(shown, live) }
            if let named = matches.first { return named.id }
            if let prefix = TaskID.prefix(from: reference) {
                matches = try await engine.store.find(TaskSearch(.prefix(prefix), in: scope))
            }
        }
        guard let first = matches.first else {
            let digits = reference.hasPrefix(TaskID.marker) ? reference.dropFirst(TaskID.marker.count) : reference[...]
            if (1..<TaskID.shortestPrefix).contains(digits.utf8.count) {
                throw TaskManagerError(
                    .notFound,
                    "there is no task named '\(shown)', and a prefix of an id needs at least \(TaskID.shortestPrefix) characters"
                )
            }
            throw TaskManagerError.notFound(shown)
        }
        guard matches.count == 1 else { throw TaskManagerError.ambiguous(shown, matches) }
        return first.id
    }

    /// Lists tasks, the newest first.
    public func tasks(_ query: TaskQuery) async throws -> TaskPage {
        try await engine.store.tasks(query)
    }

    /// Counts tasks by status.
    public func counts(in scope: Scope) async throws -> TaskCounts {
        try await engine.store.counts(scope)
    }

    /// Reads a task's timeline in order. Where entries were dropped to keep it bounded, one entry says how many.
    ///
    /// - Throws: ``TaskManagerError/Code/notFound``.
    public func events(_ query: EventQuery) async throws -> [TaskEvent] {
        guard let events = try await engine.store.events(query) else { throw TaskManagerError.notFound(query.id) }
        return TimelineLimit.marking(events, after: query.after)
    }

    /// The stored tasks that could not be read and were set aside.
    public func quarantinedTasks() async throws -> [QuarantinedTask] {
        try await engine.store.quarantined()
    }
}
