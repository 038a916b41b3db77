public import LegworkCore

/// What a wait is for.
public enum WaitMode: String, Sendable, Hashable, CaseIterable {
    /// Until one of the tasks is settled.
    case any
    /// Until all of them are.
    case all
}

/// What a wait gave.
public struct WaitOutcome: Sendable, Hashable {
    /// The tasks that ended, stopped, or wait for an answer, in the order asked.
    public var settled: [TaskRecord]
    /// The tasks that still move.
    public var pending: [TaskRecord]
    /// Whether the wait ended because its time was over.
    public var isTimedOut: Bool
}

extension TaskManager {
    /// Waits until tasks have ended, or stand still and need somebody (stopped, or waiting for an answer).
    ///
    /// Nothing polls, and a wait never touches the tasks; the caller's own cancellation ends the wait.
    ///
    /// - Parameters:
    ///   - ids: 1 to 1000 tasks.
    ///   - mode: whether one is enough.
    ///   - limit: how long to wait at most.
    ///   - scope: who waits.
    /// - Throws: ``TaskManagerError/Code/notFound`` for an id that is unknown or foreign, `CancellationError`.
    public func wait(for ids: [TaskID], _ mode: WaitMode = .all, atMost limit: Duration, in scope: Scope) async throws -> WaitOutcome {
        guard (1...1000).contains(ids.count) else {
            throw TaskManagerError(.invalidArgument, "a wait takes 1 to 1000 tasks, not \(ids.count)")
        }
        try checkWait(limit)
        let watch = engine.watchers.watch(Set(ids), for: .settled)
        defer { watch.end() }
        var records: [TaskID: TaskRecord] = [:]
        for id in ids { records[id] = try await task(id, in: scope) }

        if !isMet(mode, records) {
            // An attempt from a queue that waits for others must not keep them from being executed.
            if let attempt = Attempt.waiting(in: engine) {
                try await attempt.whileWaiting { try await wait(mode, &records, atMost: limit, watch, in: scope) }
            } else {
                try await wait(mode, &records, atMost: limit, watch, in: scope)
            }
        }
        var outcome = WaitOutcome(settled: [], pending: [], isTimedOut: !isMet(mode, records))
        for id in ids {
            guard let record = records.removeValue(forKey: id) else { continue }
            if record.status.isSettled { outcome.settled.append(record) } else { outcome.pending.append(record) }
        }
        return outcome
    }

    private func wait(
        _ mode: WaitMode,
        _ records: inout [TaskID: TaskRecord],
        atMost limit: Duration,
        _ watch: Watchers.Watch,
        in scope: Scope
    ) async throws {
        let deadline = Deadline(engine, after: limit, ends: watch)
        var signals = watch.signals.makeAsyncIterator()
        while !isMet(mode, records), !deadline.hasPassed {
            guard let id = await signals.next() else {
                if deadline.hasPassed { break }
                throw CancellationError()
            }
            records[id] = try await task(id, in: scope)
        }
    }

    /// Waits for one task.
    ///
    /// - Returns: the record, settled or, when the time was over, not.
    /// - Throws: as ``wait(for:_:atMost:in:)``.
    public func wait(for id: TaskID, atMost limit: Duration, in scope: Scope) async throws -> TaskRecord {
        let outcome = try await wait(for: [id], atMost: limit, in: scope)
        guard let record = outcome.settled.first ?? outcome.pending.first else { throw TaskManagerError.notFound(id) }
        return record
    }

    /// Calls a closure with a task's record now and after each change, until the task no longer moves or the closure returns false.
    ///
    /// Changes that follow each other quickly may be seen as one.
    ///
    /// - Throws: ``TaskManagerError/Code/notFound``, `CancellationError`, and what the closure throws.
    public func watch(_ id: TaskID, in scope: Scope, _ body: (TaskRecord) async throws -> Bool) async throws {
        let watch = engine.watchers.watch([id], for: .changed)
        defer { watch.end() }
        var signals = watch.signals.makeAsyncIterator()
        while true {
            let record = try await task(id, in: scope)
            guard try await body(record), !record.status.isSettled else { return }
            guard await signals.next() != nil else { throw CancellationError() }
        }
    }

    private func isMet(_ mode: WaitMode, _ records: [TaskID: TaskRecord]) -> Bool {
        switch mode {
        case .any: records.values.contains { $0.status.isSettled }
        case .all: records.values.allSatisfy { $0.status.isSettled }
        }
    }
}
