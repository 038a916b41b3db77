import Legwork
import LegworkCore

// Tasks that a client drives itself (2025-11-25, basic/utilities/tasks).
extension MCPExchange {
    /// The answer to a call of which the client wanted a task.
    func createdDriven(_ record: TaskRecord, now: Timestamp) -> MCPAnswer {
        let words = "'\(record.tool)' goes on in the background as task \(record.id); its result comes when it is done."
        return complete([
            "task": .object(MCPDrivenTaskState(record, now: now).json), "_meta": [MCPName.immediateResponse: .string(words)],
        ])
    }

    /// The answer to `tasks/get` and `tasks/cancel`.
    func driven(_ record: TaskRecord, now: Timestamp) -> MCPAnswer { complete(MCPDrivenTaskState(record, now: now).json) }

    /// The answer to `tasks/list`.
    func driven(_ page: TaskPage, now: Timestamp) -> MCPAnswer {
        var result: JSONObject = ["tasks": .array(page.tasks.map { .object(MCPDrivenTaskState($0, now: now).json) })]
        result["nextCursor"] = page.next.map { .string($0.description) }
        return complete(result)
    }

    /// The answer to `tasks/result`: what the call would have been answered with, and which task it was.
    func drivenResult(_ record: TaskRecord) -> MCPAnswer {
        if let result = record.result, record.status != .cancelled {
            if let fault = ProtocolFault(result) { return fail(MCPError(fault)) }
            return complete(related(callResult(result), to: record.id))
        }
        switch record.status {
        case .completed: return complete(related(callResult(.text("")), to: record.id))
        case .cancelled: return fail(MCPError(.internalError, "task \(record.id) was cancelled, and has no result"))
        case .failed: return fail(MCPError(.internalError, record.failure ?? "the task failed: \(record.reason?.rawValue ?? "unknown")"))
        case .queued, .running, .inputRequired, .stopped:
            return fail(
                MCPError(
                    .internalError,
                    "task \(record.id) has stopped, and nobody executes it now; resume_task lets it go on, then ask again"
                )
            )
        }
    }

    /// A message of a task with the name of the task in its metadata.
    func related(_ object: JSONObject, to task: TaskID) -> JSONObject {
        var object = object
        var meta = object["_meta"]?.object ?? JSONObject()
        meta[MCPName.relatedTask] = ["taskId": .string(task.description)]
        object["_meta"] = .object(meta)
        return object
    }

    /// Tells of a task's new status.
    static func statusNotification(_ record: TaskRecord, now: Timestamp) -> MCPNotification {
        let params = JSONValue.object(MCPDrivenTaskState(record, now: now).json)
        return MCPNotification(json: ["jsonrpc": "2.0", "method": "notifications/tasks/status", "params": params])
    }

    /// Why a call cannot be made as it was made: a task is wanted of a tool that gives none, or none of a tool that gives only tasks
    /// (2025-11-25, server/tools).
    func drivenTaskFault(of tool: ToolDescriptor, _ call: MCPToolCall) -> MCPError? {
        guard revision.hasDrivenTasks else { return nil }
        switch (MCPTaskSupport(tool), call.wantsTask) {
        case (.forbidden, true):
            return MCPError(.methodNotFound, "'\(tool.name)' cannot be called as a task; call it without params.task")
        case (.required, false):
            return MCPError(.methodNotFound, "'\(tool.name)' can only be called as a task; send params.task with the call")
        case (.forbidden, false), (.optional, _), (.required, true): return nil
        }
    }

    /// The answer to the cancel of a task that has ended.
    static func cannotCancel(_ record: TaskRecord) -> MCPError {
        MCPError(.invalidParams, "Cannot cancel task: already in terminal status '\(record.status.rawValue)'")
    }
}

/// A task as the revision describes it whose clients drive tasks themselves: five statuses in the place of our seven, which differ from those of
/// the later extension in that a tool's error is a task that failed.
struct MCPDrivenTaskState: Sendable {
    private let summary: TaskSummary
    private let now: Timestamp
    private let message: String?

    init(_ summary: TaskSummary, now: Timestamp) {
        self.summary = summary
        self.now = now
        message = nil
    }

    init(_ record: TaskRecord, now: Timestamp) {
        summary = TaskSummary(record)
        self.now = now
        switch record.status {
        case .failed: message = (record.failure ?? record.result?.text)?.truncated(toBytes: 500)
        case .queued, .running, .inputRequired, .stopped, .completed, .cancelled: message = nil
        }
    }

    /// The status on the wire.
    var status: String {
        switch summary.status {
        case .queued, .running, .stopped: "working"
        case .inputRequired: "input_required"
        case .completed: "completed"
        case .failed: "failed"
        case .cancelled: "cancelled"
        }
    }

    /// What is said beside it.
    var statusMessage: String? {
        if let message { return message }
        switch summary.status {
        case .queued: return "waits for a worker"
        case .running: return summary.isCancelRequested ? "was asked to stop" : summary.statusMessage
        case .inputRequired: return summary.statusMessage ?? "waits for an answer"
        case .stopped: return "stopped: nobody executes it now; resume_task lets it go on"
        case .failed: return summary.reason.map { "failed: \($0.rawValue)" }
        case .completed, .cancelled: return nil
        }
    }

    /// `{"taskId", "status", "statusMessage"?, "createdAt", "lastUpdatedAt", "ttl", "pollInterval"?}`.
    var json: JSONObject {
        var object: JSONObject = ["taskId": .string(summary.id.description), "status": .string(status)]
        object["statusMessage"] = statusMessage.map(JSONValue.string)
        object["createdAt"] = .string(summary.createdAt.description)
        object["lastUpdatedAt"] = .string(summary.updatedAt.description)
        // Kept until somebody deletes it.
        object["ttl"] = .null
        if !summary.status.isTerminal { object["pollInterval"] = JSONValue(TaskPace.milliseconds(since: summary.createdAt, now: now)) }
        return object
    }
}
