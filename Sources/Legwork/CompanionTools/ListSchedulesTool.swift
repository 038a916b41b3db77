import LegworkCore

/// `list_schedules`: the caller's schedules, the next first.
struct ListSchedulesTool: Tool {
    private static let maximumLimit = 200

    let descriptor = ToolDescriptor(
        name: "list_schedules",
        title: "List schedules",
        description: """
            List what is to happen later: schedules of tools and messages to be sent, those that happen next first. With schedule_id shows one \
            schedule and the tasks that it made.
            """,
        inputSchema: TaskDesk.schema([
            "schedule_id": CancelScheduleTool.scheduleID,
            "status": [
                "type": "string", "enum": .array((["all"] + ScheduleRecord.State.allCases.map(\.rawValue)).map(JSONValue.string)),
                "description": "Only schedules with this status; those that are active or paused when it is left out.",
            ],
            "limit": [
                "type": "integer", "minimum": 1, "maximum": JSONValue(maximumLimit), "default": 50, "description": "The most to list.",
            ],
        ]),
        annotations: TaskDesk.looksOnly,
        background: .never
    )
    private let desk: TaskDesk

    init(_ desk: TaskDesk) { self.desk = desk }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await desk.answer { manager in
            let scope = context.caller.scope
            let limit = arguments["limit"]?.int ?? 50
            if let reference = arguments["schedule_id"]?.string {
                let record = try await manager.schedule(reference, in: scope)
                let tasks = try await manager.history(ofSchedule: record.id.description, in: scope, limit: limit)
                var object = record.json
                object["tasks"] = .array(
                    tasks.map {
                        ["task_id": .string($0.id.description), "status": .string($0.status.rawValue), "title": .string($0.title)]
                    }
                )
                let lines = tasks.map { "\($0.id): \($0.status.rawValue)" }
                return .text(([record.line] + lines).joined(separator: "\n"), structured: .object(object))
            }
            let states: Set<ScheduleRecord.State> =
                switch arguments["status"]?.string {
                case nil: [.active, .paused]
                case "all": []
                case let word?: Set(ScheduleRecord.State(rawValue: word).map { [$0] } ?? [])
                }
            let all = try await manager.schedules(in: scope, states: states)
            let shown = all.prefix(limit)
            let more = all.count > shown.count ? ["There are \(all.count - shown.count) more."] : []
            return .text(
                all.isEmpty ? "Nothing is scheduled." : (shown.map(\.line) + more).joined(separator: "\n"),
                structured: ["schedules": .array(shown.map { .object($0.json) }), "total": JSONValue(all.count)]
            )
        }
    }
}
