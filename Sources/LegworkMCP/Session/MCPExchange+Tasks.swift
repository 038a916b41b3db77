import Legwork
import LegworkCore

// The extension io.modelcontextprotocol/tasks of 2026-07-28.
extension MCPExchange {
    /// The one answer for tasks that do not exist and tasks of others.
    static let taskNotFound = MCPError(.invalidParams, "Task not found")

    /// The answer to a call that has become a task.
    func created(_ record: TaskRecord, now: Timestamp) -> MCPAnswer { answer(MCPTaskState(record, now: now).base, type: "task") }

    /// The answer to `tasks/get`.
    func task(_ record: TaskRecord, now: Timestamp) -> MCPAnswer { complete(detailedTask(record, now: now)) }

    /// A task with what stands beside its status.
    func detailedTask(_ record: TaskRecord, now: Timestamp) -> JSONObject {
        let state = MCPTaskState(record, now: now)
        var object = state.base
        switch state.outcome {
        case .none: break
        case .result(let result):
            // What the call would have answered itself, its own type included; it names no related task.
            var inlined: JSONObject = ["resultType": "complete"]
            for member in callResult(result).members { inlined[member.key] = member.value }
            object["result"] = .object(inlined)
        case .error(let error): object["error"] = error.json
        case .questions(let questions):
            var requests = JSONObject()
            for question in questions { requests[question.key] = question.json(in: revision) }
            object["inputRequests"] = .object(requests)
        }
        return object
    }

    /// The empty answer to `tasks/update` and `tasks/cancel`.
    var acknowledged: MCPAnswer { complete(JSONObject()) }
}

/// A task as the extension describes it: five statuses in the place of our seven.
struct MCPTaskState: Sendable {
    /// What stands beside the status.
    enum Outcome: Sendable, Hashable {
        /// Nothing: the task goes on, or was cancelled.
        case none
        /// What the task waits for.
        case questions([MCPQuestion])
        /// What the tool returned, be it an error.
        case result(ToolResult)
        /// No tool's result: the task ended otherwise.
        case error(MCPError)
    }

    private let record: TaskRecord
    private let now: Timestamp
    /// The status on the wire: `working input_required completed failed cancelled`.
    let status: String
    /// What stands beside it.
    let outcome: Outcome

    init(_ record: TaskRecord, now: Timestamp) {
        self.record = record
        self.now = now
        switch record.status {
        case .queued, .running: (status, outcome) = ("working", .none)
        case .inputRequired:
            let questions = record.inputs.filter { $0.state == .awaited }.map(MCPQuestion.init)
            (status, outcome) = ("input_required", .questions(questions))
        // A terminal status is final on this wire, and a stopped task can be resumed: so it is none of the three. Nor does it ask
        // anything, so it is not `input_required`. It stays `working`, and the message says what has to be done.
        case .stopped: (status, outcome) = ("working", .none)
        case .completed: (status, outcome) = ("completed", .result(record.result ?? .text("")))
        case .failed:
            // A tool's own error is a completed task here; `failed` is for what was no result of the tool (2026-07-28; the older
            // revision said the opposite).
            if let fault = record.result.flatMap(ProtocolFault.init) {
                (status, outcome) = ("failed", .error(MCPError(fault)))
            } else if let result = record.result {
                (status, outcome) = ("completed", .result(result))
            } else {
                let reason = record.reason?.rawValue ?? "unknown"
                let error = MCPError(.internalError, record.failure ?? "the task failed: \(reason)", data: ["reason": .string(reason)])
                (status, outcome) = ("failed", .error(error))
            }
        case .cancelled: (status, outcome) = ("cancelled", .none)
        }
    }

    /// The members that every description of the task has.
    var base: JSONObject {
        var object: JSONObject = ["taskId": .string(record.id.description), "status": .string(status)]
        object["statusMessage"] = message.map(JSONValue.string)
        object["createdAt"] = .string(record.createdAt.description)
        object["lastUpdatedAt"] = .string(record.updatedAt.description)
        // Kept until somebody deletes it.
        object["ttlMs"] = .null
        if !record.status.isTerminal { object["pollIntervalMs"] = JSONValue(TaskPace.milliseconds(since: record.createdAt, now: now)) }
        return object
    }

    private var message: String? {
        switch record.status {
        case .queued: return "waits for a worker"
        case .running:
            if record.lifecycle.isCancelRequested { return "was asked to stop" }
            return progress.map { progress in record.statusMessage.map { "\(progress): \($0)" } ?? progress } ?? record.statusMessage
        case .inputRequired:
            if let message = record.statusMessage { return message }
            guard case .questions(let questions) = outcome, let first = questions.first else { return "waits for an answer" }
            return "waits for an answer: " + first.message.truncated(toBytes: 200)
        case .stopped:
            let reason = record.reason.map { " (\($0.rawValue))" } ?? ""
            return "stopped\(reason): nobody executes it now; resume_task lets it go on, or cancel it."
        case .completed, .cancelled: return nil
        case .failed: return record.result.map { ProtocolFault($0)?.message } ?? record.failure
        }
    }

    private var progress: String? {
        guard let progress = record.progress else { return nil }
        let done = JSONValue(progress.done).json()
        return progress.total.map { "\(done) of \(JSONValue($0).json())" } ?? done
    }
}
