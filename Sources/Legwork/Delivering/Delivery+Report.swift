package import LegworkCore

// Redirects, deliveries and channels as doors and models are shown them. Members that say nothing are left out.

extension Redirect {
    /// `{"number", "channel", "target"?, "on", "max_chars"?, "by_rule"?}`
    package var report: JSONValue {
        var object: JSONObject = ["number": JSONValue(number), "channel": .string(channel)]
        object["target"] = target.map(JSONValue.string)
        object["on"] = .array(statuses.map(\.rawValue).sorted().map(JSONValue.string))
        object["max_chars"] = maximumCharacters.map { JSONValue($0) }
        if isStanding { object["by_rule"] = true }
        return .object(object)
    }
}

extension Delivery {
    /// `{"id", "task", "redirect", "channel", "target"?, "owner", "tool", "title", "status", "state", "tries", "sent", "problem"?, "due_at"?,
    /// "receipt"?, "created_at", "updated_at"}`
    package var report: JSONValue {
        var object: JSONObject = [
            "id": .string(id.description), "task": .string(task.description), "redirect": JSONValue(id.redirect),
            "channel": .string(channel),
        ]
        object["target"] = target.map(JSONValue.string)
        object["owner"] = .string(owner.name)
        object["tool"] = .string(content.tool)
        object["title"] = .string(content.title)
        object["status"] = .string(content.status.rawValue)
        object["state"] = .string(state.rawValue)
        object["tries"] = JSONValue(tries)
        object["sent"] = JSONValue(sent)
        object["problem"] = problem.map(JSONValue.string)
        if state == .pending { object["due_at"] = .string(dueAt.description) }
        object["receipt"] = receipt
        object["created_at"] = .string(createdAt.description)
        object["updated_at"] = .string(updatedAt.description)
        return .object(object)
    }
}

extension ChannelReport {
    /// `{"name", "kind", "default", "state", "problem"?, "pending", "dead", "oldest_pending"?}`
    package var json: JSONValue {
        var object: JSONObject = [
            "name": .string(name), "kind": .string(kind), "default": .bool(isDefault), "state": .string(state.rawValue),
        ]
        object["problem"] = problem.map(JSONValue.string)
        object["pending"] = JSONValue(pending)
        object["dead"] = JSONValue(dead)
        object["oldest_pending"] = oldestPending.map { .string($0.description) }
        return .object(object)
    }
}
