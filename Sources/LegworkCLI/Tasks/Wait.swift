import LegworkCore

/// `legwork wait`.
enum Wait: Command {
    static let name = "wait"
    static let summary = "Wait until tasks have ended"
    static let usage = "[--any] [--timeout DURATION] TASK…"
    static let details = """
        Ends with 0 when all have completed, 1 when one failed, was cancelled, or stands still and needs somebody, and 124 when the time is
        over. Waiting, and ceasing to wait, does nothing to the tasks; it goes on when the daemon ends and is started again.
        """
    static let options = [
        Option("any", "one of them is enough"),
        Option("timeout", short: "t", value: "DURATION", "how long to wait at most (default: as long as it takes)"),
    ]

    /// The longest that the daemon is asked to wait at once.
    private static let longestStep = Duration.seconds(3600)

    static func run(_ invocation: Invocation) async throws -> Int32 {
        let references = try invocation.someArguments("TASK")
        let limit = try invocation.arguments.duration("timeout")
        let client = try await invocation.client()
        let start = ContinuousClock.now
        var answer: JSONValue
        repeat {
            let left = limit.map { max(.zero, $0 - (ContinuousClock.now - start)) } ?? longestStep
            let body: JSONValue = [
                "tasks": .array(references.map(JSONValue.string)), "mode": invocation.arguments.has("any") ? "any" : "all",
                "timeout_ms": JSONValue(Int(min(left, longestStep).milliseconds)),
            ]
            answer = try await post(body, client)
        } while answer["settled"] == nil || answer["timed_out"] == true && (limit.map { ContinuousClock.now - start < $0 } ?? true)

        let settled = answer["settled"]?.array ?? []
        switch invocation.style {
        case .json: invocation.console.print(answer.json())
        case .quiet: for task in settled { invocation.console.print(task["id"]?.string ?? "") }
        case .table:
            let tasks = settled + (answer["pending"]?.array ?? [])
            invocation.console.print(TaskTable.render(tasks, now: .now, console: invocation.console))
        }
        if answer["timed_out"] == true { return ExitCode.timedOut.rawValue }
        return settled.allSatisfy { $0["status"] == "completed" } ? ExitCode.success.rawValue : ExitCode.failure.rawValue
    }

    /// Waits at the daemon.
    ///
    /// - Returns: its answer; null when it ended meanwhile, and the next one is there.
    private static func post(_ body: JSONValue, _ client: DaemonClient) async throws -> JSONValue {
        do {
            return try await client.post("/v1/wait", body)
        } catch is DaemonClient.Unreachable {
        } catch let refusal as DaemonRefusal where refusal.code == "shutting_down" {
            // It still answers, and will for a moment.
            try await Task.sleep(for: .milliseconds(100))
        }
        if try await !client.isAnswering() { try await DaemonLauncher(client: client).start() }
        return .null
    }
}
