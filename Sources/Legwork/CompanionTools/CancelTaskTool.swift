import LegworkCore

/// `cancel_task`: asks a task to stop.
struct CancelTaskTool: Tool {
    let descriptor = ToolDescriptor(
        name: "cancel_task",
        title: "Cancel task",
        description: """
            Ask a background task to stop, when its result is no longer wanted. A running task is told at once, gets a few seconds to stop in \
            good order and is then ended by force; the answer does not wait for that (await_task does). Cancelling a task that has ended \
            changes nothing and is no error. What was done before the cancel is not undone.
            """,
        inputSchema: TaskDesk.schema(["task_id": TaskDesk.taskID], required: ["task_id"]),
        annotations: ["readOnlyHint": false, "destructiveHint": true, "idempotentHint": true, "openWorldHint": false],
        background: .never
    )
    private let desk: TaskDesk

    init(_ desk: TaskDesk) { self.desk = desk }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await desk.answer { manager in
            let scope = context.caller.scope
            let id = try await manager.resolve(arguments["task_id"]?.string ?? "", in: scope)
            let (disposition, record) = try await manager.cancel(id, in: scope)
            let report = TaskReport(record, now: manager.engine.clock.now)
            var object = report.object
            let (word, sentence) =
                switch disposition {
                case .cancelledBeforeStart: ("cancelled", "Task \(id) is cancelled; nobody was executing it.")
                case .requested: ("requested", "Task \(id) has been asked to stop and will end as cancelled.")
                case .alreadyFinished: ("already_finished", "Nothing to cancel: " + report.sentence)
                }
            object["disposition"] = .string(word)
            return .text(sentence, structured: .object(object))
        }
    }
}
