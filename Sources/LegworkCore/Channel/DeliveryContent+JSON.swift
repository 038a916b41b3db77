extension DeliveryContent {
    /// The content as JSON, as stores keep it and as documents tell it. Members that say nothing are left out.
    ///
    /// `{"task", "owner", "tool", "title", "name"?, "status", "reason"?, "is_error", "text", "omitted"?, "questions"?, "artifacts"?,
    /// "attempts", "created_at", "at", "elapsed_ms"}`
    public var json: JSONValue {
        var object: JSONObject = [
            "task": .string(task.description), "owner": .string(owner.name), "tool": .string(tool), "title": .string(title),
        ]
        object["name"] = name.map(JSONValue.string)
        object["status"] = .string(status.rawValue)
        object["reason"] = reason.map { .string($0.rawValue) }
        object["is_error"] = .bool(isError)
        object["text"] = .string(text)
        if omitted > 0 { object["omitted"] = JSONValue(omitted) }
        if !questions.isEmpty { object["questions"] = .array(questions) }
        if !artifacts.isEmpty { object["artifacts"] = .array(artifacts.map(JSONValue.string)) }
        object["attempts"] = JSONValue(attempts)
        object["created_at"] = .string(createdAt.description)
        object["at"] = .string(at.description)
        object["elapsed_ms"] = .integer(elapsed.milliseconds)
        return .object(object)
    }

    /// Reads what ``json`` gives; nil when something is missing.
    public init?(json: JSONValue) {
        guard let task = json["task"]?.string.flatMap({ TaskID($0) }), let owner = json["owner"]?.string, let tool = json["tool"]?.string,
            let title = json["title"]?.string, let status = json["status"]?.string.flatMap(TaskStatus.init),
            let text = json["text"]?.string, let createdAt = json["created_at"]?.string.flatMap({ Timestamp(iso8601: $0) }),
            let at = json["at"]?.string.flatMap({ Timestamp(iso8601: $0) })
        else { return nil }
        self.init(
            task: task,
            owner: Owner(owner),
            tool: tool,
            title: title,
            name: json["name"]?.string,
            status: status,
            reason: json["reason"]?.string.map { TaskReason($0) },
            isError: json["is_error"]?.bool ?? false,
            text: text,
            omitted: json["omitted"]?.int ?? 0,
            questions: json["questions"]?.array ?? [],
            artifacts: json["artifacts"]?.array?.compactMap(\.string) ?? [],
            attempts: json["attempts"]?.int ?? 1,
            createdAt: createdAt,
            at: at
        )
    }
}
