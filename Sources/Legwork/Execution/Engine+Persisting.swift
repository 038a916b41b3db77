import LegworkCore

extension Engine {
    /// What came of a change that has to be written.
    enum Persisted: Sendable {
        /// It is written; the record as it now stands.
        case written(TaskRecord)
        /// The task is another attempt's, or gone.
        case lost
        /// The store will never take it: there is something wrong with the change itself.
        case refused(StoreError)
        /// The store is closed, or the process ends.
        case givenUp
    }

    /// Writes a change and tries again until the store takes it: work that is done must not be lost because a disk is full.
    ///
    /// But a process that is told to stop has to; the next one finds the task and says that it was interrupted.
    ///
    /// - Parameters:
    ///   - what: what is written, for reports of problems.
    ///   - id: the task.
    ///   - token: the attempt that writes.
    ///   - hint: the record as it was last seen.
    ///   - change: as for ``update(_:in:token:from:_:)``.
    func persist(
        _ what: String,
        of id: TaskID,
        token: LeaseToken?,
        from hint: TaskRecord? = nil,
        _ change: (inout TaskRecord) throws -> TaskRecord.Transition?
    ) async -> Persisted {
        var hint = hint
        var pause = Duration.milliseconds(100)
        var triesBeforeTheEnd = 5
        while true {
            do {
                guard let update = try await update(id, token: token, from: hint, change) else { return .lost }
                return .written(update.record)
            } catch is LostLease {
                problem("\(what) of \(id) came too late: the task is another attempt's, or it was written though no answer said so")
                // Whichever it is, those who wait here have not heard of it.
                watchers.changedElsewhere(id)
                followers.ringAll()
                dispatcher.wakeAll()
                return .lost
            } catch let error as StoreError where error.code == .invalid {
                problem("\(what) of \(id) cannot be recorded: \(error)")
                return .refused(error)
            } catch {
                if isShuttingDown { triesBeforeTheEnd -= 1 }
                guard Self.mayPass(error), triesBeforeTheEnd >= 0 else {
                    problem("\(what) of \(id) cannot be recorded: \(error)")
                    return .givenUp
                }
                problem("\(what) of \(id) cannot be recorded yet: \(error)")
                await self.pause(pause)
                pause = min(pause * 2, .seconds(isShuttingDown ? 1 : 5))
                hint = nil
            }
        }
    }

    /// Whether a fault of the store may be gone when one tries again.
    static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case let error as StoreError: error.code != .closed && error.code != .invalid
        case let error as TaskManagerError: error.code == .conflict
        default: false
        }
    }
}
