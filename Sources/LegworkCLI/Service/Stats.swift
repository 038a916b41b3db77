import LegworkCore

/// `legwork stats`.
enum Stats: Command {
    static let name = "stats"
    static let summary = "Count tasks by status"
    static let usage = ""

    static func run(_ invocation: Invocation) async throws -> Int32 {
        let stats = try await invocation.client().get("/v1/stats")
        switch invocation.style {
        case .json: invocation.console.print(stats.json())
        case .quiet: invocation.console.print("\(stats["tasks"]?["total"]?.int ?? 0)")
        case .table:
            for member in stats["tasks"]?.object?.members ?? [] {
                invocation.console.print(
                    member.key + String(repeating: " ", count: max(1, 16 - member.key.count)) + "\(member.value.int ?? 0)"
                )
            }
            if let executing = stats["executing_here"]?.int { invocation.console.print("executing now   \(executing)") }
        }
        return ExitCode.success.rawValue
    }
}
