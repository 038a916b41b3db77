public import LegworkCore

/// The JSON texts of the chat bot's task manager that Legwork takes the place of, for programs that parse them.
///
/// It knows three statuses: what waits is `running`, and whatever ended without a result is `failed`. Ids are ours.
public enum SeedEnvelopes {
    /// What a call gives in the place of a result that takes longer: `{task_id, tool_name, status: "running", message}`.
    public static func backgrounded(_ record: TaskRecord) -> String {
        let message =
            "Tool '\(record.tool)' is running in the background. Use check_task with task_id '\(record.id)' to get the result."
        let envelope: JSONValue = [
            "task_id": .string(record.id.description), "tool_name": .string(record.tool), "status": "running", "message": .string(message),
        ]
        return envelope.json()
    }

    /// What asking after a task gives: the result's own text when it completed, `{task_id, status: "failed", error}` when it did not,
    /// and `{task_id, tool_name, status: "running", elapsed_seconds}`, reckoned from now, while it has not ended.
    public static func result(of record: TaskRecord, now: Timestamp) -> String {
        switch record.status {
        case .completed: return record.result?.text ?? ""
        case .failed, .cancelled, .stopped:
            let envelope: JSONValue = [
                "task_id": .string(record.id.description), "status": "failed", "error": .string(error(of: record)),
            ]
            return envelope.json()
        case .queued, .running, .inputRequired:
            let envelope: JSONValue = [
                "task_id": .string(record.id.description), "tool_name": .string(record.tool), "status": "running",
                "elapsed_seconds": elapsed(from: record.createdAt, to: now),
            ]
            return envelope.json()
        }
    }

    /// What asking after a task gives that is unknown or another owner's: `{error}`.
    public static func notFound(_ id: String) -> String {
        let envelope: JSONValue = ["error": .string("Task '\(id)' not found.")]
        return envelope.json()
    }

    /// What a wait gives whose time is over: `{task_id, status: "timeout", error}`.
    public static func timeout(_ id: TaskID, after seconds: Int) -> String {
        let error =
            "Task '\(id)' did not complete within \(seconds)s. It is still running in the background — use check_task to poll later."
        let envelope: JSONValue = ["task_id": .string(id.description), "status": "timeout", "error": .string(error)]
        return envelope.json()
    }

    /// What a list gives: `{tasks: [{task_id, tool_name, status, user_id, elapsed_seconds, created_at}], count}`; a failed one has its `error`
    /// as well. Times are seconds since 1970; the time taken stops growing when the task has ended.
    public static func list(_ records: [TaskRecord], now: Timestamp) -> String {
        let tasks = records.map { record -> JSONValue in
            var entry: JSONObject = [
                "task_id": .string(record.id.description), "tool_name": .string(record.tool), "status": .string(status(of: record)),
                "user_id": .string(record.owner.name), "elapsed_seconds": elapsed(from: record.createdAt, to: record.finishedAt ?? now),
                "created_at": float(Double(record.createdAt.milliseconds) / 1000),
            ]
            if status(of: record) == "failed" { entry["error"] = .string(error(of: record)) }
            return .object(entry)
        }
        let envelope: JSONValue = ["tasks": .array(tasks), "count": JSONValue(tasks.count)]
        return envelope.json()
    }

    /// The status in the three words that it knows.
    public static func status(of record: TaskRecord) -> String {
        switch record.status {
        case .queued, .running, .inputRequired: "running"
        case .completed: "completed"
        case .failed, .cancelled, .stopped: "failed"
        }
    }

    private static func error(of record: TaskRecord) -> String {
        switch record.status {
        case .cancelled: "Task was cancelled."
        case .stopped: "Task stopped: \(record.reason?.rawValue ?? "nobody executes it")."
        case .queued, .running, .inputRequired, .completed, .failed:
            record.failure ?? record.result?.text ?? record.reason?.rawValue ?? "unknown error"
        }
    }

    /// Seconds with one decimal.
    private static func elapsed(from start: Timestamp, to end: Timestamp) -> JSONValue {
        float(Double((max(.zero, end - start).milliseconds + 50) / 100) / 10)
    }

    /// A number that shows that it need not be whole.
    private static func float(_ number: Double) -> JSONValue { JSONNumber(number).map(JSONValue.number) ?? .null }
}
