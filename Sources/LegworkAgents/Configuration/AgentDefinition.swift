import LegworkCore

/// An agent as a configuration describes it.
public enum AgentDefinition: Sendable, Hashable {
    /// A command-line program.
    case command(CommandAgentConfiguration)
    /// A loop in this process over a chat endpoint.
    case chat(ChatAgentConfiguration)

    /// The tool's name.
    public var name: String {
        switch self {
        case .command(let configuration): configuration.name
        case .chat(let configuration): configuration.name
        }
    }
}
