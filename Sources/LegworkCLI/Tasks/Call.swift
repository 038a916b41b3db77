import LegworkCore

/// `legwork call`.
enum Call: Command {
    static let name = "call"
    static let summary = "Call any tool with JSON arguments"
    static let usage = "[OPTIONS] TOOL ['{\"json\": …}']"
    static let details = """
        Prints the result's text. A call that takes longer than its window goes on as a task: its id is printed, and the exit code is 75.
        """
    static let options = [
        Option("window", value: "DURATION", "how long the call may take before it becomes a task (default 10s)"),
        Option("background", "make it a task at once; the exit code is 0"),
        Option("queue", value: "QUEUE", "put it into a queue, from which a worker takes it ('default' is one); the exit code is 0"),
        Option("name", value: "NAME", "a name for the task, unique among those that have not ended"),
        Option("keep-until-read", "keep the task, however old it grows, until its result has been read"),
        RedirectOption.option,
        RedirectOption.statuses,
    ]

    static func run(_ invocation: Invocation) async throws -> Int32 {
        let given = invocation.arguments.positionals + (invocation.arguments.rest ?? [])
        guard (1...2).contains(given.count) else {
            throw CLIError(.usage, "call takes a tool's name and perhaps its arguments as one JSON object")
        }
        var body: JSONObject = ["tool": .string(given[0])]
        if given.count == 2 { body["arguments"] = try Invocation.json(given[1]) }
        body["name"] = invocation.arguments["name"].map(JSONValue.string)
        if invocation.arguments.has("keep-until-read") { body["keep_until_read"] = true }
        body["redirects"] = try RedirectOption.list(invocation.arguments)
        let queue = invocation.arguments["queue"]
        let isLeftAlone = queue != nil || invocation.arguments.has("background")
        if let queue {
            body["queue"] = .string(queue)
        } else {
            body["window_ms"] = try invocation.arguments.duration("window").map { JSONValue(Int($0.milliseconds)) }
            if isLeftAlone { body["background"] = true }
        }

        let answer = try await invocation.client().post(queue == nil ? "/v1/call" : "/v1/tasks", .object(body))
        if invocation.style == .json { invocation.console.print(answer.json()) }
        if let task = answer["task"] {
            if invocation.style != .json { invocation.console.print(task["id"]?.string ?? "") }
            return isLeftAlone ? ExitCode.success.rawValue : ExitCode.stillRunning.rawValue
        }
        guard let result = answer["result"].flatMap(ToolResult.init(json:)) else {
            throw CLIError(.failure, "the daemon's answer has neither a result nor a task")
        }
        if invocation.style != .json { invocation.console.print(result.text) }
        return result.isError ? ExitCode.failure.rawValue : ExitCode.success.rawValue
    }
}
