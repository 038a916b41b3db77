import LegworkCore

/// The arguments of one call of a command-line agent, checked against what its configuration grants.
struct CommandAgentCall: Sendable, Hashable {
    /// What a resumed run is told: its session has the prompt and all that was done.
    static let resumption = """
        Your last run was interrupted. Look at what has been done already, do not repeat what has taken effect, and go on until the task \
        is finished.
        """

    var prompt: String
    var model: String?
    var directory: String?
    var mode: AgentMode
    var permission: AgentPermission
    var session: String?
    var timeout: Duration?

    init(_ arguments: JSONValue, _ configuration: CommandAgentConfiguration) throws(AgentError) {
        prompt = arguments["prompt"]?.string ?? ""
        guard prompt.utf8.contains(where: { $0 > 0x20 }) else { throw .invalid("prompt must say what the agent is to do") }
        guard prompt.utf8.count <= Self.maximumPromptBytes else {
            throw .invalid(
                "the prompt is \(prompt.utf8.count) bytes; at most \(Self.maximumPromptBytes) are taken. Put it into a file and name that"
            )
        }
        guard !prompt.utf8.contains(0) else { throw .invalid("the prompt contains a zero byte") }
        model = try Self.word(arguments, "model") ?? configuration.model
        session = try Self.word(arguments, "session_id")
        directory = arguments["cwd"]?.string ?? configuration.directory
        mode = arguments["mode"]?.string.flatMap(AgentMode.init) ?? .agent
        permission = arguments["permission"]?.string.flatMap(AgentPermission.init) ?? configuration.permission
        if arguments["auto_approve"]?.bool == true { permission = .auto }
        if arguments["auto_approve"]?.bool == false { permission = min(permission, .edit) }
        guard permission <= configuration.maximumPermission else {
            throw AgentError(
                .notGranted,
                "'\(configuration.name)' is not granted the permission '\(permission.rawValue)', at most "
                    + "'\(configuration.maximumPermission.rawValue)'; ask for less, or let its owner grant it with max_permission in the "
                    + "configuration of agents"
            )
        }
        timeout = arguments["timeout"]?.double.map { .seconds($0) } ?? configuration.timeout
    }

    /// The largest prompt: what a command's standard input may be.
    static let maximumPromptBytes = 10 << 20

    /// A value that becomes one argument, and must not be taken for an option.
    private static func word(_ arguments: JSONValue, _ name: String) throws(AgentError) -> String? {
        guard let text = arguments[name]?.string else { return nil }
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        guard (1...256).contains(text.utf8.count), isPlain, !text.hasPrefix("-") else {
            throw .invalid("\(name) must be 1 to 256 printable characters without blanks, and not begin with '-'")
        }
        return text
    }
}

extension AgentError {
    static func invalid(_ message: String) -> AgentError { AgentError(.invalidArguments, message) }
}
