import Legwork
import LegworkCore

extension TaskSummary {
    /// The task as the HTTP interface shows it in lists. Members that say nothing are left out.
    var wire: JSONObject {
        var object: JSONObject = [
            "id": .string(id.description), "tool": .string(tool), "title": .string(title), "status": .string(status.rawValue),
        ]
        object["reason"] = reason.map { .string($0.rawValue) }
        object["name"] = name.map(JSONValue.string)
        object["owner"] = .string(owner.name)
        object["parent"] = parent.map { .string($0.description) }
        object["queue"] = .string(queue)
        object["attempts"] = JSONValue(attempts)
        if isCancelRequested { object["cancel_requested"] = true }
        object["status_message"] = statusMessage.map(JSONValue.string)
        object["progress"] = progress.map(\.wire)
        object["output_bytes"] = outputBytes.map { JSONValue($0) }
        object["created_at"] = .string(createdAt.description)
        object["started_at"] = startedAt.map { .string($0.description) }
        object["updated_at"] = .string(updatedAt.description)
        object["finished_at"] = finishedAt.map { .string($0.description) }
        return object
    }
}

extension TaskRecord {
    /// The task as the HTTP interface shows it alone: what a list shows, and arguments, result, failure, checkpoint, open
    /// questions and evidence, and what keeps it.
    ///
    /// - Parameter arguments: the arguments with what must not be shown hidden.
    func wire(arguments: JSONValue) -> JSONObject {
        var object = TaskSummary(self).wire
        object["arguments"] = arguments
        object["result"] = result.map(\.json)
        object["failure"] = failure.map(JSONValue.string)
        object["checkpoint"] = checkpoint
        let questions = openInputs
        if !questions.isEmpty { object["questions"] = .array(questions.map(\.question)) }
        if !evidence.isEmpty { object["evidence"] = .object(evidence.json) }
        if !redirects.isEmpty { object["redirects"] = .array(redirects.map(\.report)) }
        object["recovery"] = .string(recovery.rawValue)
        object["not_before"] = notBefore.map { .string($0.description) }
        object["waits_until"] = waitsUntil.map { .string($0.description) }
        if priority != 0 { object["priority"] = JSONValue(priority) }
        object["limit_key"] = terms.limitKey.map(JSONValue.string)
        object["deadline"] = terms.deadline.map { .string($0.description) }
        object["attempts_allowed"] = terms.retry.map { JSONValue($0.attempts) }
        if isPinned { object["pinned"] = true }
        if keepsUntilRead { object["kept_until_read"] = true }
        object["read_at"] = readAt.map { .string($0.description) }
        return object
    }
}

extension TaskProgress {
    /// `{"done": …, "total": …}`.
    var wire: JSONValue {
        var object: JSONObject = ["done": JSONValue(done)]
        object["total"] = total.map { JSONValue($0) }
        return .object(object)
    }
}

extension TaskEvent {
    /// The entry as the HTTP interface shows it.
    var wire: JSONValue { json }
}

extension TaskCounts {
    /// One member per status, also those that count zero, and `total`.
    var wire: JSONValue {
        var object = JSONObject()
        for status in TaskStatus.allCases { object[status.rawValue] = JSONValue(self[status]) }
        object["total"] = JSONValue(total)
        return .object(object)
    }
}

extension ToolDescriptor {
    /// The tool as the HTTP interface lists it.
    var wire: JSONValue {
        var object: JSONObject = ["name": .string(name)]
        object["title"] = title.map(JSONValue.string)
        object["description"] = .string(description)
        object["input_schema"] = inputSchema
        object["output_schema"] = outputSchema
        object["annotations"] = annotations.map(JSONValue.object)
        return .object(object)
    }
}
