import LegworkCore

/// `list_tasks`: the caller's tasks, the newest first.
struct ListTasksTool: Tool {
    private static let defaultLimit = 20
    private static let maximumLimit = 100
    /// Words for several statuses at once, beside the statuses themselves.
    private static let groups: [String: Set<TaskStatus>] = [
        "active": Set(TaskStatus.allCases.filter { !$0.isTerminal }), "finished": Set(TaskStatus.allCases.filter(\.isTerminal)),
    ]

    let descriptor = ToolDescriptor(
        name: "list_tasks",
        title: "List tasks",
        description: """
            List background tasks, the newest first: those of this session and those that earlier sessions left behind. Use it to find a \
            task_id again, to see what is still running, or to pick up results after a restart. Gives one line per task with its task_id, \
            status, age and what it is; check_task gives the result of one.
            """,
        inputSchema: TaskDesk.schema([
            "status": [
                "type": "string", "enum": .array((groups.keys.sorted() + TaskStatus.allCases.map(\.rawValue)).map(JSONValue.string)),
                "description": "Only tasks with this status; 'active' means all that have not ended, 'finished' all that have.",
            ],
            "reason": [
                "type": "string", "minLength": 1, "maxLength": 100,
                "description": "Only tasks that have their status for this reason, such as tool_error, wall_limit or orphaned.",
            ],
            "tool": ["type": "string", "minLength": 1, "maxLength": 128, "description": "Only calls of this tool."],
            "limit": [
                "type": "integer", "minimum": 1, "maximum": JSONValue(maximumLimit), "default": JSONValue(defaultLimit),
                "description": "The most tasks to list.",
            ],
            "cursor": [
                "type": "string", "maxLength": 64, "description": "The next_cursor of an earlier answer, to go on where it ended.",
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
            var query = TaskQuery(in: scope, limit: arguments["limit"]?.int ?? Self.defaultLimit)
            if let status = arguments["status"]?.string {
                query.statuses = Self.groups[status] ?? Set(TaskStatus(rawValue: status).map { [$0] } ?? [])
            }
            query.reason = arguments["reason"]?.string.map(TaskReason.init)
            query.tool = arguments["tool"]?.string
            if let text = arguments["cursor"]?.string {
                guard let cursor = TaskCursor(text) else {
                    throw TaskManagerError(.invalidArgument, "'\(text)' is no cursor; give the next_cursor of an earlier answer, or none")
                }
                query.cursor = cursor
            }
            let page = try await manager.tasks(query)
            let counts = try await manager.counts(in: scope)
            let now = manager.engine.clock.now
            let reports = page.tasks.map { TaskReport($0, now: now) }
            var object: JSONObject = ["tasks": .array(reports.map { .object($0.object) }), "count": JSONValue(reports.count)]
            object["next_cursor"] = page.next.map { .string($0.description) }
            var totals = JSONObject()
            for status in TaskStatus.allCases where counts[status] > 0 { totals[status.rawValue] = JSONValue(counts[status]) }
            object["totals"] = .object(totals)

            var lines = [Self.sentence(shown: reports.count, counts)] + reports.map(\.listLine)
            if let next = page.next { lines.append("There are more: call list_tasks with cursor \(next).") }
            return .text(lines.joined(separator: "\n"), structured: .object(object))
        }
    }

    private static func sentence(shown: Int, _ counts: TaskCounts) -> String {
        guard counts.total > 0 else { return "There are no tasks." }
        let parts = TaskStatus.allCases.filter { counts[$0] > 0 }.map { "\(counts[$0]) \($0.rawValue)" }
        let all = "of \(counts.total) in all (\(parts.joined(separator: ", ")))"
        return shown == 0 ? "No task fits, \(all)." : "\(shown) \(shown == 1 ? "task" : "tasks"), newest first, \(all):"
    }
}
