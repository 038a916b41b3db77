public import LegworkCore

/// How a server treats its clients.
public struct MCPServerOptions: Sendable {
    /// How the server introduces itself.
    public var info: MCPServerInfo
    /// How long a call may take before it becomes a task. Some hosts give up a call after 5 seconds, so keep it below 4.
    public var window: Duration = .seconds(3)
    /// Other windows for tools, by name. They go before everything else.
    public var toolWindows: [String: Duration] = [:]
    /// Other windows for clients, by the name that they give themselves (which nobody verifies).
    public var clientWindows: [String: Duration] = [:]
    /// What clients can read beside the tasks.
    public var resources: [MCPResource] = []
    /// The same in families, whose URIs follow a pattern.
    public var resourceTemplates: [MCPResourceTemplate] = []
    /// The prompts that are offered.
    public var prompts: [MCPPrompt] = []
    /// Tools whose calls become tasks at once, however quick they are, when their client takes tasks for answers (2026-07-28).
    public var tasksAtOnce: Set<String> = []
    /// How large and deep a message may be.
    public var limits: JSONLimits = JSONLimits(depth: 128, bytes: 16 << 20)
    /// How many requests of one connection are worked on at once; more are refused.
    public var maximumOpenRequests: Int = 256

    /// How long a client is waited for that was asked something while its call goes on; then the call answers with its task, which goes on
    /// waiting.
    public var askingTime: Duration = .seconds(10 * 60)
    /// With what the states are sealed that clients carry from one try of a call to the next.
    public var seal = MCPSeal.ofThisProcess()

    /// The defaults.
    public init(info: MCPServerInfo) { self.info = info }

    /// The window of a call; nil leaves it to the tool.
    func window(for tool: ToolDescriptor, client: String?) -> Duration? {
        if let window = toolWindows[tool.name] { return window }
        let window = client.flatMap { clientWindows[$0] } ?? window
        // A tool may want to become a task sooner; it must not keep a client waiting longer than that client bears.
        if case .automatic(let own?) = tool.background { return min(own, window) }
        return window
    }
}
