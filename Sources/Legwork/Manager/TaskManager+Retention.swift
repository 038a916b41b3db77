public import LegworkCore
import Synchronization

extension TaskManager {
    /// Keeps a task whatever the policy says, until it is unpinned or deleted by name. It may be pinned before it ends.
    ///
    /// - Returns: the task.
    /// - Throws: ``TaskManagerError/Code/notFound``; ``StoreError``.
    @discardableResult
    public func pin(_ id: TaskID, in scope: Scope) async throws -> TaskRecord { try await setPin(id, true, scope) }

    /// Keeps a task no longer than others. One that is not pinned is no mistake.
    ///
    /// - Returns: the task.
    /// - Throws: as ``pin(_:in:)``.
    @discardableResult
    public func unpin(_ id: TaskID, in scope: Scope) async throws -> TaskRecord { try await setPin(id, false, scope) }

    private func setPin(_ id: TaskID, _ isPinned: Bool, _ scope: Scope) async throws -> TaskRecord {
        let update = try await engine.update(id, in: scope) { record in
            guard record.isPinned != isPinned else { return nil }
            record.isPinned = isPinned
            record.touch(at: engine.clock.now)
            return TaskRecord.Transition()
        }
        guard let update else { throw TaskManagerError.notFound(id) }
        return update.record
    }

    /// Says that a task's result has been read, so that a task that is kept until then (`keepsUntilRead`) goes when the policy says so.
    ///
    /// The doors and the companion tools say it when they give an owner the result. Before the end, and for a task that is not kept for
    /// that, it changes nothing.
    ///
    /// - Returns: the task.
    /// - Throws: as ``pin(_:in:)``.
    @discardableResult
    public func markRead(_ id: TaskID, in scope: Scope) async throws -> TaskRecord {
        let update = try await engine.update(id, in: scope) { record in
            guard record.awaitsReading else { return nil }
            record.readAt = engine.clock.now
            record.touch(at: engine.clock.now)
            return TaskRecord.Transition()
        }
        guard let update else { throw TaskManagerError.notFound(id) }
        return update.record
    }

    /// Notes that an owner was shown how tasks stand: results count as read, and notices that say the same are no news. The operator, who
    /// looks at everybody's tasks, is no reader.
    ///
    /// It never fails: what cannot be noted is shown all the same, and told again.
    ///
    /// - Parameters:
    ///   - records: what was shown.
    ///   - scope: who was shown it.
    ///   - session: the conversation that was; nil speaks for all of the owner's.
    ///   - reader: the task whose tool looked, which speaks for its owner only about its own children.
    package func noteReading(_ records: [TaskRecord], in scope: Scope, session: String? = nil, by reader: TaskID? = nil) async {
        guard case .owner(let owner) = scope else { return }
        for record in records {
            do {
                if record.awaitsReading { try await markRead(record.id, in: scope) }
                guard record.status.isSettled, reader == nil || record.lineage.parent == reader else { continue }
                let reading = RecentReadings.Reading(task: record.id, version: record.version, owner: owner, session: session)
                // What is told of a state is written with it: who has seen that state once has nothing new to see.
                if engine.readings.withLock({ $0.contains(reading) }) { continue }
                let kind = record.status.rawValue
                try await engine.acknowledge(of: record.id, for: owner, session: session) { notice in
                    notice.kind.rawValue == kind && notice.createdAt <= record.updatedAt
                }
                engine.readings.withLock { $0.insert(reading) }
            } catch let error as TaskManagerError where error.code == .notFound {
                // Deleted meanwhile.
            } catch {
                engine.problem("that \(record.id) was read cannot be recorded: \(error)")
            }
        }
    }

    /// Deletes finished tasks now, with their timelines and output files. Notices that are not acknowledged stay.
    ///
    /// - Returns: how many there were.
    /// - Throws: ``StoreError``; what was deleted before the fault stays deleted.
    @discardableResult
    public func clear(_ request: ClearRequest) async throws -> Int {
        let end = request.olderThan.map { engine.clock.now.earlier(by: $0) } ?? Timestamp(milliseconds: .max)
        // In steps, so that nobody waits long behind them; nobody who clears waits for ever because others finish.
        var most = try await engine.store.counts(request.scope).finished
        var count = 0
        while most > 0 {
            let purge = PurgeRequest(
                in: request.scope,
                statuses: request.statuses,
                finishedBefore: end,
                includesKept: request.includesKept,
                limit: min(most, CaretakerPlan.batch)
            )
            let deleted = try await engine.purge(purge).count
            guard deleted > 0 else { break }
            count += deleted
            most -= deleted
        }
        return count
    }

    /// Deletes one finished task, kept or not, with its timeline and output file.
    ///
    /// - Throws: ``TaskManagerError/Code/notFound``; ``TaskManagerError/Code/notFinished`` for a task that has not ended; ``StoreError``.
    public func delete(_ id: TaskID, in scope: Scope) async throws {
        let purge = PurgeRequest(in: scope, ids: [id], finishedBefore: Timestamp(milliseconds: .max), includesKept: true)
        guard try await engine.purge(purge).isEmpty else { return }
        // It may have ended since, and then the next try succeeds.
        let record = try await task(id, in: scope)
        throw TaskManagerError(
            .notFinished,
            "task \(id) has not ended (\(record.status.rawValue)), and only what has can be deleted; cancel it first"
        )
    }
}

extension TaskRecord {
    /// Whether the task is kept because nobody has read its result.
    fileprivate var awaitsReading: Bool { keepsUntilRead && readAt == nil && status.isTerminal }
}

extension TaskCounts {
    /// How many have ended.
    fileprivate var finished: Int { TaskStatus.allCases.reduce(0) { $1.isTerminal ? $0 + self[$1] : $0 } }
}
