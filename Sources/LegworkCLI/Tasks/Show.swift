import LegworkCore

/// `legwork show`.
enum Show: Command {
    static let name = "show"
    static let summary = "Show one task: where it stands, its timeline and its result"
    static let usage = "TASK"
    static let details = "TASK is an id, the first four or more characters of one, or a name."

    static func run(_ invocation: Invocation) async throws -> Int32 {
        let reference = DaemonClient.escape(try invocation.onlyArgument("TASK"))
        let client = try await invocation.client()
        let answer = try await client.get("/v1/tasks/\(reference)")
        guard let task = answer["task"], let id = task["id"]?.string else { throw CLIError(.failure, "the daemon's answer has no task") }
        switch invocation.style {
        case .quiet: invocation.console.print(task["status"]?.string ?? "")
        case .json:
            var object = answer.object ?? [:]
            object["events"] = try await client.get("/v1/tasks/\(id)/events")["events"]
            object["deliveries"] = try await client.get("/v1/tasks/\(id)/redirects")["deliveries"]
            object["tool_calls"] = try await client.get("/v1/tasks/\(id)/tool_calls")["tool_calls"]
            invocation.console.print(JSONValue.object(object).json())
        case .table:
            let events = try await client.get("/v1/tasks/\(id)/events")["events"]?.array ?? []
            let told = task["redirects"] == nil ? [] : DeliveryTable.lines(try await client.get("/v1/tasks/\(id)/redirects"))
            invocation.console.print(render(task, events, told))
        }
        return ExitCode.success.rawValue
    }

    private static func render(_ task: JSONValue, _ events: [JSONValue], _ told: [String]) -> String {
        var lines: [String] = []
        func add(_ name: String, _ value: String?) {
            if let value { lines.append(name + String(repeating: " ", count: 12 - name.count) + TaskTable.clean(value)) }
        }
        add("id", task["id"]?.string)
        add("name", task["name"]?.string)
        add("title", task["title"]?.string)
        add("tool", task["tool"]?.string)
        add("status", TaskTable.statusText(task))
        add("message", task["status_message"]?.string)
        if let progress = task["progress"], let done = progress["done"]?.double {
            add(
                "progress",
                progress["total"]?.double.map { "\(JSONValue(done).json()) of \(JSONValue($0).json())" } ?? JSONValue(done).json()
            )
        }
        add("owner", task["owner"]?.string)
        add("parent", task["parent"]?.string)
        add("attempts", task["attempts"]?.int.map(String.init))
        add("created", task["created_at"]?.string)
        add("started", task["started_at"]?.string)
        add("finished", task["finished_at"]?.string)
        add("output", task["output_bytes"]?.int.map { "\($0) bytes; legwork logs \(task["id"]?.string ?? "")" })
        add("failure", task["failure"]?.string)
        add("arguments", task["arguments"]?.json().truncated(toBytes: 2000))
        if !told.isEmpty { lines += ["", "told in"] + told.map { "  " + $0 } }
        lines += checklist(task["evidence"]?["checklist"])
        if !events.isEmpty {
            lines += ["", "timeline"]
            for event in events {
                let text = event["text"]?.string ?? event["data"]?.json() ?? ""
                lines.append(
                    "  \(event["time"]?.string ?? "")  \(topic(of: event))  \(TaskTable.clean(text).truncated(toBytes: 200))"
                )
            }
        }
        if let result = task["result"].flatMap(ToolResult.init(json:)) {
            lines +=
                ["", "result"] + result.text.split(separator: "\n", omittingEmptySubsequences: false).map { TaskTable.clean(String($0)) }
        }
        return lines.joined(separator: "\n")
    }

    /// What an entry is about: what a tool that speaks in its own words says it is, or its kind.
    private static func topic(of event: JSONValue) -> String {
        let (kind, data) = (event["kind"]?.string ?? "", event["data"])
        return switch kind {
        case "custom": data?["kind"]?.string.map { TaskTable.clean($0) } ?? kind
        case "delivered", "undelivered": data?["channel"]?.string.map { "\(kind) to \(TaskTable.clean($0))" } ?? kind
        default: kind
        }
    }

    private static func checklist(_ list: JSONValue?) -> [String] {
        guard let list, let items = list["items"]?.array, !items.isEmpty else { return [] }
        let marks = ["in_progress": ">", "completed": "x"]
        return ["", "checklist   \(list["completion_pct"]?.int ?? 0)%"]
            + items.map { "  [\(marks[$0["status"]?.string ?? ""] ?? " ")] \(TaskTable.clean($0["content"]?.string ?? ""))" }
    }
}
