import LegworkCore
import Synchronization

// Becoming a task.
extension Attempt {
    /// Records the call.
    ///
    /// - Returns: why that could not be done.
    @discardableResult
    func promote() async -> (any Error)? {
        await takeTurn()
        let id = taskID
        // Known before it is recorded, so that a cancel that finds the record finds the attempt.
        engine.live.add(self, as: id)
        var reports = await withOverflowKept(state.withLock { $0.takeUnwritten() }, of: id)
        var words = state.withLock { $0.kept?.unposted.take() ?? [] }
        do {
            let record: TaskRecord
            do {
                record = try await insert(id, &reports, &words)
            } catch let error as StoreError where error.code == .invalid && !reports.isEmpty {
                engine.problem("what the tool of \(id) reported cannot be recorded: \(error)")
                reports.refuse(error, at: engine.clock.now)
                record = try await insert(id, &reports, &words)
            }
            await promoted(record, leaving: reports, words)
            return nil
        } catch {
            engine.live.remove(self, of: id)
            promotionFailed(error, reports, words)
            return error
        }
    }

    /// Records the call, and takes those reports and notices that are written with it.
    private func insert(_ id: TaskID, _ reports: inout UnwrittenReports, _ words: inout [UnpostedNotices.Word]) async throws -> TaskRecord {
        let now = engine.clock.now
        var (record, events) = try engine.started(id, tool, arguments, caller, options, at: now)
        events += reports.apply(to: &record, at: now)
        do {
            let notices = words.map { $0.notice(of: record) }
            switch try await engine.insert(InsertRequest(record, events: events, notices: notices)) {
            case .inserted:
                reports = UnwrittenReports()
                words = []
                engine.announce(notices)
                return record
            case .existing, .nameTaken: throw TaskManagerError(.nameTaken, "the name '\(record.name ?? "")' is taken")
            case .refused(let refusal): throw TaskManagerError(refusal)
            }
        } catch let error as StoreError where error.code == .duplicateID {
            // An earlier try was recorded, though its answer said that it was not.
            guard let stored = try await engine.store.task(TaskLookup(id, in: .operator)), stored.lease?.node == engine.node else {
                throw error
            }
            return stored
        }
    }

    private func promoted(_ record: TaskRecord, leaving reports: UnwrittenReports, _ words: [UnpostedNotices.Word]) async {
        var settled: [CheckedContinuation<Void, Never>] = []
        let (promotion, mustSchedule) = state.withLock { state in
            state.token = record.lease?.token
            state.putBack(reports)
            if !words.isEmpty { state.keeping.unposted.putBack(words) }
            let promotion = state.machine.promoted()
            settled = state.takeAwaitingRecord()
            return (promotion, state.kept?.unwritten.isEmpty == false && state.mustScheduleFlush())
        }
        endTurn()
        for continuation in settled { continuation.resume() }
        forgetWindow()
        engine.live.forget(call: self)
        if mustSchedule { scheduleFlush() }
        if let waiter = promotion.waiter {
            engine.tally.promotedCall()
            waiter.resume(returning: .task(record))
        }
        engine.watchers.recordChanged(record)
        await postKept(of: record)
        if promotion.mustCancel { await requestCancel() }
        if let outcome = promotion.outcome { await commit(outcome) }
    }

    private func promotionFailed(_ error: any Error, _ reports: UnwrittenReports, _ words: [UnpostedNotices.Word]) {
        engine.problem("a call of '\(tool.descriptor.name)' cannot become a task: \(error)")
        let (action, settled) = state.withLock { state in
            state.putBack(reports)
            if !words.isEmpty { state.keeping.unposted.putBack(words) }
            return (state.machine.promotionFailed(), state.takeAwaitingRecord())
        }
        endTurn()
        for continuation in settled { continuation.resume() }
        switch action {
        case .deliver(let outcome, let waiter): deliver(outcome, to: waiter)
        case .cancelTool: cancel()
        case .forget: forgetCall()
        case .goOn where (error as? TaskManagerError)?.code == .familyCancelled:
            // What it belongs to was cancelled, and it with it.
            cancel()
        case .goOn:
            // What the store will never take stays a call, however long it takes; anything else may have passed by then.
            if (error as? StoreError)?.code != .invalid { openWindow(.seconds(1)) }
        }
    }
}

// Becoming a task because the tool wants something that only a task can have.
extension Attempt {
    /// Returns when the call is a task. A caller who still waits gets it.
    ///
    /// - Throws: `CancellationError` when the attempt is over or told to stop; why the call can never be recorded.
    func becomeTask() async throws {
        while true {
            try Task.checkCancellation()
            switch state.withLock({ $0.machine.demandRecord() }) {
            case .recorded: return
            case .announce(let waiter):
                forgetWindow()
                Task { await self.announce(to: waiter) }
                return
            case .promote:
                guard let error = await promote() else { break }
                guard Engine.mayPass(error) else { throw error }
                await engine.pause(.seconds(1))
            case .wait: await promotionSettled()
            case .over: throw CancellationError()
            }
        }
    }

    /// Waits until it is known whether the call, which is just being recorded, has become a task.
    private func promotionSettled() async {
        await withCheckedContinuation { continuation in
            let isSettled = state.withLock { state in
                guard state.machine.isPromoting else { return true }
                state.keeping.awaitingRecord.append(continuation)
                return false
            }
            if isSettled { continuation.resume() }
        }
    }
}

extension Attempt.State {
    /// Takes those who wait until it is known whether the call has become a task.
    fileprivate mutating func takeAwaitingRecord() -> [CheckedContinuation<Void, Never>] {
        guard let kept, !kept.awaitingRecord.isEmpty else { return [] }
        defer { kept.awaitingRecord = [] }
        return kept.awaitingRecord
    }
}
