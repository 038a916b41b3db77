import LegworkCore
import Synchronization

// Writing what was reported. One write at a time: each takes all there is when its turn comes, so that nothing is lost and nothing goes back.
extension Attempt {
    /// Waits until no other write of this attempt is in flight; whoever has the turn ends it.
    func takeTurn() async {
        if state.withLock({ $0.takeTurn() }) { return }
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                let isFree = state.takeTurn()
                if !isFree { state.keeping.waitingWrites.append(continuation) }
                return isFree
            }
            if isFree { continuation.resume() }
        }
    }

    /// Gives the turn to the write that has waited longest.
    func endTurn() { state.withLock { $0.endTurn() }?.resume() }

    func scheduleFlush(after delay: Duration? = nil) {
        engine.deadlines.schedule(after: delay ?? engine.configuration.reportInterval) { [weak self] in
            guard let self else { return }
            Task { await self.flush() }
        }
    }

    private func flush() async {
        do {
            try await writeUnwritten(isFlush: true)
        } catch is Engine.LostLease {
            // The attempt is another's; its tool will be told.
        } catch {
            engine.problem("the progress of \(taskID) cannot be recorded yet: \(error)")
            if state.withLock({ $0.kept?.unwritten.isEmpty == false && $0.mustScheduleFlush() }) { scheduleFlush(after: .seconds(5)) }
        }
    }

    /// Writes all that was reported and is not in the record yet, if there is a record.
    ///
    /// - Throws: ``StoreError``; what could not be written is written later, unless the store will never take it.
    func writeUnwritten(isFlush: Bool = false) async throws {
        await takeTurn()
        defer { endTurn() }
        let facts = state.withLock { state in
            if isFlush { state.isFlushScheduled = false }
            return state.machine.isRecorded ? (state.id, state.token, state.kept?.lastSeen, state.takeUnwritten()) : nil
        }
        guard let (id, token, lastSeen, taken) = facts, let id, let token, !taken.isEmpty else { return }
        let reports = await withOverflowKept(taken, of: id)
        do {
            let update = try await engine.update(id, token: token, from: lastSeen) { record in
                let now = engine.clock.now
                let events = reports.apply(to: &record, at: now)
                record.touch(at: now)
                return TaskRecord.Transition(events: events)
            }
            if let update { state.withLock { $0.keeping.lastSeen = update.record } }
        } catch let error as StoreError where error.code == .invalid {
            state.withLock { state in
                var note = reports
                note.refuse(error, at: engine.clock.now)
                state.putBack(note)
            }
            throw error
        } catch {
            state.withLock { $0.putBack(reports) }
            throw error
        }
    }
}

extension Attempt.State {
    /// Takes the turn to write, if it is free.
    fileprivate mutating func takeTurn() -> Bool {
        defer { isWriting = true }
        return !isWriting
    }

    /// Ends the turn.
    ///
    /// - Returns: the write that has it now.
    fileprivate mutating func endTurn() -> CheckedContinuation<Void, Never>? {
        guard let kept, !kept.waitingWrites.isEmpty else {
            isWriting = false
            return nil
        }
        return kept.waitingWrites.removeFirst()
    }

    /// Whether the caller has to see to it that what is unwritten gets written.
    mutating func mustScheduleFlush() -> Bool {
        guard machine.isRecorded, !isFlushScheduled else { return false }
        isFlushScheduled = true
        return true
    }

    /// Takes all that was reported and is not in the record, the growth of the output included.
    mutating func takeUnwritten() -> UnwrittenReports {
        guard let kept else { return UnwrittenReports() }
        if let output = kept.output { kept.unwritten.outputGrew(to: output.keptBytes) }
        return kept.unwritten.take()
    }

    /// Puts back what could not be written.
    mutating func putBack(_ reports: UnwrittenReports) {
        if !reports.isEmpty { keeping.unwritten.putBack(reports) }
    }
}
