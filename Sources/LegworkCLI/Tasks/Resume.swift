import LegworkCore

/// `legwork resume`.
enum Resume: Command {
    static let name = "resume"
    static let summary = "Let a task go on that stopped without an end"
    static let usage = "TASK ['{\"json\": …}']"
    static let details = """
        It goes on from where it last saved its state, as far as its tool does that. The JSON object holds arguments of the tool that are to
        be different this time. TASK is an id, the first four or more characters of one, or a name; legwork list --status stopped shows them.
        """

    static func run(_ invocation: Invocation) async throws -> Int32 {
        let (reference, arguments) = try invocation.taskAndJSON()
        var body = JSONObject()
        body["arguments"] = arguments
        let answer = try await invocation.client().post("/v1/tasks/\(DaemonClient.escape(reference))/resume", .object(body))
        invocation.tell(answer, "goes on")
        return ExitCode.success.rawValue
    }
}

extension Invocation {
    /// The arguments of a command that takes a task, and perhaps one JSON object.
    func taskAndJSON() throws(CLIError) -> (task: String, json: JSONValue?) {
        let given = arguments.positionals + (arguments.rest ?? [])
        guard (1...2).contains(given.count) else { throw CLIError(.usage, "give a task and perhaps one JSON object") }
        guard given.count == 2 else { return (given[0], nil) }
        do {
            return (given[0], try JSONValue(parsing: given[1]))
        } catch {
            throw CLIError(.usage, "'\(given[1].truncated(toBytes: 40))' is not JSON: \(error)")
        }
    }

    /// Says what became of the task that an answer of the daemon shows.
    func tell(_ answer: JSONValue, _ said: String) {
        let id = answer["task"]?["id"]?.string ?? ""
        switch style {
        case .json: console.print(answer.json())
        case .quiet: console.print(id)
        case .table: console.print("\(id)  \(said)")
        }
    }
}
