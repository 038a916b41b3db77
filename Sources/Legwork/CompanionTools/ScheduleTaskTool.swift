import LegworkCore

/// `schedule_task`: has a tool called later, once or again and again.
struct ScheduleTaskTool: Tool {
    let descriptor = ToolDescriptor(
        name: "schedule_task",
        title: "Schedule task",
        description: """
            Have a tool called later as a background task: once (delay_seconds or at), or again and again (every, cron or rrule). You are told \
            of each result as of any task's. With watch, results that say nothing (no text, or exactly NOTHING_TO_REPORT, or structured \
            content with "report": false) leave no trace, so that a check can run often and speak rarely. Gives the schedule_id and the next \
            time; list_schedules shows all, cancel_schedule ends one. To be reminded of something, use send_later.
            """,
        inputSchema: ScheduleArguments.schema(
            [
                "tool": ["type": "string", "minLength": 1, "maxLength": 128, "description": "The tool to call."],
                "arguments": ["type": "object", "description": "The arguments of each call."],
                "name": [
                    "type": "string", "minLength": 1, "maxLength": 100,
                    "description": "A name of your choice, unique among your schedules.",
                ],
                "title": ["type": "string", "minLength": 1, "maxLength": 200, "description": "What it is for, in one line."],
                "watch": ["type": "boolean", "default": false, "description": "Tell only results that say something."],
                "catch_up": [
                    "type": "string", "enum": ScheduleTaskTool.words(CatchUp.self),
                    "description": """
                    What becomes of times that passed while nothing ran: skip them, run once for the latest (the default), or run for all \
                    of them (at most 100; set overlap to allow with it).
                    """,
                ],
                "overlap": [
                    "type": "string", "enum": ScheduleTaskTool.words(ScheduleRecord.Overlap.self), "default": "skip",
                    "description": "What becomes of a time that comes while the last task still runs: skip it, or allow both at once.",
                ],
                "redirects": RedirectWish.listSchema,
            ],
            ScheduleArguments.all,
            required: ["tool"]
        ),
        annotations: ["readOnlyHint": false, "destructiveHint": false, "idempotentHint": false, "openWorldHint": true],
        background: .never
    )
    private let desk: TaskDesk

    private static func words<Word: CaseIterable & RawRepresentable<String>>(_: Word.Type) -> JSONValue {
        .array(Word.allCases.map { .string($0.rawValue) })
    }

    init(_ desk: TaskDesk) { self.desk = desk }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await desk.answer { manager in
            let name = arguments["tool"]?.string ?? ""
            // Whoever may schedule work may not for that cancel, or answer for others.
            guard !CompanionTools.names.contains(name) else {
                let message = "'\(name)' looks after tasks and is no work for later; call it when the time has come"
                throw TaskManagerError(.invalidArgument, message)
            }
            let record = try await manager.schedule(arguments, as: context.caller)
            return .text("Scheduled. \(record.line)", structured: .object(record.json))
        }
    }
}
