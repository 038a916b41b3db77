public import LegworkCore

/// A command-line agent: which program it is, and what calls may ask of it.
public struct CommandAgentConfiguration: Sendable, Hashable {
    /// The tool's name.
    public var name: String
    /// What it is for, for models that may call it; nil says what the program is.
    public var description: String?
    /// Which program, and how it is spoken to.
    public var program: CommandAgentProgram
    /// The program's own name or path, and arguments that always come first; nil is the usual name of the program.
    public var argv: [String]?
    /// Arguments that come after all others but the prompt.
    public var extraArguments: [String] = []
    /// The model that calls use which name none; nil leaves it to the program.
    public var model: String?
    /// Where it works when the call does not say; an absolute path. Nil is the user's home.
    public var directory: String?
    /// The permission of calls that ask for none.
    public var permission: AgentPermission = .standard
    /// The most that a call may ask for. `auto` is granted here or not at all.
    public var maximumPermission: AgentPermission = .standard
    /// Variables that are added to the environment.
    public var environment: [String: String] = [:]
    /// Variables whose values are keys, read when a call starts.
    public var secrets: [String: SecretReference] = [:]
    /// How long a run may take when the call does not say; nil sets no limit.
    public var timeout: Duration?
    /// The time between SIGTERM and SIGKILL when a run is cancelled.
    public var cancelGrace: Duration = .seconds(5)
    /// The longest line that is understood, in bytes (4 MiB); longer ones stand in the raw output only.
    public var maximumLineBytes: Int = 4 << 20

    /// Describes an agent with its defaults.
    public init(name: String, program: CommandAgentProgram) {
        self.name = name
        self.program = program
    }
}

/// The programs that are known, and any other by a mapping.
public enum CommandAgentProgram: Sendable, Hashable {
    /// Claude Code.
    case claudeCode
    /// OpenAI's Codex CLI.
    case codex
    /// Google's Gemini CLI.
    case gemini
    /// Any program that writes JSON lines.
    case mapped(CommandAgentMapping)

    var lines: any AgentLineReader {
        switch self {
        case .claudeCode: ClaudeCodeLines()
        case .codex: CodexLines()
        case .gemini: GeminiLines()
        case .mapped(let mapping): MappedLines(mapping.rules)
        }
    }

    /// What it is called by in a `PATH`; nil for one that only its configuration knows.
    var usualName: String? {
        switch self {
        case .claudeCode: "claude"
        case .codex: "codex"
        case .gemini: "gemini"
        case .mapped: nil
        }
    }

    var title: String {
        switch self {
        case .claudeCode: "Claude Code"
        case .codex: "Codex"
        case .gemini: "Gemini CLI"
        case .mapped: "an agent"
        }
    }
}

/// How a program is spoken to that Legwork does not know.
public struct CommandAgentMapping: Sendable, Hashable {
    /// What its lines say.
    public var rules: [LineRule]
    /// Where the prompt goes: nil gives it on standard input, otherwise arguments in which `{}` stands for it.
    public var prompt: [String]?
    /// Arguments that name the model, with `{}` for it; nil when a call cannot name one.
    public var model: [String]?
    /// Arguments that resume a session, with `{}` for its id; nil when that is not possible.
    public var resume: [String]?
    /// Arguments for each mode; a mode that is missing cannot be asked for, but for ``AgentMode/agent``.
    public var modes: [AgentMode: [String]] = [:]
    /// Arguments for each permission; one that is missing cannot be asked for, but for ``AgentPermission/standard``.
    public var permissions: [AgentPermission: [String]] = [:]

    /// Describes a program that reads its prompt from standard input.
    public init(rules: [LineRule]) { self.rules = rules }
}
