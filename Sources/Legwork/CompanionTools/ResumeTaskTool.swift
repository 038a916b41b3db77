import LegworkCore

/// `resume_task`: lets a stopped task go on.
struct ResumeTaskTool: Tool {
    let descriptor = ToolDescriptor(
        name: "resume_task",
        title: "Resume task",
        description: """
            Let a task go on that has stopped without an end, because the process that executed it was shut down or died. It goes on from \
            where it last saved its state, as far as its tool does that, with the arguments it had; give arguments to change some of them. \
            The answer does not wait for the end: await_task does. A task that is running already is left alone.
            """,
        inputSchema: TaskDesk.schema(
            [
                "task_id": TaskDesk.taskID,
                "arguments": ["type": "object", "description": "Arguments of the tool that are to be different this time."],
            ],
            required: ["task_id"]
        ),
        annotations: ["readOnlyHint": false, "destructiveHint": false, "idempotentHint": true, "openWorldHint": true],
        background: .never
    )
    private let desk: TaskDesk

    init(_ desk: TaskDesk) { self.desk = desk }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await desk.answer { manager in
            let scope = context.caller.scope
            let id = try await manager.resolve(arguments["task_id"]?.string ?? "", in: scope)
            let record = try await manager.resume(id, with: arguments["arguments"], in: scope)
            let report = TaskReport(record, now: manager.engine.clock.now)
            return ToolResult(content: report.content, structuredContent: .object(report.object))
        }
    }
}
