import LegworkCore

/// `legwork list`.
enum List: Command {
    static let name = "list"
    static let summary = "List tasks, the newest first"
    static let usage = "[OPTIONS]"
    static let options = [
        Option(
            "status",
            short: "s",
            value: "STATUS",
            "only these: queued running input_required stopped completed failed cancelled, active, finished"
        ),
        Option("reason", value: "REASON", "only these: tool_error wall_limit idle_limit queue_limit orphaned shutdown unknown_tool …"),
        Option("queue", value: "QUEUE", "only tasks of this queue"),
        Option("tool", value: "NAME", "only calls of this tool"),
        Option("limit", short: "n", value: "N", "at most so many (default 20)"),
        Option("cursor", value: "CURSOR", "go on where an earlier list ended"),
    ]

    static func run(_ invocation: Invocation) async throws -> Int32 {
        guard invocation.arguments.positionals.isEmpty else {
            throw CLIError(.usage, "list takes only options; legwork show TASK shows one task")
        }
        let limit = try invocation.arguments.number("limit", in: 1...1000) ?? 20
        var query = "limit=\(limit)"
        for name in ["status", "reason", "queue", "tool", "cursor"] {
            if let value = invocation.arguments[name] { query += "&\(name)=\(DaemonClient.escape(value))" }
        }
        let page = try await invocation.client().get("/v1/tasks?\(query)")
        let tasks = page["tasks"]?.array ?? []
        switch invocation.style {
        case .json: invocation.console.print(page.json())
        case .quiet: for task in tasks { invocation.console.print(task["id"]?.string ?? "") }
        case .table:
            guard !tasks.isEmpty else {
                invocation.console.print("no tasks")
                break
            }
            invocation.console.print(TaskTable.render(tasks, now: .now, console: invocation.console))
            if let next = page["next_cursor"]?.string { invocation.console.error("more: the same with --cursor \(next)") }
        }
        return ExitCode.success.rawValue
    }
}
