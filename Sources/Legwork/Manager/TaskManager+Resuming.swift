public import LegworkCore

/// Whether a stopped task may go on without anybody asking for it.
public enum ResumePermission: String, Sendable, Hashable, CaseIterable {
    /// It goes on.
    case allow
    /// Somebody has to be asked first: it stays as it is, and its notice says so.
    case ask
    /// It stays as it is.
    case deny
}

extension TaskManager {
    /// Lets a stopped task go on, here and at once.
    ///
    /// It gets its recorded arguments, the given ones in the place of those of the same name, and its last checkpoint; the attempt is counted.
    /// Of several who resume at once one starts an attempt, and the others get the task as it then runs.
    ///
    /// - Returns: the task; when it did not stand still, as it is.
    /// - Throws: ``TaskManagerError/Code/notFound``, ``TaskManagerError/Code/finished``, ``TaskManagerError/Code/notResumable``; ``ToolError``
    ///   for arguments that do not fit or a tool that is not known here; ``StoreError``.
    @discardableResult
    public func resume(_ id: TaskID, with arguments: JSONValue? = nil, in scope: Scope) async throws -> TaskRecord {
        let stopped = try await task(id, in: scope)
        guard !stopped.status.isTerminal else {
            throw TaskManagerError(.finished, "task \(id) is \(stopped.status.rawValue) and cannot go on; call its tool again")
        }
        guard stopped.status == .stopped else { return stopped }
        let tool = try tools.tool(named: stopped.tool)
        guard tool.isResumable else {
            throw TaskManagerError(.notResumable, "a task of '\(stopped.tool)' cannot go on once it has stopped; call the tool again")
        }
        let merged = try Self.merge(arguments, into: stopped.arguments)
        try tool.check(merged)
        try check(merged, stopped.caller)

        // A shutdown waits for what is being started, or comes first.
        engine.live.beginStarting()
        defer { engine.live.endStarting() }
        if engine.isShuttingDown { throw shuttingDown }
        let lease = engine.newLease()
        let update = try await engine.update(id, in: scope) { record in
            guard record.status == .stopped else { return nil }
            let now = engine.clock.now
            record.arguments = merged
            let resumed = try record.apply(.resumed, at: now)
            let claimed = try record.claim(under: lease, at: now)
            return TaskRecord.Transition(events: resumed.events + claimed.events)
        }
        guard let record = update?.record else { throw TaskManagerError.notFound(id) }
        if record.lease?.token == lease.token {
            Attempt(engine: engine, tool: tool, record: record).startDetached()
            let began = record.startedAt ?? record.updatedAt
            await engine.withdraw(of: record) { $0.kind == .stopped && $0.createdAt <= began }
        }
        return record
    }

    /// Lets the stopped tasks of an owner go on, those that may: what a host does when a conversation begins again.
    ///
    /// - Parameters:
    ///   - owner: whose tasks.
    ///   - decide: asked for each, the oldest first.
    /// - Returns: those that go on, and those about which somebody has to be asked.
    /// - Throws: ``StoreError``. A task that cannot go on stays as it is, and is among those to be asked about.
    @discardableResult
    public func resumeStopped(
        of owner: Owner,
        deciding decide: (TaskSummary) async throws -> ResumePermission
    ) async throws -> (resumed: [TaskRecord], asked: [TaskSummary]) {
        var stopped: [TaskSummary] = []
        var query = TaskQuery(in: .owner(owner), statuses: [.stopped], limit: TaskQuery.maximumLimit)
        while true {
            let page = try await engine.store.tasks(query)
            stopped += page.tasks
            guard let next = page.next else { break }
            query.cursor = next
        }
        var (resumed, asked): ([TaskRecord], [TaskSummary]) = ([], [])
        for task in stopped.reversed() {
            switch try await decide(task) {
            case .allow:
                do {
                    resumed.append(try await resume(task.id, in: .owner(owner)))
                } catch is ToolError {
                    asked.append(task)
                } catch let error as TaskManagerError where error.code == .notResumable {
                    asked.append(task)
                }
            case .ask: asked.append(task)
            case .deny: break
            }
        }
        return (resumed, asked)
    }

    /// The recorded arguments with the given members in the place of those of the same name.
    private static func merge(_ given: JSONValue?, into recorded: JSONValue) throws(TaskManagerError) -> JSONValue {
        guard let given else { return recorded }
        guard case .object(let changes) = given, case .object(var merged) = recorded else {
            throw TaskManagerError(.invalidArgument, "the arguments of a resumed task must be an object")
        }
        for member in changes.members { merged[member.key] = member.value }
        return .object(merged)
    }
}
