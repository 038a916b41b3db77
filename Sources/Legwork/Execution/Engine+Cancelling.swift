import LegworkCore

extension Engine {
    /// Records the wish that a task should stop, and passes it on to whoever executes it.
    ///
    /// - Returns: what the one who wished is told, and the record; nil when there is no such task in the scope.
    @discardableResult
    func requestCancel(_ id: TaskID, in scope: Scope) async throws -> (CancelDisposition, TaskRecord)? {
        var disposition = CancelDisposition.alreadyFinished
        let update = try await update(id, in: scope) { record in
            disposition = record.lifecycle.cancelDisposition
            switch disposition {
            case .alreadyFinished: return nil
            case .requested where record.lifecycle.isCancelRequested: return nil
            case .requested, .cancelledBeforeStart: return try record.apply(.cancelRequested, at: self.clock.now)
            }
        }
        // Also when the wish was recorded before, for the attempt may not have heard of it.
        if let update, update.effects.isEmpty, disposition == .requested { perform([.cancelAttempt], on: update.record) }
        return update.map { (disposition, $0.record) }
    }

    /// Tells the attempts of this process to stop whose tasks somebody in another process has asked to.
    func heedCancels(of ids: [TaskID]) async {
        for id in ids {
            guard let attempt = live[id] else { continue }
            do {
                guard let record = try await store.task(TaskLookup(id, in: .operator)) else { continue }
                if record.lifecycle.isCancelRequested { attempt.cancel() }
            } catch {
                problem("whether \(id) was asked to stop elsewhere cannot be read: \(error)")
            }
        }
    }
}
