import LegworkCore

/// `legwork delete`.
enum Delete: Command {
    static let name = "delete"
    static let summary = "Delete finished tasks by name, pinned or not"
    static let usage = "TASK…"
    static let details = """
        TASK is an id, the first four or more characters of one, or a name. A task that has not ended stays: cancel it first. What was there
        of the task, its timeline and output, goes with it.
        """

    static func run(_ invocation: Invocation) async throws -> Int32 {
        let references = try invocation.someArguments("TASK")
        let client = try await invocation.client()
        for reference in references {
            let answer = try await client.request("DELETE", "/v1/tasks/\(DaemonClient.escape(reference))", nil)
            let id = answer["deleted"]?.string ?? ""
            switch invocation.style {
            case .json: invocation.console.print(answer.json())
            case .quiet: invocation.console.print(id)
            case .table: invocation.console.print("\(id)  deleted")
            }
        }
        return ExitCode.success.rawValue
    }
}
