import LegworkCore

/// `legwork tools`.
enum Tools: Command {
    static let name = "tools"
    static let summary = "List the tools that can be called"
    static let usage = ""

    static func run(_ invocation: Invocation) async throws -> Int32 {
        let tools = try await invocation.client().get("/v1/tools")
        switch invocation.style {
        case .json: invocation.console.print(tools.json())
        case .quiet: for tool in tools["tools"]?.array ?? [] { invocation.console.print(tool["name"]?.string ?? "") }
        case .table:
            for tool in tools["tools"]?.array ?? [] {
                let summary = tool["description"]?.string?.split(separator: "\n").first.map(String.init) ?? ""
                invocation.console.print("\(tool["name"]?.string ?? "")\n    \(TaskTable.clean(summary))")
            }
        }
        return ExitCode.success.rawValue
    }
}
