import Legwork
import LegworkCore
import LegworkHTTP

// A queue of prompts, in the words of the clients of one: `{"prompt", "model"?, "workspace"?, "mode"?, …}`.
extension API {
    /// What a prompt may come with.
    static let promptBody: JSONValue = [
        "type": "object",
        "properties": [
            "prompt": ["type": "string"], "model": ["type": ["string", "null"], "maxLength": 256],
            "workspace": ["type": ["string", "null"], "maxLength": 4096], "mode": ["type": ["string", "null"], "maxLength": 64],
            "allow_shell": ["type": ["boolean", "null"]], "trust_mode": ["type": ["boolean", "null"]],
            "auto_approve": ["type": ["boolean", "null"]],
        ],
        "additionalProperties": false,
    ]

    private static let marks = ["prompt", "model", "workspace", "mode", "allow_shell", "trust_mode", "auto_approve"]

    /// Queues a call of a tool, or a prompt for an agent: the two are told apart by whether a tool is named.
    @Sendable func submitOrPrompt(_ request: Request) async throws {
        guard let body = try? JSONValue(parsing: request.http.body).object, body["tool"] == nil,
            Self.marks.contains(where: { body[$0] != nil })
        else { return try await submit(request) }
        try await submitPrompt(request)
    }

    private func submitPrompt(_ request: Request) async throws {
        let body = try bodies.prompt.read(request.http)
        guard let prompt = AgentPrompt(json: body), prompt.prompt.contains(where: { !$0.isWhitespace }) else {
            throw invalid(body["prompt"] == nil ? "prompt is required" : "Task prompt cannot be empty")
        }
        guard let tool = agentTool else {
            let hint = agentToolName.map { "there is no tool named '\($0)'" } ?? "no agent is configured here"
            throw APIFault(
                status: 409,
                code: "no_agent",
                message: "a prompt needs an agent, and \(hint); configure one and name it with --agent-tool, or name a tool in 'tool'"
            )
        }
        var options = SubmitOptions()
        options.title = prompt.title
        options.metadata = prompt.metadata
        let chosen = options
        var arguments = prompt.arguments(for: tool.descriptor.inputSchema)
        // The client is told that nothing is approved unless it asked for that: then it must hold for an agent with a bolder default, too.
        if tool.descriptor.inputSchema["properties"]?["auto_approve"] != nil, arguments["auto_approve"] == nil {
            arguments["auto_approve"] = false
        }
        let granted = JSONValue.object(arguments)
        let caller = request.principal.caller(platform: "http")
        let record = try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await manager.submit(tool.descriptor.name, granted, as: caller, options: chosen)
        }
        await request.reply(.object(try await reply(record, in: request.principal.scope)), status: 201)
    }

    /// A task as it is shown alone: of a prompt also in the words of a queue of prompts.
    func reply(_ record: TaskRecord, in scope: Scope) async throws -> JSONObject {
        guard record.metadata["prompt_options"] != nil else { return ["task": wire(record)] }
        let events = try await manager.events(EventQuery(of: record.id, in: scope))
        var reply = PromptWire(record, events).json
        reply["task"] = wire(record)
        return reply
    }

    /// The tool that prompts are for: the one that is named, or else the first that is an agent's.
    var agentTool: RegisteredTool? {
        if let agentToolName { return manager.tools[agentToolName] }
        return manager.tools.tools.first(where: \.takesPrompt)
    }
}
