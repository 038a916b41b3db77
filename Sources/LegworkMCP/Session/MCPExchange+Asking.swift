import Legwork
import LegworkCore

// Calls whose tools ask.
extension MCPExchange {
    /// How a tool's questions reach the client that waits for the call.
    enum Asking: Sendable, Hashable {
        /// Not at all: the client gets the task.
        case not
        /// As requests of the server, while the call goes on (before 2026-07-28).
        case byRequest
        /// As the answer, after which the client makes its request again (2026-07-28).
        case byAnswer
    }

    /// How the questions of a tool reach this client.
    func asking(of tool: ToolDescriptor) -> Asking {
        guard !abilities.all.isEmpty else { return .not }
        guard revision.isModern else { return .byRequest }
        // Who takes tasks finds the questions on the task.
        return takesTasks && !tool.asksFirst ? .not : .byAnswer
    }

    /// The answer that asks.
    ///
    /// - Parameter state: what the client is to send with its next try; nil where nothing has to be found again.
    func inputRequired(_ questions: [MCPQuestion], state: String?) -> MCPAnswer {
        var requests = JSONObject()
        for question in questions { requests[question.key] = question.json(in: revision) }
        var result: JSONObject = ["inputRequests": .object(requests)]
        result["requestState"] = state.map(JSONValue.string)
        return answer(result, type: "input_required")
    }

    /// Why a call cannot be made by this client; nil when it can.
    func refusal(of tool: ToolDescriptor, _ call: MCPToolCall) -> MCPAnswer? {
        if let support = drivenTaskFault(of: tool, call) { return fail(support) }
        guard let missing = abilities.missing(tool.requires, takesTasks: takesTasks || call.wantsTask) else { return nil }
        let names = missing.members.map { $0.key == "extensions" ? "tasks" : $0.key }.joined(separator: ", ")
        let message = "'\(tool.name)' is for clients that declare: \(names)"
        // Before 2026-07-28 there was no such error; a model reads the result.
        guard revision.isModern else { return complete(callResult(.error(message))) }
        return fail(MCPError(.missingCapability, message, data: ["requiredCapabilities": .object(missing)], httpStatus: 400))
    }

    /// The answer to a call whose task has ended, or stands still, while its client waited.
    func ended(_ record: TaskRecord, now: Timestamp) -> MCPAnswer {
        if let result = record.result, record.status != .cancelled { return outcome(.finished(result), now: now) }
        switch record.status {
        case .queued, .running, .inputRequired: return outcome(.task(record), now: now)
        case .completed: return complete(callResult(.text("")))
        case .cancelled: return complete(callResult(.error("The call of '\(record.tool)' was cancelled while it ran.")))
        case .failed:
            return complete(callResult(.error(record.failure ?? "the call failed: \(record.reason?.rawValue ?? "unknown")")))
        case .stopped:
            let words =
                "The call of '\(record.tool)' has stopped, and nobody executes it now. resume_task with task_id \(record.id) lets it go on."
            return complete(callResult(.error(words)))
        }
    }
}
