import LegworkCore

/// `submit_task`: puts a call of another tool into a queue.
struct SubmitTaskTool: Tool {
    let descriptor: ToolDescriptor
    private let desk: TaskDesk

    init(_ desk: TaskDesk) {
        self.desk = desk
        var properties: JSONObject = [
            "tool": ["type": "string", "minLength": 1, "maxLength": 128, "description": "The tool to call."],
            "arguments": ["type": "object", "description": "Its arguments."],
            "name": [
                "type": "string", "minLength": 1, "maxLength": 100, "description": "A name for the task, unique among yours that live.",
            ],
            "title": ["type": "string", "minLength": 1, "maxLength": 200, "description": "What it is about, in one line."],
        ]
        for member in SubmitOptions.properties.members { properties[member.key] = member.value }
        descriptor = ToolDescriptor(
            name: "submit_task",
            title: "Submit task",
            description: """
                Put a call of a tool into a queue, from which a worker takes it when it is its turn: for work that is not urgent, that is to \
                begin later, or of which there is much. It survives restarts, and is tried again when it fails and 'retry' says so. The \
                answer is a task_id at once; await_task waits for the result.
                """,
            inputSchema: TaskDesk.schema(properties, required: ["tool"]),
            annotations: ["readOnlyHint": false, "destructiveHint": false, "idempotentHint": false, "openWorldHint": true],
            background: .never
        )
    }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await desk.answer { manager in
            let name = arguments["tool"]?.string ?? ""
            // Its own tasks would wait for a worker only to queue others.
            guard !CompanionTools.names.contains(name) else {
                throw TaskManagerError(.invalidArgument, "'\(name)' looks after tasks and is no work for a queue; call it directly")
            }
            var options = try SubmitOptions(json: arguments)
            options.name = arguments["name"]?.string
            options.title = arguments["title"]?.string
            let record = try await manager.submit(name, arguments["arguments"] ?? [:], as: context.caller, options: options)
            let report = TaskReport(record, now: manager.engine.clock.now)
            return ToolResult(content: report.content, structuredContent: .object(report.object))
        }
    }
}
