import LegworkCore

/// `legwork artifacts`.
enum Artifacts: Command {
    static let name = "artifacts"
    static let summary = "List a task's artifacts, or print one"
    static let usage = "TASK [NAME]"
    static let details = """
        Artifacts are what was too long for a task's timeline, the logs of its gates, its patches and its named outputs. TASK is an id, the
        first four or more characters of one, or a name.
        """

    static func run(_ invocation: Invocation) async throws -> Int32 {
        let given = try invocation.someArguments("TASK")
        guard given.count <= 2 else { throw CLIError(.usage, "too many arguments: only TASK and NAME are taken") }
        let client = try await invocation.client()
        let path = "/v1/tasks/\(DaemonClient.escape(given[0]))/artifacts"
        guard given.count == 2 else {
            list(try await client.get(path), invocation)
            return ExitCode.success.rawValue
        }
        var (offset, total) = (0, 1)
        while offset < total {
            let target = "\(path)/\(DaemonClient.escape(given[1]))?offset=\(offset)"
            let (bytes, end) = try await client.bytes(target, total: "Legwork-Artifact-Total")
            invocation.console.write(bytes)
            if bytes.isEmpty { break }
            (offset, total) = (offset + bytes.count, end)
        }
        return ExitCode.success.rawValue
    }

    private static func list(_ answer: JSONValue, _ invocation: Invocation) {
        let artifacts = answer["artifacts"]?.array ?? []
        switch invocation.style {
        case .json: invocation.console.print(answer.json())
        case .quiet: for artifact in artifacts { invocation.console.print(artifact["name"]?.string ?? "") }
        case .table:
            for artifact in artifacts {
                let summary = artifact["summary"]?.string.map { "  " + TaskTable.clean($0) } ?? ""
                invocation.console.print(
                    "\(artifact["created_at"]?.string ?? "")  \(artifact["bytes"]?.int ?? 0)  \(artifact["name"]?.string ?? "")\(summary)"
                )
            }
        }
    }
}
