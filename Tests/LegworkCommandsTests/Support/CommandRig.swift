import LegworkCommands
import LegworkCore
import LegworkEventLoop
import LegworkTestKit
import Testing

/// All tests that start processes, one after another: some count the descriptors and children of this process.
@Suite("Running commands", .serialized, .timeLimit(.minutes(5)))
struct RunningCommands {}

/// A `run_command` tool and a host to call it with.
struct CommandRig {
    /// One for all tests, so that counting descriptors does not see it come and go.
    private static let loop = Result { () throws(SystemError) in try EventLoop(name: "commands-test") }

    let tool: RunCommandTool
    let host: RecordingToolHost

    /// - Parameters:
    ///   - configuration: by default commands start in the root directory, and are given a long grace: a test that needs none of it shows
    ///     that it needs none.
    init(_ configuration: RunCommandConfiguration = .init(defaultDirectory: "/"), host: RecordingToolHost = RecordingToolHost()) throws {
        tool = RunCommandTool(loop: try Self.loop.get(), configuration: configuration)
        self.host = host
    }

    static func launcher(_ configuration: RunCommandConfiguration) throws -> LocalCommandLauncher {
        LocalCommandLauncher(loop: try loop.get(), configuration: configuration)
    }

    /// Refuses and runs as a manager does.
    func run(_ arguments: JSONValue) async throws -> ToolResult {
        try tool.prepare(arguments)
        return try await tool.call(arguments, host.context)
    }

    /// Runs it in a Swift task that can be cancelled.
    func start(_ arguments: JSONValue) -> Task<ToolResult, any Error> {
        Task { try await run(arguments) }
    }

    var output: RecordingToolOutput { get throws { try #require(host.output) } }
}

extension ToolResult {
    var lines: [String] { text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
    var exitCode: Int? { structuredContent?["exit_code"]?.int }
    var signal: String? { structuredContent?["signal"]?.string }

    subscript(_ key: String) -> JSONValue? { structuredContent?[key] }
}
