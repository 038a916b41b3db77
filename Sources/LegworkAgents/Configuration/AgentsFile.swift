public import LegworkCore

/// The configuration of agents: `{"agents": [{"kind": …, "name": …, …}]}`. The members of each kind stand in `docs/agents.md`.
public struct AgentsFile: Sendable, Hashable {
    /// The most agents.
    public static let maximumAgents = 100

    /// The agents, in the order in which they are written.
    public var agents: [AgentDefinition]

    private enum Kind: String, CaseIterable { case claudeCode = "claude_code", codex, gemini, command, chat }

    /// Reads a configuration.
    ///
    /// - Throws: ``AgentError/Code/invalidConfiguration``, naming the member that is wrong.
    public init(_ json: JSONValue) throws(AgentError) {
        var file = try ConfigurationObject(json, "the file")
        guard let list = file.value("agents")?.array else { throw .configuration("the file needs 'agents', a list") }
        try file.finish()
        guard list.count <= Self.maximumAgents else { throw .configuration("at most \(Self.maximumAgents) agents can be configured") }
        agents = []
        for (index, value) in list.enumerated() {
            let agent = try Self.agent(ConfigurationObject(value, "agents[\(index)]"))
            guard ToolDescriptor.isValidName(agent.name) else {
                throw .configuration("agents[\(index)].name must be 1 to 128 of the characters A-Z a-z 0-9 _ . -")
            }
            guard !agents.contains(where: { $0.name == agent.name }) else {
                throw .configuration("agents[\(index)].name: there is an agent '\(agent.name)' before it")
            }
            agents.append(agent)
        }
    }

    /// Reads the text of a file, at most 1 MiB.
    ///
    /// - Throws: ``AgentError/Code/invalidConfiguration``.
    public init(text: [UInt8]) throws(AgentError) {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: text, limits: JSONLimits(bytes: 1 << 20))
        } catch {
            throw .configuration("it is no JSON: \(error)")
        }
        try self.init(json)
    }

    private static func agent(_ object: ConfigurationObject) throws(AgentError) -> AgentDefinition {
        var object = object
        guard let kind: Kind = try object.choice("kind") else {
            throw .configuration("\(object.path) needs 'kind', one of \(Kind.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let agent: AgentDefinition
        switch kind {
        case .claudeCode: agent = .command(try command(&object, .claudeCode, name: "claude_code"))
        case .codex: agent = .command(try command(&object, .codex, name: "codex"))
        case .gemini: agent = .command(try command(&object, .gemini, name: "gemini"))
        case .command: agent = .command(try command(&object, .mapped(mapping(&object)), name: nil))
        case .chat: agent = .chat(try chat(&object))
        }
        try object.finish()
        return agent
    }

    static func directory(_ object: inout ConfigurationObject, _ key: String) throws(AgentError) -> String? {
        guard let path = try object.text(key) else { return nil }
        guard path.hasPrefix("/") else { throw object.wrong(key, "an absolute path") }
        return path
    }
}
