import LegworkCore

/// What is written for one version of a task, in the first system's layout. A pure value.
///
/// - the result: JSON `{"task_id", "status", "user_id", "result"}`, or `"error"` in its place; only of a finished task;
/// - the hash: `task_id tool_name status created_at user_id channel_id platform`, then `finished_at` and `result` or `error` where there are
///   such, and `version`, which is ours.
///
/// That system knows the words `running completed failed`: whatever has not ended is `running`, and a cancelled task has `failed`.
struct ResultLayout: Hashable {
    /// The words that are known.
    static let cancelled = "Task was cancelled."
    /// What stands beside a result that was cut.
    static let whole = "The whole is in the task store of the system that ran the task, under this task_id."

    /// The task's id, with which both keys end.
    let id: String
    /// Which version of the record this is of.
    let version: Int
    /// The JSON text of a finished task.
    let json: String?
    /// The hash's fields and values, one after the other.
    let fields: [String]

    /// Lays out a record.
    ///
    /// - Parameter limit: how many bytes of the result or error are kept.
    init(_ record: TaskRecord, keeping limit: Int) {
        id = record.id.description
        version = record.version
        let origin = record.caller.origin
        let outcome = Outcome(record)
        var fields = [
            "task_id", id,
            "tool_name", record.tool,
            "status", outcome.word,
            "created_at", Self.seconds(record.createdAt),
            "user_id", record.owner.name,
            "channel_id", origin?.channel ?? "",
            "platform", origin?.platform ?? "",
        ]
        if let finishedAt = record.finishedAt { fields += ["finished_at", Self.seconds(finishedAt)] }
        var object: JSONObject?
        if let (key, text) = outcome.text {
            var members: JSONObject = [
                "task_id": .string(id), "status": .string(outcome.word), "user_id": .string(record.owner.name),
            ]
            let kept = text.truncated(toBytes: limit)
            members[key] = .string(kept)
            fields += [key, kept]
            let bytes = text.utf8.count
            if bytes > limit {
                members["truncated"] = true
                members["total_bytes"] = JSONValue(bytes)
                members["whole"] = .string(Self.whole)
                fields += ["truncated", "1", "total_bytes", String(bytes)]
            }
            object = members
        }
        self.fields = fields + ["version", String(version)]
        json = object.map { JSONValue.object($0).json() }
    }

    /// Seconds since 1970 as a decimal fraction, as the first system counts time.
    private static func seconds(_ time: Timestamp) -> String { (Double(time.milliseconds) / 1000).description }

    /// A record's status in the words of the first system, and the text that goes with it.
    private struct Outcome {
        let word: String
        let text: (key: String, text: String)?

        init(_ record: TaskRecord) {
            switch record.status {
            case .queued, .running, .inputRequired, .stopped: (word, text) = ("running", nil)
            case .completed: (word, text) = ("completed", ("result", record.result?.flatText ?? ""))
            case .failed:
                let said = record.result?.flatText ?? ""
                (word, text) = ("failed", ("error", record.failure ?? (said.isEmpty ? record.reason?.rawValue ?? "unknown error" : said)))
            case .cancelled: (word, text) = ("failed", ("error", ResultLayout.cancelled))
            }
        }
    }
}

extension ToolResult {
    /// The result as one text, as the first system kept it. A result without text is told as JSON.
    fileprivate var flatText: String {
        if content.contains(where: { $0.text != nil }) { return text }
        if let structuredContent { return structuredContent.json() }
        return content.isEmpty ? "" : JSONValue.array(content.map(\.json)).json()
    }
}
