import LegworkCore

/// `legwork notices`.
enum Notices: Command {
    static let name = "notices"
    static let summary = "Show what your tasks have to tell, and say that you know"
    static let usage = "[OPTIONS]"
    static let details = """
        A notice says that a task ended, stopped, asks something, or has something to say. It stays until it is acknowledged: by --done, by
        whoever waits for the task or looks at it, or by the agent that it is for.
        """
    static let options = [
        Option("done", short: "d", "acknowledge what is shown"),
        Option("limit", short: "n", value: "N", "at most so many, the oldest (default 100)"),
        Option("session", value: "NAME", "only those for this conversation, and those for any"),
    ]

    static func run(_ invocation: Invocation) async throws -> Int32 {
        let arguments = invocation.arguments
        guard arguments.positionals.isEmpty, arguments.rest == nil else { throw CLIError(.usage, "notices takes only options; see --help") }
        var query = "limit=\(try arguments.number("limit", in: 1...1000) ?? 100)"
        if let session = arguments["session"] { query += "&session=\(DaemonClient.escape(session))" }
        let client = try await invocation.client()
        let answer = try await client.get("/v1/notices?\(query)")
        let notices = answer["notices"]?.array ?? []
        switch invocation.style {
        case .json: invocation.console.print(answer.json())
        case .quiet: for notice in notices { invocation.console.print(notice["task"]?.string ?? "") }
        case .table:
            if notices.isEmpty { invocation.console.print("no notices") }
            for notice in notices { invocation.console.print(line(notice)) }
        }
        if arguments.has("done"), !notices.isEmpty {
            var body: JSONObject = ["sequences": .array(notices.compactMap { $0["sequence"] })]
            body["session"] = arguments["session"].map(JSONValue.string)
            _ = try await client.post("/v1/notices/acknowledge", .object(body))
        }
        return ExitCode.success.rawValue
    }

    private static func line(_ notice: JSONValue) -> String {
        let id = (notice["task"]?.string ?? "").prefix(TaskTable.shownIDLength)
        var line = "\(id)  \(TaskTable.statusText(["status": notice["kind"] ?? "", "reason": notice["reason"] ?? nil]))"
        line += "  \(TaskTable.clean(notice["title"]?.string ?? ""))"
        let text = notice["text"]?.string?.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        if !text.isEmpty { line += ": \(TaskTable.clean(text).prefix(120))" }
        return line
    }
}
