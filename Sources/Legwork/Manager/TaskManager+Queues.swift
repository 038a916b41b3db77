public import LegworkCore

extension TaskManager {
    /// Tries a failed task once more, under its id and with its timeline; its last checkpoint is given to the new attempt.
    ///
    /// The task joins its queue again, whatever its retry policy says. It is the only way in which a task that has ended changes.
    ///
    /// - Returns: the queued task.
    /// - Throws: ``TaskManagerError/Code/notFound``; ``TaskManagerError/Code/notRetriable`` when it did not fail or its deadline has passed, and
    ///   ``TaskManagerError/Code/nameTaken`` when another live task has its name or flight key by now; ``ToolError`` for a tool that is not
    ///   known here; ``StoreError``.
    @discardableResult
    public func retry(_ id: TaskID, in scope: Scope) async throws -> TaskRecord {
        let failed = try await task(id, in: scope)
        if builtIn[failed.tool] == nil { _ = try tools.tool(named: failed.tool) }
        if engine.isShuttingDown { throw shuttingDown }
        do {
            let update = try await engine.update(id, in: scope, from: failed) { record in
                guard record.status == .failed else {
                    throw TaskManagerError(
                        .notRetriable,
                        "task \(id) is \(record.status.rawValue), and only a failed task can be tried again"
                            + (record.status == .stopped ? "; resume it" : "; call its tool again")
                    )
                }
                if let deadline = record.terms.deadline, deadline <= engine.clock.now {
                    throw TaskManagerError(
                        .notRetriable,
                        "the deadline of task \(id) has passed, \(deadline), so another attempt would be late as well; call its tool again"
                    )
                }
                return try record.apply(.retryRequested, at: engine.clock.now)
            }
            guard let update else { throw TaskManagerError.notFound(id) }
            return update.record
        } catch let error as StoreError where error.code == .invalid {
            throw TaskManagerError(.nameTaken, error.message)
        }
    }

    /// The queues that have something in them or are not open, of all owners.
    ///
    /// - Throws: ``StoreError``.
    public func queues() async throws -> [QueueStanding] { try await engine.store.queues() }

    /// Opens, pauses or drains a queue. Durable: a queue that is paused stays so when the process begins anew.
    ///
    /// - Throws: ``TaskManagerError/Code/invalidArgument`` for a text that is no name; ``StoreError``.
    public func set(_ queue: String, to state: QueueState) async throws {
        try CallLimits.check(queue: queue)
        try await engine.store.set(QueueUpdate(queue, state, now: engine.clock.now))
        engine.workers.wake()
    }
}
