import LegworkCore

/// `legwork send`.
enum Send: Command {
    static let name = "send"
    static let summary = "Send a message to a running task that takes messages, such as an agent"
    static let usage = "[--id ID] TASK MESSAGE"
    static let details = """
        It lies in the task's inbox until the task looks. TASK is an id, the first four or more characters of one, or a name.
        """
    static let options = [Option("id", value: "ID", "your own id for the message: sent again with it, it is delivered once")]

    static func run(_ invocation: Invocation) async throws -> Int32 {
        let given = invocation.arguments.positionals + (invocation.arguments.rest ?? [])
        guard given.count == 2 else { throw CLIError(.usage, "give a task and a message; quote the message") }
        var body: JSONObject = ["message": .string(given[1])]
        body["message_id"] = invocation.arguments["id"].map(JSONValue.string)
        let answer = try await invocation.client().post("/v1/tasks/\(DaemonClient.escape(given[0]))/messages", .object(body))
        let id = answer["message_id"]?.string ?? ""
        switch invocation.style {
        case .json: invocation.console.print(answer.json())
        case .quiet: invocation.console.print(id)
        case .table: invocation.console.print("\(id)  \(answer["status"] == "duplicate" ? "was there already" : "queued")")
        }
        return ExitCode.success.rawValue
    }
}
