import LegworkCore

/// `send_later`: a message at a time to come.
struct SendLaterTool: Tool {
    private static let maximumMessageBytes = 65_536

    let descriptor = ToolDescriptor(
        name: "send_later",
        title: "Send later",
        description: """
            Send a message at a later time, once: to yourself (you are told as of a finished task: a reminder, or a prompt to go on with), or \
            with 'to' into the inbox of a running task. Say when with delay_seconds or at. Gives a schedule_id, by which cancel_schedule takes \
            it back before it is sent. To have a tool called later, use schedule_task.
            """,
        inputSchema: ScheduleArguments.schema(
            [
                "message": [
                    "type": "string", "minLength": 1, "maxLength": JSONValue(maximumMessageBytes), "description": "What to say then.",
                ],
                "to": [
                    "type": "string", "minLength": 1, "maxLength": 100,
                    "description":
                        "A task that takes messages: its task_id, the first characters of it, its name, or 'self'. You, when left out.",
                ],
            ],
            ScheduleArguments.once,
            required: ["message"]
        ),
        annotations: ["readOnlyHint": false, "destructiveHint": false, "idempotentHint": false, "openWorldHint": false],
        background: .never
    )
    private let desk: TaskDesk

    init(_ desk: TaskDesk) { self.desk = desk }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await desk.answer { manager in
            var later: JSONObject = ["message": arguments["message"] ?? ""]
            if arguments["to"] != nil {
                let recipient = try await manager.task(TaskDesk.resolve(arguments["to"], manager, context), in: context.caller.scope)
                guard recipient.hasInbox else {
                    throw TaskManagerError(.noInbox, "\(recipient.id) takes no messages; leave 'to' out to be told yourself")
                }
                guard !recipient.status.isTerminal else {
                    throw TaskManagerError(.finished, "\(recipient.id) has ended; leave 'to' out to be told yourself")
                }
                later["to"] = .string(recipient.id.description)
            }
            var request = ScheduleRequest(ReminderTool.name, .object(later), when: try ScheduleArguments.when(arguments, manager))
            // A message that was sent to a task needs no notice beside it.
            request.isWatcher = later["to"] != nil
            let record = try await manager.schedule(request, tool: manager.builtIn.reminder, as: context.caller)
            return .text("Will be sent. \(record.line)", structured: .object(record.json))
        }
    }
}
