public import LegworkCore

/// The tools that an agent may call, and the way to them: what the agent's loop sees of whoever runs it.
public protocol AgentToolCaller: Sendable {
    /// The tools that there are for a caller.
    func tools(for caller: Caller) -> [ToolDescriptor]

    /// Calls one in the name of the agent's task, whose child the call is when it becomes a task, and waits for its end.
    ///
    /// - Parameters:
    ///   - id: names the call within the agent's task.
    ///   - context: the agent's.
    /// - Throws: what is wrong with the call; the model is told. `CancellationError` when the agent is cancelled.
    func call(_ name: String, _ arguments: JSONValue, id: String, _ context: ToolContext) async throws -> ToolResult

    /// The tools that have another one called, which their argument `tool` names. An agent needs for such a call what it needs for both.
    var handingOn: Set<String> { get }

    /// What became of a call that an earlier attempt has started; nil when that is not known. Waits for one that is still under way.
    ///
    /// - Parameters:
    ///   - id: names the call within the agent's task.
    ///   - arguments: what it was called with.
    ///   - context: the agent's.
    /// - Throws: `CancellationError` when the agent is cancelled.
    func earlierResult(of id: String, _ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult?
}

extension AgentToolCaller {
    /// None.
    public var handingOn: Set<String> { [] }

    /// Knows nothing.
    public func earlierResult(of id: String, _ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult? { nil }
}
