import LegworkCore

/// `check_task`: how a task stands now, and its result when it has ended.
struct CheckTaskTool: Tool {
    let descriptor = ToolDescriptor(
        name: "check_task",
        title: "Check task",
        description: """
            Look at a background task without waiting. Use it when a call answered with a task_id and you want to know how far the work has \
            come. Gives the task's status (queued, running, input_required, stopped, completed, failed, cancelled), how long it has taken and \
            what it is doing; when it has ended, its whole result. To wait for the end use await_task instead of checking again and again.
            """,
        inputSchema: TaskDesk.schema(["task_id": TaskDesk.taskID], required: ["task_id"]),
        annotations: TaskDesk.looksOnly,
        background: .never
    )
    private let desk: TaskDesk

    init(_ desk: TaskDesk) { self.desk = desk }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await desk.answer { manager in
            let record = try await manager.task(arguments["task_id"]?.string ?? "", in: context.caller.scope)
            await TaskDesk.noteReading([record], manager, context)
            let report = TaskReport(record, now: manager.engine.clock.now)
            // A task that failed was looked at successfully: only a fault of this call is an error.
            return ToolResult(content: report.content, structuredContent: .object(report.object))
        }
    }
}
