import LegworkCore
import LegworkMCP

/// `legwork mcp`.
enum MCP: Command {
    static let name = "mcp"
    static let summary = "Speak MCP over standard input and output, for agent hosts"
    static let usage = "[OPTIONS]"
    static let details = """
        Passes everything on to the daemon, which is started if there is none: when the host ends, its tasks go on, and the next session
        finds them. For Claude Code: claude mcp add legwork -- legwork mcp
        """

    static func run(_ invocation: Invocation) async throws -> Int32 {
        guard invocation.arguments.positionals.isEmpty else { throw CLIError(.usage, "mcp takes only options; see --help") }
        try await MCPShim(invocation).run()
        return ExitCode.success.rawValue
    }
}
