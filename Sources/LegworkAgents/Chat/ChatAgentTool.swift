public import LegworkCore
public import LegworkHTTP

/// An agent that works in this process: a loop over a model behind an OpenAI-compatible chat-completions endpoint, whose tools are this
/// process's.
///
/// After each answer of the model and each result of a tool its state is saved before it goes on. A later attempt goes on from there: no
/// answer is paid for twice, and a call whose outcome nobody knows is not made again unless its tool may be repeated.
public struct ChatAgentTool: Tool {
    /// Name, schema and policies.
    public let descriptor: ToolDescriptor
    private let configuration: ChatAgentConfiguration
    private let client: HTTPClient
    private let caller: any AgentToolCaller
    private let clock: any TaskClock
    private let chance: @Sendable () -> Double

    /// The largest prompt, in bytes; a model's context ends long before.
    static let maximumPromptBytes = 4 << 20

    /// Makes the tool.
    ///
    /// - Parameters:
    ///   - configuration: which model, and what it may do.
    ///   - client: sends the requests.
    ///   - caller: has the tools.
    ///   - clock: measures the waits between repetitions.
    ///   - chance: spreads them; gives numbers from 0 up to 1.
    public init(
        _ configuration: ChatAgentConfiguration,
        client: HTTPClient,
        caller: any AgentToolCaller,
        clock: any TaskClock = SystemClock(),
        chance: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.configuration = configuration
        self.client = client
        self.caller = caller
        self.clock = clock
        self.chance = chance
        descriptor = Self.describe(configuration)
    }

    /// Refuses a prompt that is empty or too long, and a model that is not among the agent's.
    ///
    /// - Throws: ``AgentError``.
    public func prepare(_ arguments: JSONValue) throws {
        let prompt = arguments["prompt"]?.string ?? ""
        guard prompt.utf8.contains(where: { $0 > 0x20 }) else { throw AgentError.invalid("prompt must say what the agent is to do") }
        guard prompt.utf8.count <= Self.maximumPromptBytes else {
            throw AgentError.invalid(
                "the prompt is \(prompt.utf8.count) bytes; at most \(Self.maximumPromptBytes) are taken. Put it where the agent's tools can read it"
            )
        }
        if let model = arguments["model"]?.string, model != configuration.model, let models = configuration.models, !models.contains(model)
        {
            let known = ([configuration.model] + models).joined(separator: ", ")
            throw AgentError.invalid("'\(descriptor.name)' has no model '\(model.truncated(toBytes: 100))'; it has \(known)")
        }
    }

    /// The beginning of the prompt.
    public func title(for arguments: JSONValue) -> String { CommandAgentTool.title(of: arguments) ?? descriptor.name }

    /// Runs the agent.
    ///
    /// - Returns: the model's last message; structured: `model`, `turns`, `tool_calls`, `usage`, `cost_usd`, `finish_reason`.
    /// - Throws: ``AgentError``, `CancellationError`.
    public func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try prepare(arguments)
        let key = try configuration.endpoint.key?.agentKey()
        return try await ChatRun(
            configuration: configuration,
            model: arguments["model"]?.string ?? configuration.model,
            toolbox: ChatToolbox(caller.tools(for: context.caller), handingOn: caller.handingOn, configuration),
            caller: caller,
            endpoint: ChatEndpointClient(client, configuration.endpoint, clock: clock),
            key: key,
            redactor: SecretRedactor(key.map { [$0] } ?? []),
            context: context,
            clock: clock,
            chance: chance
        ).run(prompt: arguments["prompt"]?.string ?? "")
    }

    private static func describe(_ configuration: ChatAgentConfiguration) -> ToolDescriptor {
        ToolDescriptor(
            name: configuration.name,
            title: configuration.name,
            description: configuration.description
                ?? """
                Gives a piece of work to an agent that does it with the tools of this service. Say in the prompt all that it has to know. It \
                may take minutes: the call becomes a task, whose timeline shows what it does.
                """,
            inputSchema: [
                "type": "object",
                "properties": [
                    "prompt": ["type": "string", "minLength": 1, "description": "What it is to do."],
                    "model": ["type": "string", "description": .string("The model. Default: \(configuration.model).")],
                ],
                "required": ["prompt"],
                "additionalProperties": false,
            ],
            annotations: ["readOnlyHint": false, "destructiveHint": true, "idempotentHint": false, "openWorldHint": true],
            background: .automatic(after: nil),
            durability: .eager,
            recovery: .restart
        )
    }
}
