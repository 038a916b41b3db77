/// `legwork unpin`.
enum Unpin: Command {
    static let name = "unpin"
    static let summary = "Keep tasks no longer than others"
    static let usage = "TASK…"
    static let details = "TASK is an id, the first four or more characters of one, or a name."

    static func run(_ invocation: Invocation) async throws -> Int32 { try await Pin.pin(invocation, "unpin", "no longer pinned") }
}
