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
                deliveries: transition.deliveries,
                withdrawing: transition.withdrawing,
                acknowledging: transition.acknowledging
            )
            switch try await write(commit) {
            case .applied:
                perform(transition.effects, on: next)
                announce(transition.notices)
                dispatcher.wake(transition.deliveries)
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

    /// Commits a change. When the answer did not come, it is looked up whether it was made: what follows from it would be done by nobody else.
    private func write(_ change: TaskChange) async throws(StoreError) -> CommitResult {
        do {
            return try await store.commit(change)
        } catch {
            // It may be written all the same.
            defer { dispatcher.wake(change.deliveries) }
            var meant = change.record
            guard Self.mayPass(error), let stored = try? await store.task(TaskLookup(meant.id, in: .operator)) else { throw error }
            meant.keepRenewedLease(of: stored)
            guard stored == meant else { throw error }
            return .applied
        }
    }

    /// Inserts a task that starts now. When the answer did not come, it is looked up whether it was recorded: nobody else would start it.
    func insert(_ request: InsertRequest) async throws(StoreError) -> InsertResult {
        do {
            return try await store.insert(request)
        } catch {
            guard error.code != .duplicateID, let token = request.record.lease?.token,
                let stored = try? await store.task(TaskLookup(request.record.id, in: .operator)), stored.lease?.token == token
            else { throw error }
            return .inserted
        }
    }

    /// Does what follows from a change that is written.
    func perform(_ effects: [TaskLifecycle.Effect], on record: TaskRecord) {
        for effect in effects {
            switch effect {
            case .cancelAttempt: if record.lease?.node == node { live.cancel(record.id) }
            case .wakeWorkers: workers.joined(record, self)
            case .finish: caretaker.taskEnded()
            case .endLease, .announce: break
            }
        }
        watchers.recordChanged(record)
    }
}
