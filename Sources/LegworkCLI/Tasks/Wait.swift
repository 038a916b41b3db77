import LegworkCore

/// `legwork wait`.
enum Wait: Command {
    static let name = "wait"
    static let summary = "Wait until tasks have ended"
    static let usage = "[--any] [--timeout DURATION] TASK…"
    static let details = """
        Ends with 0 when all have completed, 1 when one failed, was cancelled, or stands still and needs somebody, and 124 when the time is
        over. Waiting, and ceasing to wait, does nothing to the tasks.
        """
    static let options = [
        Option("any", "one of them is enough"),
        Option("timeout", short: "t", value: "DURATION", "how long to wait at most (default: as long as it takes)"),
    ]

    static func run(_ invocation: Invocation) async throws -> Int32 {
        let references = try invocation.someArguments("TASK")
        let limit = try invocation.arguments.duration("timeout")
        let client = try await invocation.client()
        let start = ContinuousClock.now
        var answer: JSONValue
        repeat {
            // In steps, so that a daemon that is restarted meanwhile costs a step and not the wait.
            let left = limit.map { max(.zero, $0 - (ContinuousClock.now - start)) } ?? .seconds(3600)
            answer = try await client.post(
                "/v1/wait",
                [
                    "tasks": .array(references.map(JSONValue.string)), "mode": invocation.arguments.has("any") ? "any" : "all",
                    "timeout_ms": JSONValue(Int(min(left, .seconds(3600)).milliseconds)),
                ]
            )
        } while answer["timed_out"] == true && (limit.map { ContinuousClock.now - start < $0 } ?? true)

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
}
