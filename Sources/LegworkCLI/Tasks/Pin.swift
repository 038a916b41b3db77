import LegworkCore

/// `legwork pin`.
enum Pin: Command {
    static let name = "pin"
    static let summary = "Keep tasks, however old they grow"
    static let usage = "TASK…"
    static let details = "TASK is an id, the first four or more characters of one, or a name. legwork unpin undoes it."

    static func run(_ invocation: Invocation) async throws -> Int32 { try await pin(invocation, "pin", "pinned") }

    /// Pins tasks, or unpins them.
    static func pin(_ invocation: Invocation, _ verb: String, _ said: String) async throws -> Int32 {
        let references = try invocation.someArguments("TASK")
        let client = try await invocation.client()
        for reference in references {
            let answer = try await client.post("/v1/tasks/\(DaemonClient.escape(reference))/\(verb)", [:])
            invocation.tell(answer, said)
        }
        return ExitCode.success.rawValue
    }
}
