import LegworkCore

extension Engine {
    /// What came of an update.
    struct Update: Sendable {
        /// The record as it now stands.
        var record: TaskRecord
        /// What followed, and was done.
        var effects: [TaskLifecycle.Effect]
    }

    /// The lease of the attempt that wanted to write is another's, or the task is gone.
    struct LostLease: Error {}

    /// Reads a record, lets a closure compute its next version, and writes it; again from the start whenever somebody else was faster.
    ///
    /// - Parameters:
    ///   - id: the task.
    ///   - scope: who writes.
    ///   - token: the attempt that writes, if one does.
    ///   - hint: the record as it was last seen, which saves reading it.
    ///   - change: returns nil to leave the record as it is. May be called several times.
    /// - Returns: nil when there is no such task in the scope.
    @discardableResult
    func update(
        _ id: TaskID,
        in scope: Scope = .operator,
        token: LeaseToken? = nil,
        from hint: TaskRecord? = nil,
        _ change: (inout TaskRecord) throws -> TaskRecord.Transition?
    ) async throws -> Update? {
        var current = hint
        // Every failed round means that another writer got through, so this ends; the bound is for stores that misbehave.
        for _ in 0..<1000 {
            if current == nil { current = try await store.task(TaskLookup(id, in: scope)) }
            guard let seen = current else {
                if token != nil { throw LostLease() }
                return nil
            }
            if let token, seen.lease?.token != token { throw LostLease() }
            var next = seen
            guard let transition = try change(&next) else { return Update(record: seen, effects: []) }
            let commit = TaskChange(
                next,
                replacing: seen.version,
                token: token,
                events: transition.events,
                notices: transition.notices,
                acknowledging: transition.acknowledging
            )
            switch try await store.commit(commit) {
            case .applied:
                perform(transition.effects, on: next)
                announce(transition.notices)
                return Update(record: next, effects: transition.effects)
            case .stale(let record):
                guard let record, scope.includes(record.owner) else {
                    if token != nil { throw LostLease() }
                    return nil
                }
                current = record
            }
        }
        throw TaskManagerError(.conflict, "task \(id) keeps changing; try again")
    }

    /// The task, if it is executed under a lease: for writes whose answer did not come, though they may have been done.
    func task(_ id: TaskID, heldUnder lease: Lease?) async -> TaskRecord? {
        guard let lease, let stored = try? await store.task(TaskLookup(id, in: .operator)) else { return nil }
        return stored.lease?.token == lease.token ? stored : nil
    }

    /// Does what follows from a change that is written.
    func perform(_ effects: [TaskLifecycle.Effect], on record: TaskRecord) {
        for effect in effects {
            switch effect {
            case .cancelAttempt: if record.lease?.node == node { live.cancel(record.id) }
            case .wakeWorkers: workers.wake()
            case .finish: caretaker.taskEnded()
            case .endLease, .announce: break
            }
        }
        watchers.recordChanged(record)
    }
}
