public import LegworkCore

/// What a client asks for that takes time.
public enum MCPOperation: Sendable, Hashable {
    /// A page of the tools.
    case listTools(cursor: String?)
    /// A call of a tool.
    case callTool(MCPToolCall)
    /// Something about a task that the client drives itself (2025-11-25).
    case drivenTask(MCPDrivenTaskRequest)
    /// The state of a task, with its outcome when it has ended.
    case getTask(String)
    /// Answers for a task that waits for some.
    case updateTask(String, JSONObject)
    /// The wish that a task should stop.
    case cancelTask(String)
    /// Something of resources, prompts or completions.
    case feature(MCPFeatureRequest)
}
