import LegworkCore
import Synchronization

// What the tool sees of its attempt.
extension Attempt {
    var taskID: TaskID {
        state.withLock { state in
            if let id = state.id { return id }
            let id = engine.configuration.makeID()
            state.id = id
            return id
        }
    }

    var attempt: Int { state.withLock { Int($0.number) } }

    var checkpoint: JSONValue? { state.withLock { $0.kept?.checkpoint } }

    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    func report(_ report: ToolReport) {
        var report = report
        report.message = report.message?.truncated(toBytes: TaskEvent.maximumTextBytes)
        let (mustSchedule, hasCaller) = state.withLock { state in
            state.keeping.unwritten.add(report)
            return (state.mustScheduleFlush(), state.machine.hasCaller)
        }
        if hasCaller { options.onReport?(report) }
        if mustSchedule { scheduleFlush() }
    }

    func emit(text: String?, data: JSONValue?) {
        let now = engine.clock.now
        let mustSchedule = state.withLock { state in
            state.keeping.unwritten.add(text: text, data: data, at: now)
            return state.mustScheduleFlush()
        }
        if mustSchedule { scheduleFlush() }
    }

    func save(checkpoint: JSONValue) async throws {
        let size = checkpoint.jsonBytes().count
        guard size <= engine.configuration.maximumArgumentBytes else {
            throw TaskManagerError(
                .invalidArgument,
                "a checkpoint may have \(engine.configuration.maximumArgumentBytes) bytes, this one has \(size); save a reference instead"
            )
        }
        let (id, token) = state.withLock { state in
            state.keeping.checkpoint = checkpoint
            return state.recorded
        }
        guard let id, let token else { return }
        try await write(id, token) { record, now in
            record.checkpoint = checkpoint
            return [record.newEvent(.checkpoint, at: now)]
        }
    }

    func openOutput() throws -> any ToolOutput {
        guard let folder = engine.output else {
            throw TaskManagerError(.noOutput, "this manager keeps no raw output; set 'outputFolder' in its configuration")
        }
        let id = taskID
        if let open = state.withLock({ $0.kept?.output }) { return open }
        let file = try folder.open(id) { [weak self] in self?.outputGrew(id) }
        return state.withLock { state in
            if let open = state.keeping.output { return open }
            state.keeping.output = file
            return file
        }
    }

    private func outputGrew(_ id: TaskID) {
        engine.watchers.outputGrew(id)
        let mustSchedule = state.withLock { state in
            if let output = state.keeping.output { state.keeping.unwritten.outputGrew(to: output.byteCount) }
            return state.mustScheduleFlush()
        }
        if mustSchedule { scheduleFlush() }
    }

    // MARK: - Writing what was reported

    func scheduleFlush() {
        engine.deadlines.schedule(after: engine.configuration.reportInterval) { [weak self] in
            guard let self else { return }
            Task { await self.flush() }
        }
    }

    private func flush() async {
        let (id, token) = state.withLock { state in
            state.isFlushScheduled = false
            return state.recorded
        }
        guard let id, let token else { return }
        do {
            try await write(id, token) { _, _ in [] }
        } catch is Engine.LostLease {
            // The attempt is another's; its tool will be told.
        } catch {
            engine.problem("the progress of \(id) cannot be recorded: \(error)")
        }
    }

    /// Writes a change of the record, together with all that was reported and is not written yet.
    private func write(_ id: TaskID, _ token: LeaseToken, _ change: (inout TaskRecord, Timestamp) -> [TaskEvent]) async throws {
        let (unwritten, lastSeen) = state.withLock { ($0.keeping.unwritten.take(), $0.keeping.lastSeen) }
        do {
            let update = try await engine.update(id, token: token, from: lastSeen) { record in
                let now = self.engine.clock.now
                let events = unwritten.apply(to: &record, at: now) + change(&record, now)
                record.touch(at: now)
                return TaskRecord.Transition(events: events)
            }
            if let update { state.withLock { $0.keeping.lastSeen = update.record } }
        } catch {
            state.withLock { $0.keeping.unwritten.putBack(unwritten) }
            throw error
        }
    }
}

extension Attempt.State {
    /// The names by which the attempt writes to its record, while it may.
    var recorded: (TaskID?, LeaseToken?) { machine.isRecorded ? (id, token) : (nil, nil) }

    /// Whether the caller has to see to it that what is unwritten gets written.
    mutating func mustScheduleFlush() -> Bool {
        guard machine.isRecorded, !isFlushScheduled else { return false }
        isFlushScheduled = true
        return true
    }
}
