import LegworkCore

/// `legwork answer`.
enum Answer: Command {
    static let name = "answer"
    static let summary = "Answer the questions of a task that waits for them"
    static let usage = "[--decline KEY] TASK ['{\"KEY\": ANSWER, …}']"
    static let details = "Without an answer it shows what is asked. TASK is an id, the first four or more characters of one, or a name."
    static let options = [Option("decline", value: "KEY", "say that this question will get no answer")]

    static func run(_ invocation: Invocation) async throws -> Int32 {
        let (reference, answers) = try invocation.taskAndJSON()
        let target = "/v1/tasks/\(DaemonClient.escape(reference))"
        let client = try await invocation.client()
        let declined = invocation.arguments["decline"]
        guard answers != nil || declined != nil else {
            let task = try await client.get(target)["task"] ?? .null
            show(task["questions"]?.array ?? [], invocation)
            return ExitCode.success.rawValue
        }
        var body = JSONObject()
        body["answers"] = answers
        body["decline"] = declined.map { .array([.string($0)]) }
        let answer = try await client.post("\(target)/answer", .object(body))
        let left = answer["task"]?["questions"]?.array?.count ?? 0
        invocation.tell(answer, left == 0 ? "has its answers" : "has \(left) open question\(left == 1 ? "" : "s") left")
        return ExitCode.success.rawValue
    }

    private static func show(_ questions: [JSONValue], _ invocation: Invocation) {
        switch invocation.style {
        case .json: invocation.console.print(JSONValue.object(["questions": .array(questions)]).json())
        case .quiet: questions.forEach { invocation.console.print(TaskTable.clean($0["key"]?.string ?? "")) }
        case .table:
            if questions.isEmpty { invocation.console.print("it asks nothing") }
            for question in questions {
                let key = TaskTable.clean(question["key"]?.string ?? "")
                invocation.console.print("\(key)  \(TaskTable.clean(question["message"]?.string ?? ""))")
                guard let schema = question["schema"] else { continue }
                invocation.console.print("    an answer fits \(schema.json().truncated(toBytes: 500))")
            }
        }
    }
}
