import LegworkCore

/// `legwork cancel`.
enum Cancel: Command {
    static let name = "cancel"
    static let summary = "Ask tasks to stop; what does not stop in time is killed"
    static let usage = "[--wait] TASK…"
    static let details = "TASK is an id, the first four or more characters of one, or a name."
    static let options = [Option("wait", "return when they have ended")]

    static func run(_ invocation: Invocation) async throws -> Int32 {
        let references = try invocation.someArguments("TASK")
        let client = try await invocation.client()
        for reference in references {
            var answer = try await client.post("/v1/tasks/\(DaemonClient.escape(reference))/cancel", [:])
            let id = answer["task"]?["id"] ?? ""
            if invocation.arguments.has("wait") {
                let waited = try await client.post("/v1/wait", ["tasks": [id], "timeout_ms": 60_000])
                if let task = waited["settled"]?[0], case .object(var object) = answer {
                    object["task"] = task
                    answer = .object(object)
                }
            }
            switch invocation.style {
            case .json: invocation.console.print(answer.json())
            case .quiet: invocation.console.print(id.string ?? "")
            case .table:
                let words =
                    switch answer["disposition"]?.string {
                    case "cancelled_before_start": "cancelled, before it was executed"
                    case "requested": answer["task"]?["status"] == "running" ? "asked to stop" : answer["task"]?["status"]?.string ?? ""
                    default: "had ended already: \(answer["task"]?["status"]?.string ?? "")"
                    }
                invocation.console.print("\(id.string ?? "")  \(words)")
            }
        }
        return ExitCode.success.rawValue
    }
}
