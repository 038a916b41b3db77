import LegworkCore

/// `cancel_schedule`: ends a schedule.
struct CancelScheduleTool: Tool {
    /// The schema of an argument that names a schedule.
    static let scheduleID: JSONValue = [
        "type": "string", "minLength": 1, "maxLength": 100,
        "description": "The schedule: its schedule_id, the first characters of it (at least 4), or its name.",
    ]

    let descriptor = ToolDescriptor(
        name: "cancel_schedule",
        title: "Cancel schedule",
        description: """
            End a schedule, so that it makes no more tasks, or take back a message that was to be sent later. Tasks that it has made already go \
            on: cancel_task ends those.
            """,
        inputSchema: TaskDesk.schema(["schedule_id": scheduleID], required: ["schedule_id"]),
        annotations: ["readOnlyHint": false, "destructiveHint": true, "idempotentHint": true, "openWorldHint": false],
        background: .never
    )
    private let desk: TaskDesk

    init(_ desk: TaskDesk) { self.desk = desk }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await desk.answer { manager in
            let record = try await manager.deleteSchedule(arguments["schedule_id"]?.string ?? "", in: context.caller.scope)
            return .text(
                "\(record.id) (\(record.title)) happens no more.",
                structured: ["schedule_id": .string(record.id.description), "cancelled": true]
            )
        }
    }
}
