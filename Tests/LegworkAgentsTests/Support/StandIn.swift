import LegworkAgents
import LegworkCore
import LegworkEventLoop
import LegworkTestKit
import TestPrograms
import Testing

/// A script in the place of an agent's program, and a tool that runs it.
///
/// It leaves its arguments in `arguments`, one a line, and what it read in `input`; then it does what the test's script says, within which
/// `$HERE` is its folder.
struct StandIn {
    private static let loop = Result { () throws(SystemError) in try EventLoop(name: "agents-test") }

    let folder: TemporaryFolder
    let host: RecordingToolHost
    private(set) var configuration: CommandAgentConfiguration

    init(
        _ program: CommandAgentProgram,
        host: RecordingToolHost = RecordingToolHost(),
        _ script: String,
        _ change: (inout CommandAgentConfiguration) -> Void = { _ in }
    ) throws {
        folder = try TemporaryFolder()
        self.host = host
        let path = try folder.add(
            "agent",
            """
            #!/bin/sh
            HERE=\(folder.path)
            for word in "$@"; do printf '%s\\n' "$word"; done > "$HERE/arguments"
            cat > "$HERE/input"
            \(script)
            """
        )
        configuration = CommandAgentConfiguration(name: "helper", program: program)
        configuration.argv = [path]
        configuration.directory = "/"
        change(&configuration)
    }

    var tool: CommandAgentTool { get throws { CommandAgentTool(configuration, loop: try Self.loop.get()) } }

    /// Refuses and runs as a manager does.
    func run(_ arguments: JSONValue) async throws -> ToolResult {
        let tool = try tool
        try RegisteredTool(tool).check(arguments)
        return try await tool.call(arguments, host.context)
    }

    var words: [String] { folder.read("arguments")?.split(separator: "\n").map(String.init) ?? [] }

    /// What the timeline says of calls: `begin ID NAME`, `end ID`, `fail ID`.
    var calls: [String] {
        host.events.compactMap { event in
            guard let data = event.data, data["kind"] == "tool_call", let id = data["call_id"]?.string else { return nil }
            if data["phase"] == "started" { return "begin \(id) \(data["name"]?.string ?? "")" }
            return data["is_error"] == true ? "fail \(id)" : "end \(id)"
        }
    }

    /// The agent's messages in the timeline.
    var messages: [String] { host.events.filter { $0.data?["kind"] == "message" }.compactMap(\.text) }
    var warnings: [String] { host.events.filter { $0.data?["kind"] == "warning" }.compactMap(\.text) }
}
