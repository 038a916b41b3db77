import LegworkCore

/// Tools that tell something while they work.
enum ReportingFixtures {
    private static let pause = Duration.milliseconds(50)

    static let tools: [any Tool] = [
        tool("test_tool_with_logging", "Log three messages.") { context in
            context.log(.info, "Tool execution started")
            try await Task.sleep(for: pause)
            context.log(.info, "Tool processing data")
            try await Task.sleep(for: pause)
            context.log(.info, "Tool execution completed")
            return .text("Tool with logging executed successfully")
        },
        tool("test_tool_with_progress", "Report progress from 0 to 100.") { context in
            context.progress(0, of: 100, "Completed step 0 of 100")
            try await Task.sleep(for: pause)
            context.progress(50, of: 100, "Completed step 50 of 100")
            try await Task.sleep(for: pause)
            context.progress(100, of: 100, "Completed step 100 of 100")
            return .text("Tool with progress executed successfully")
        },
        tool("test_logging_tool", "Log a message of each level.") { context in
            for level in LogLevel.allCases { context.log(level, "A message of the level \(level.rawValue)") }
            return .text("Logging evaluated")
        },
        tool("test_reconnection", "Work for a moment, in which a client may lose its stream and come back.") { _ in
            try await Task.sleep(for: pause * 2)
            return .text("Reconnection test completed successfully. If you received this, the client properly reconnected.")
        },
    ]

    private static func tool(
        _ name: String,
        _ description: String,
        _ body: @escaping @Sendable (ToolContext) async throws -> ToolResult
    ) -> any Tool {
        ClosureTool(ToolDescriptor(name: name, description: description)) { _, context in try await body(context) }
    }
}
