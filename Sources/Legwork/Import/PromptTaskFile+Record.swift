import LegworkCore

extension PromptTaskFile {
    /// How a file is to become a task.
    struct Plan: Sendable {
        var id: TaskID
        var caller: Caller
        /// The agent's tool.
        var tool: String
        var schema: JSONValue?
        /// Whether a task that waits goes on waiting, or stands still until somebody resumes it.
        var enqueues: Bool
        var key: String
        /// The names of the artifacts, by the paths that the file uses.
        var artifacts: [String: String]
        /// The text of the whole result, where it lies in a file.
        var result: String?
        var now: Timestamp
    }

    /// The task, its timeline within its bounds.
    func request(_ plan: Plan) -> InsertRequest {
        var record = TaskRecord(
            id: plan.id,
            tool: plan.tool,
            title: prompt.title,
            name: CallLimits.mayKeep(name: id) ? id : nil,
            caller: plan.caller,
            arguments: .object(prompt.arguments(for: plan.schema)),
            idempotencyKey: plan.key,
            metadata: metadata,
            lifecycle: lifecycle(plan),
            createdAt: createdAt,
            startedAt: startedAt
        )
        // What has ended did so long ago: it is kept until somebody lets it go.
        record.isPinned = record.status.isTerminal
        let events = timeline(of: &record, plan)
        switch status {
        case .completed, .canceled: record.result = (plan.result ?? result).map { .text($0) }
        case .failed:
            record.failure = error ?? "unknown error"
            record.result = (plan.result ?? result).map { .error($0) }
        case .queued, .running: break
        }
        record.evidence = evidence.renamingArtifacts(plan.artifacts)
        if record.status.isTerminal {
            record.finishedAt = endedAt ?? plan.now
            record.updatedAt = record.finishedAt ?? plan.now
        } else {
            record.updatedAt = max(plan.now, createdAt)
        }
        return InsertRequest(record, events: events)
    }

    private var metadata: JSONObject {
        var metadata = prompt.metadata
        var imported = links
        imported["id"] = .string(id)
        metadata["imported"] = .object(imported)
        return metadata
    }

    private func lifecycle(_ plan: Plan) -> TaskLifecycle {
        let began = startedAt == nil ? 0 : 1
        return switch status {
        case .queued where plan.enqueues: .submitted
        case .queued: TaskLifecycle(status: .stopped, reason: .imported, isCancelRequested: false, attempts: 0)
        case .running: TaskLifecycle(status: .stopped, reason: .orphaned, isCancelRequested: false, attempts: max(1, began))
        case .completed: TaskLifecycle(status: .completed, reason: nil, isCancelRequested: false, attempts: max(1, began))
        case .failed: TaskLifecycle(status: .failed, reason: reason, isCancelRequested: false, attempts: began)
        case .canceled: TaskLifecycle(status: .cancelled, reason: nil, isCancelRequested: true, attempts: began)
        }
    }

    private var reason: TaskReason {
        switch terminalReason {
        case "wall_timeout": .wallLimit
        case "idle_timeout": .idleLimit
        case "shutdown": .shutdown
        default: .toolError
        }
    }

    // MARK: - The timeline

    private struct Line {
        var time: Timestamp
        var kind: TaskEvent.Kind
        var text: String?
        var data: JSONValue?
    }

    /// Begin and end as Legwork says them, and between them what the file has, in order of time.
    private func timeline(of record: inout TaskRecord, _ plan: Plan) -> [TaskEvent] {
        // Those of a life's own events are said by the record.
        let own: Set<String> = ["queued", "running", "canceled", "finished"]
        var lines = entries.filter { !own.contains($0.kind) }.map { line($0, plan) }
        for call in calls { lines += self.lines(call, plan) }
        // Equal times stay in order, whatever the sort does.
        let sorted = lines.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
        lines = [Line(time: createdAt, kind: .created, text: "imported from \(id)")]
        if let startedAt { lines.append(Line(time: startedAt, kind: .started, data: TaskEvent.firstAttempt)) }
        lines += sorted
        let last = endedAt ?? plan.now
        switch record.status {
        case .completed: lines.append(Line(time: last, kind: .completed))
        case .failed: lines.append(Line(time: last, kind: .failed, text: error ?? reason.rawValue))
        case .cancelled: lines.append(Line(time: last, kind: .cancelled))
        case .stopped: lines.append(Line(time: plan.now, kind: .stopped, text: record.reason?.rawValue))
        case .queued, .running, .inputRequired: break
        }
        let events = lines.map { record.newEvent($0.kind, at: $0.time, text: $0.text, data: $0.data) }
        let dropped = TimelineLimit.standard.droppable(last: record.lastEvent)
        return events.filter { dropped?.contains($0.sequence) != true }
    }

    private func line(_ entry: Entry, _ plan: Plan) -> Line {
        var data = JSONObject()
        let kinds: [TaskEvent.Kind] = [.cancelRequested, .checklist, .gate, .patchAttempt, .artifact, .github]
        let kind = kinds.first { $0.rawValue == entry.kind } ?? .custom
        if kind == .custom { data["kind"] = .string(entry.kind.truncated(toBytes: 64)) }
        data["artifact"] = entry.detailPath.flatMap { plan.artifacts[$0] }.map(JSONValue.string)
        var line = Line(time: entry.time, kind: kind, text: entry.summary)
        if !data.isEmpty { line.data = .object(data) }
        return line
    }

    private func lines(_ call: Call, _ plan: Plan) -> [Line] {
        var begun: JSONObject = ["kind": "tool_call", "phase": "started", "call_id": .string(call.id), "name": .string(call.name)]
        begun["arguments"] = call.input.map(JSONValue.string)
        var lines = [Line(time: call.startedAt, kind: .custom, text: "\(call.name) started", data: .object(begun))]
        // Its end was not always written down. It has no later end than that of its attempt.
        guard call.status != "running", call.status != "canceled" else { return lines }
        let isError = call.status == "failed"
        var ended: JSONObject = [
            "kind": "tool_call", "phase": "ended", "call_id": .string(call.id), "name": .string(call.name),
            "started_at": .string(call.startedAt.description), "is_error": .bool(isError),
        ]
        ended["result"] = call.output.map(JSONValue.string)
        ended["result_artifact"] = call.detailPath.flatMap { plan.artifacts[$0] }.map(JSONValue.string)
        let time = call.endedAt ?? call.startedAt
        lines.append(Line(time: time, kind: .custom, text: "\(call.name) \(isError ? "failed" : "ended")", data: .object(ended)))
        return lines
    }
}

extension TaskReason {
    /// The task waited in another system when it was taken over.
    public static let imported = TaskReason("imported")
}

extension Evidence {
    /// The same with other names for its artifacts; what has none there has none here.
    fileprivate func renamingArtifacts(_ names: [String: String]) -> Evidence {
        var renamed = Evidence()
        if let checklist { renamed.apply(.checklist(checklist)) }
        for var gate in gates {
            gate.logPath = gate.logPath.flatMap { names[$0] }
            renamed.apply(.gate(gate))
        }
        for var attempt in attempts {
            attempt.patchPath = attempt.patchPath.flatMap { names[$0] }
            renamed.apply(.attempt(attempt))
        }
        for var artifact in artifacts {
            guard let name = names[artifact.path] else { continue }
            artifact.path = name
            renamed.apply(.artifact(artifact))
        }
        for event in githubEvents { renamed.apply(.githubEvent(event)) }
        return renamed
    }
}
