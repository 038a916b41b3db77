import Legwork
import LegworkCore
import LegworkHTTP

// A queue of prompts, in the words of the clients of one: `{"prompt", "model"?, "workspace"?, "mode"?, …}`.
extension API {
    /// What a prompt may come with.
    static let promptBody: Schema = {
        func nullable(_ type: JSONValue, _ length: Int? = nil) -> Schema {
            var object: JSONObject = ["type": [type, "null"]]
            object["maxLength"] = length.map { JSONValue($0) }
            return Schema(.object(object))
        }
        let flag = nullable("boolean")
        // That it must be there is said in the words of those clients, below.
        return .body([
            "prompt?": .text, "model?": nullable("string", 256), "workspace?": nullable("string", 4096), "mode?": nullable("string", 64),
            "allow_shell?": flag, "trust_mode?": flag, "auto_approve?": flag, "redirects?": redirectList,
        ])
    }()

    private static let marks = ["prompt", "model", "workspace", "mode", "allow_shell", "trust_mode", "auto_approve"]

    /// Whether a body is a prompt for an agent and not a call of a tool: the two are told apart by whether a tool is named.
    static func isPrompt(_ body: JSONValue) -> Bool { body["tool"] == nil && marks.contains { body[$0] != nil } }

    func submitOrPrompt(_ request: Request) async throws {
        if Self.isPrompt(request.body) { try await submitPrompt(request) } else { try await submit(request) }
    }

    private func submitPrompt(_ request: Request) async throws {
        let body = request.body
        guard let prompt = AgentPrompt(json: body), prompt.prompt.contains(where: { !$0.isWhitespace }) else {
            throw APIFault.invalid(body["prompt"] == nil ? "prompt is required" : "Task prompt cannot be empty")
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
        options.redirects = RedirectWish.list(body["redirects"])
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
        await request.reply(.object(try await reply(record, in: request.scope)), status: 201)
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
