import LegworkCore

/// `answer_task`: gives a task the answers it waits for.
struct AnswerTaskTool: Tool {
    let descriptor = ToolDescriptor(
        name: "answer_task",
        title: "Answer task",
        description: """
            Answer the questions of a task whose status is input_required; check_task shows them with their keys and the shape each answer \
            must have. Not all have to be answered at once; the task goes on when none is left. Answer only what you know or were told: a \
            question that is meant for a person should be put to that person.
            """,
        inputSchema: TaskDesk.schema(
            [
                "task_id": TaskDesk.taskID,
                "answers": [
                    "type": "object", "minProperties": 1, "maxProperties": 64,
                    "description": "One member for each question that is answered: its key, and the answer.",
                ],
            ],
            required: ["task_id", "answers"]
        ),
        annotations: ["readOnlyHint": false, "destructiveHint": false, "idempotentHint": false, "openWorldHint": true],
        background: .never
    )
    private let desk: TaskDesk

    init(_ desk: TaskDesk) { self.desk = desk }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await desk.answer { manager in
            let scope = context.caller.scope
            let id = try await manager.resolve(arguments["task_id"]?.string ?? "", in: scope)
            var answers: [String: JSONValue] = [:]
            for member in arguments["answers"]?.object?.members ?? [] { answers[member.key] = member.value }
            let record = try await manager.answer(id, answers, in: scope)
            let report = TaskReport(record, now: manager.engine.clock.now)
            return ToolResult(content: report.content, structuredContent: .object(report.object))
        }
    }
}
