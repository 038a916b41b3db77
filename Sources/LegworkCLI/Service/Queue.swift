import LegworkCore

/// `legwork queue`.
enum Queue: Command {
    static let name = "queue"
    static let summary = "Show the queues; pause, drain or resume one"
    static let usage = "list | pause QUEUE… | drain QUEUE… | resume QUEUE…"
    static let details = """
        A paused queue takes tasks and keeps them; a draining one gives its tasks and takes no new ones. Both last until it is resumed, over
        restarts too. A count of 10000 means that many or more.
        """

    static func run(_ invocation: Invocation) async throws -> Int32 {
        var words = invocation.arguments.positionals + (invocation.arguments.rest ?? [])
        let verb = words.isEmpty ? "list" : words.removeFirst()
        let states = ["pause": "paused", "drain": "draining", "resume": "open"]
        guard verb == "list" ? words.isEmpty : states[verb] != nil && !words.isEmpty else {
            throw CLIError(.usage, "queue takes: \(usage)")
        }
        let client = try await invocation.client(asOperator: true)
        guard let state = states[verb] else { return try await list(invocation, client) }
        for queue in words {
            let answer = try await client.post("/v1/queues/\(DaemonClient.escape(queue))", ["state": .string(state)])
            switch invocation.style {
            case .json: invocation.console.print(answer.json())
            case .quiet: invocation.console.print(queue)
            case .table: invocation.console.print("\(TaskTable.clean(queue))  \(state)")
            }
        }
        return ExitCode.success.rawValue
    }

    private static func list(_ invocation: Invocation, _ client: DaemonClient) async throws -> Int32 {
        let answer = try await client.get("/v1/queues")
        let queues = answer["queues"]?.array ?? []
        switch invocation.style {
        case .json: invocation.console.print(answer.json())
        case .quiet: for queue in queues { invocation.console.print(queue["queue"]?.string ?? "") }
        case .table:
            if queues.isEmpty { invocation.console.print("all queues are open and empty") }
            for queue in queues {
                let name = TaskTable.clean(queue["queue"]?.string ?? "")
                var line = name + String(repeating: " ", count: max(1, 20 - name.count))
                line += "\(queue["state"]?.string ?? "")  ready \(queue["ready"]?.int ?? 0)  delayed \(queue["delayed"]?.int ?? 0)"
                invocation.console.print(line + "  executing \(queue["executing"]?.int ?? 0)")
            }
        }
        return ExitCode.success.rawValue
    }
}
