import LegworkCore

/// `redirect_task`: has a task's result delivered to a channel.
struct RedirectTaskTool: Tool {
    let descriptor = ToolDescriptor(
        name: "redirect_task",
        title: "Redirect task",
        description: """
            Have the result of a background task delivered to a channel, such as a chat room, when it ends (at once when it has ended). \
            Answers that none is configured where the host has no channels.
            """,
        inputSchema: TaskDesk.schema(
            [
                "task_id": TaskDesk.taskID,
                "channel": ["type": "string", "minLength": 1, "maxLength": 256, "description": "The channel's name."],
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
            // The task is looked for first: whoever may not see it learns nothing but that.
            _ = try await manager.task(arguments["task_id"]?.string ?? "", in: context.caller.scope)
            throw TaskManagerError(.noChannel, "no channel is configured here; await_task gives the result to you, and you can pass it on")
        }
    }
}
