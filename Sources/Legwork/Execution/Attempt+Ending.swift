import LegworkCore
import Synchronization

// How an attempt ends: by its tool, or because it was told to stop.
extension Attempt {
    /// How the record ends.
    private enum Ending {
        /// As the tool ended.
        case outcome(ToolOutcome)
        /// Without the tool, which did not stop when it was told to.
        case forced

        /// What is written, for reports of problems.
        var words: String {
            switch self {
            case .outcome: "the result"
            case .forced: "the end by force"
            }
        }
    }

    /// Writes the outcome, and gives it to a caller who still waits.
    func commit(_ outcome: ToolOutcome) async {
        // A shutdown waits until the end is told as well.
        engine.live.beginStarting()
        defer { engine.live.endStarting() }
        let record = await end(.outcome(outcome.limited(to: engine.configuration.maximumResultBytes)))
        let (taker, isExpected) = state.withLock { ($0.machine.committed(), $0.machine.hasCaller) }
        guard let (outcome, waiter) = taker else {
            if !isExpected { await callerMissedEnd() }
            return
        }
        if let record, !record.status.isTerminal {
            // It was interrupted: it goes on elsewhere, or when somebody resumes it.
            forgetWindow()
            waiter.resume(returning: .task(record))
        } else {
            deliver(outcome, to: waiter)
        }
    }

    /// Ends the record, with all that was reported and is not written yet.
    ///
    /// - Returns: the record, if it could be written.
    private func end(_ ending: Ending) async -> TaskRecord? {
        // The tool is done with: the next task is claimed while this one's end is written, both with one sync to the disk.
        slot?.end()
        await takeTurn()
        let facts = state.withLock { state in
            (
                id: state.id, token: state.token, isInterrupted: state.isInterrupted, lastSeen: state.kept?.lastSeen,
                reports: state.takeUnwritten(), limit: state.kept?.limitReached,
                // Who waits gets the error, and decides himself.
                isRetried: !state.machine.hasCaller
            )
        }
        forgetLimits()
        let plan = facts.isRetried ? RetryPlan(chance: engine.configuration.chance()) : nil
        guard let id = facts.id, let token = facts.token else { return nil }
        var ending = ending
        var reports = await withOverflowKept(facts.reports, of: id)
        var refusals = reports.isEmpty ? 1 : 0
        var hint = facts.lastSeen
        var written: TaskRecord?
        writing: while true {
            let answer = await engine.persist(ending.words, of: id, token: token, from: hint) { record in
                let now = engine.clock.now
                let events = reports.apply(to: &record, at: now)
                var transition =
                    switch ending {
                    case .outcome(let outcome):
                        try record.end(with: outcome, isInterrupted: facts.isInterrupted, limit: facts.limit, plan, at: now)
                    case .forced: try record.abandon(isInterrupted: facts.isInterrupted, limit: facts.limit, plan, at: now)
                    }
                transition.events = events + transition.events
                transition.acknowledging = inbox?.dealtWith ?? 0
                if record.status.isTerminal { handOut(&transition, of: record) }
                return transition
            }
            switch answer {
            case .written(let record):
                written = record
                break writing
            case .lost, .givenUp: break writing
            case .refused(let error):
                // First what the tool said goes, then its result: the task has to end.
                switch (refusals, ending) {
                case (0, _): reports.refuse(error, at: engine.clock.now)
                case (1, .outcome): ending = .outcome(.returned(.error("the tool has ended, but its result cannot be recorded: \(error)")))
                default: break writing
                }
                refusals += 1
                hint = nil
            }
        }
        endTurn()
        inbox?.end()
        engine.live.remove(self, of: id)
        if let written { engine.tally.ended(written) }
        if let written, written.isQuiet { await engine.forget(written) }
        return written
    }

    /// Keeps the result of a tool that went on after it was abandoned.
    func keepLate(_ outcome: ToolOutcome) async {
        guard case .returned(let result) = outcome.limited(to: engine.configuration.maximumResultBytes) else { return }
        // The forced end may not be written yet.
        await takeTurn()
        defer { endTurn() }
        guard let id = state.withLock({ $0.id }) else { return }
        _ = await engine.persist("the late result", of: id, token: nil) { record in
            // A task that was given back goes on without it.
            guard record.status.isTerminal, record.result == nil else { return nil }
            record.result = result
            record.touch(at: engine.clock.now)
            return TaskRecord.Transition()
        }
    }

    // MARK: - Stopping

    /// Tells the tool to stop; abandons it when the grace is over.
    func cancel() {
        let (isFirst, work) = state.withLock { state in
            defer { state.isCancelled = true }
            return (!state.isCancelled, state.work)
        }
        guard isFirst else { return }
        work?.cancel()
        scheduleGrace()
    }

    private func scheduleGrace() {
        engine.deadlines.schedule(after: tool.descriptor.cancelGrace) { [weak self] in self?.graceOver() }
    }

    /// Tells the tool to stop because the process does.
    func interrupt() {
        state.withLock { $0.isInterrupted = true }
        cancel()
    }

    private func graceOver() {
        switch state.withLock({ $0.machine.graceOver() }) {
        case .none: break
        case .later: scheduleGrace()
        case .desert(let waiter):
            forgetCall()
            waiter?.resume(throwing: whyStopped)
        case .force(let waiter):
            forgetWindow()
            waiter?.resume(throwing: whyStopped)
            Task { _ = await self.end(.forced) }
        }
    }
}
