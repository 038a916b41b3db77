import Legwork
import LegworkCore

/// A task in the words of a queue of prompts, for the clients of one.
struct PromptWire: Sendable {
    private let record: TaskRecord
    private let events: [TaskEvent]

    init(_ record: TaskRecord, _ events: [TaskEvent]) {
        self.record = record
        self.events = events
    }

    var json: JSONObject {
        var object: JSONObject = ["schema_version": 2, "id": .string(record.id.description)]
        object["prompt"] = record.arguments["prompt"]
        for member in record.metadata["prompt_options"]?.object?.members ?? [] { object[member.key] = member.value }
        object["status"] = .string(status)
        object["created_at"] = .string(record.createdAt.description)
        object["started_at"] = record.startedAt.map { .string($0.description) }
        object["ended_at"] = record.finishedAt.map { .string($0.description) }
        if let start = record.startedAt, let end = record.finishedAt { object["duration_ms"] = .integer((end - start).milliseconds) }
        if let result = record.result, !result.isError { object["result_summary"] = .string(EvidenceText.summary(result.text)) }
        if record.status == .failed { object["error"] = .string(record.failure ?? record.result?.text ?? "unknown error") }
        let evidence = record.evidence.json
        object["checklist"] = evidence["checklist"] ?? Checklist(at: record.createdAt).json
        for key in ["gates", "attempts", "artifacts", "github_events"] { object[key] = evidence[key] ?? [] }
        object["tool_calls"] = .array(ToolCallLog(events).calls.map(call))
        object["timeline"] = .array(events.map(entry))
        return object
    }

    /// That system knows fewer words: what waits for an answer runs there, and what stands still will run again.
    private var status: String {
        switch record.status {
        case .queued, .stopped: "queued"
        case .running, .inputRequired: "running"
        case .completed: "completed"
        case .failed: "failed"
        case .cancelled: "canceled"
        }
    }

    private func call(_ call: ToolCallRecord) -> JSONValue {
        var object: JSONObject = [
            "id": .string(call.id), "name": .string(call.name),
            "status": .string(call.status == .cancelled ? "canceled" : call.status.rawValue),
            "started_at": .string(call.startedAt.description),
        ]
        object["ended_at"] = call.endedAt.map { .string($0.description) }
        object["duration_ms"] = call.duration.map { .integer($0.milliseconds) }
        object["input_summary"] = call.arguments.map { .string(EvidenceText.summary($0.string ?? $0.json())) }
        object["output_summary"] = call.result.map { .string(EvidenceText.summary($0)) }
        object["detail_path"] = call.resultArtifact.map(JSONValue.string)
        return .object(object)
    }

    private func entry(_ event: TaskEvent) -> JSONValue {
        var object: JSONObject = ["timestamp": .string(event.time.description), "kind": .string(kind(event))]
        object["summary"] = .string(EvidenceText.summary(event.text ?? event.data?.json() ?? ""))
        let names = ["artifact", "result_artifact", "arguments_artifact", "data_artifact"]
        object["detail_path"] = names.lazy.compactMap { event.data?[$0]?.string }.first.map(JSONValue.string)
        return .object(object)
    }

    private func kind(_ event: TaskEvent) -> String {
        switch event.kind {
        case .created: "queued"
        case .started: "running"
        case .message: "status"
        case .completed, .failed: "finished"
        case .cancelled: "canceled"
        case .requeued, .stopped: "recovered"
        case .custom where event.topic == "tool_call": event.data?["phase"] == "started" ? "tool_started" : "tool_completed"
        default: event.topic
        }
    }
}
