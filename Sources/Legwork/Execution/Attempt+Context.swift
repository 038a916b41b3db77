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
            if state.kept?.limits != nil { state.keeping.limits?.report(report, at: engine.clock.uptime) }
            return (state.mustScheduleFlush(), state.machine.hasCaller)
        }
        if hasCaller { options.onReport?(report) }
        if mustSchedule { scheduleFlush() }
    }

    func emit(text: String?, data: JSONValue?) {
        take(TimelineEntryDraft(text: text, data: data, at: engine.clock.now, threshold: engine.artifactThreshold))
    }

    func log(_ entry: ToolLogEntry) {
        if state.withLock({ $0.machine.hasCaller }) { options.onLog?(entry) }
        emit(text: entry.text, data: entry.timelineData)
    }

    /// Takes an entry for the timeline.
    func take(_ entry: TimelineEntryDraft) {
        let mustSchedule = state.withLock { state in
            state.keeping.unwritten.add(entry, threshold: engine.artifactThreshold)
            state.noteEntry(entry.data, at: engine.clock.uptime)
            return state.mustScheduleFlush()
        }
        if mustSchedule { scheduleFlush() }
    }

    func save(checkpoint: JSONValue) async throws {
        if let excess = checkpoint.excess(bytes: engine.configuration.maximumArgumentBytes) {
            throw TaskManagerError(.invalidArgument, "the checkpoint cannot be saved: \(excess); save a reference instead")
        }
        let mustWrite = state.withLock { state in
            state.keeping.checkpoint = checkpoint
            state.keeping.unwritten.add(checkpoint: checkpoint)
            state.noteEntry(nil, at: engine.clock.uptime)
            return state.machine.hasOrGetsRecord
        }
        guard mustWrite else { return }
        do {
            try await writeUnwritten()
        } catch is Engine.LostLease {
            throw TaskManagerError(
                .leaseLost,
                "the checkpoint cannot be saved: the task is another attempt's by now, or deleted; stop working on it"
            )
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
            if let output = state.keeping.output { state.keeping.unwritten.outputGrew(to: output.keptBytes) }
            state.noteEntry(nil, at: engine.clock.uptime)
            return state.mustScheduleFlush()
        }
        if mustSchedule { scheduleFlush() }
    }
}
