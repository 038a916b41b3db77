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

    var attempt: Int { state.withLock { $0.number } }

    var checkpoint: JSONValue? { state.withLock { $0.checkpoint } }

    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    func report(_ report: ToolReport) {
        var report = report
        report.message = report.message?.truncated(toBytes: TaskEvent.maximumTextBytes)
        let (mustSchedule, hasCaller) = state.withLock { state in
            state.unwritten.add(report)
            return (state.mustScheduleFlush(), state.machine.hasCaller)
        }
        if hasCaller { options.onReport?(report) }
        if mustSchedule { scheduleFlush() }
    }

    func emit(text: String?, data: JSONValue?) {
        let now = engine.clock.now
        let mustSchedule = state.withLock { state in
            state.unwritten.add(text: text, data: data, at: now)
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
        let (id, lease) = state.withLock { state in
            state.checkpoint = checkpoint
            return state.machine.isRecorded ? (state.id, state.lease) : (nil, nil)
        }
        guard let id, let lease else { return }
        try await write(id, lease) { record, now in
            record.checkpoint = checkpoint
            return [record.newEvent(.checkpoint, at: now)]
        }
    }

    func openOutput() throws -> any ToolOutput {
        guard let folder = engine.output else {
            throw TaskManagerError(.noOutput, "this manager keeps no raw output; set 'outputFolder' in its configuration")
        }
        let id = taskID
        if let open = state.withLock({ $0.output }) { return open }
        let file = try folder.open(id) { [weak self] in self?.outputGrew(id) }
        return state.withLock { state in
            if let open = state.output { return open }
            state.output = file
            return file
        }
    }

    private func outputGrew(_ id: TaskID) {
        engine.watchers.outputGrew(id)
        let mustSchedule = state.withLock { state in
            if let output = state.output { state.unwritten.outputGrew(to: output.byteCount) }
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
        let (id, lease) = state.withLock { state in
            state.isFlushScheduled = false
            return state.machine.isRecorded ? (state.id, state.lease) : (nil, nil)
        }
        guard let id, let lease else { return }
        do {
            try await write(id, lease) { _, _ in [] }
        } catch is Engine.LostLease {
            // The attempt is another's; its tool will be told.
        } catch {
            engine.problem("the progress of \(id) cannot be recorded: \(error)")
        }
    }

    /// Writes a change of the record, together with all that was reported and is not written yet.
    private func write(_ id: TaskID, _ lease: Lease, _ change: (inout TaskRecord, Timestamp) -> [TaskEvent]) async throws {
        let (unwritten, lastSeen) = state.withLock { ($0.unwritten.take(), $0.lastSeen?.record) }
        do {
            let update = try await engine.update(id, token: lease.token, from: lastSeen) { record in
                let now = self.engine.clock.now
                let events = unwritten.apply(to: &record, at: now) + change(&record, now)
                record.touch(at: now)
                return TaskRecord.Transition(events: events)
            }
            if let update { state.withLock { $0.lastSeen = Seen(update.record) } }
        } catch {
            state.withLock { $0.unwritten.putBack(unwritten) }
            throw error
        }
    }
}

extension Attempt.State {
    /// Whether the caller has to see to it that what is unwritten gets written.
    mutating func mustScheduleFlush() -> Bool {
        guard machine.isRecorded, !isFlushScheduled else { return false }
        isFlushScheduled = true
        return true
    }
}
