import LegworkCore

/// `legwork retry`.
enum Retry: Command {
    static let name = "retry"
    static let summary = "Try failed tasks once more, under their ids"
    static let usage = "TASK…"
    static let details = "TASK is an id, the first four or more characters of one, or a name. legwork list --status failed shows them."

    static func run(_ invocation: Invocation) async throws -> Int32 { try await Pin.pin(invocation, "retry", "queued again") }
}
