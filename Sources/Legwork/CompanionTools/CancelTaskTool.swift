import LegworkCore

/// `cancel_task`: asks a task, and what it has started, to stop.
struct CancelTaskTool: Tool {
    let descriptor = ToolDescriptor(
        name: "cancel_task",
        title: "Cancel task",
        description: """
            Ask a background task to stop, when its result is no longer wanted; what it has started itself is stopped with it. A running task \
            is told at once, gets a few seconds to stop in good order and is then ended by force; the answer does not wait for that \
            (await_task does). Cancelling a task that has ended changes nothing and is no error. What was done before the cancel is not \
            undone. With 'self' as the task_id a task ends itself.
            """,
        inputSchema: TaskDesk.schema(
            [
                "task_id": TaskDesk.taskID,
                "descendants": [
                    "type": "boolean", "default": true, "description": "Whether the tasks that it has started are stopped too.",
                ],
            ],
            required: ["task_id"]
        ),
        annotations: ["readOnlyHint": false, "destructiveHint": true, "idempotentHint": true, "openWorldHint": false],
        background: .never
    )
    private let desk: TaskDesk

    init(_ desk: TaskDesk) { self.desk = desk }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await desk.answer { manager in
            let scope = context.caller.scope
            let id = try await TaskDesk.resolve(arguments["task_id"], manager, context)
            var disposition = CancelDisposition.alreadyFinished
            var others = 0
            if arguments["descendants"]?.bool ?? true {
                let report = try await manager.cancelTree(id, in: scope)
                for receipt in report.receipts where receipt.id == id { disposition = receipt.disposition }
                others = report.receipts.count { $0.id != id }
            } else {
                disposition = try await manager.cancel(id, in: scope).disposition
            }
            let record = try await manager.task(id, in: scope)
            let report = TaskReport(record, now: manager.engine.clock.now)
            var object = report.object
            let (word, first) =
                switch disposition {
                case .cancelledBeforeStart: ("cancelled", "Task \(id) is cancelled; nobody was executing it.")
                case .requested: ("requested", "Task \(id) has been asked to stop and will end as cancelled.")
                case .alreadyFinished: ("already_finished", "Nothing to cancel: " + report.sentence)
                }
            let sentence = first + (others == 0 ? "" : " So \(others == 1 ? "has one task" : "have \(others) tasks") that it had started.")
            object["disposition"] = .string(word)
            object["descendants_cancelled"] = JSONValue(others)
            return .text(sentence, structured: .object(object))
        }
    }
}
