/// The command line for a call: the safest options of each program that allow what was granted.
///
/// Prompts go to standard input wherever a program reads them there: an argument may have 128 KiB at most, is seen by every user of the
/// machine, and could be taken for an option.
struct CommandAgentLine: Sendable, Hashable {
    var argv: [String]
    var input: String?

    init(_ call: CommandAgentCall, _ configuration: CommandAgentConfiguration) throws(AgentError) {
        let start = configuration.argv ?? [configuration.program.usualName ?? ""]
        let extra = configuration.extraArguments
        switch configuration.program {
        case .claudeCode: self.init(start + Self.claudeCode(call) + extra, call.prompt)
        case .codex: self.init(start + Self.codex(call, extra), call.prompt)
        case .gemini: self.init(start + Self.gemini(call) + extra, call.prompt)
        case .mapped(let mapping):
            let options = try Self.mapped(call, mapping, configuration.name)
            guard let prompt = mapping.prompt else {
                self.init(start + options + extra, call.prompt)
                return
            }
            self.init(start + options + extra + Self.fill(prompt, call.prompt), nil)
        }
    }

    private init(_ argv: [String], _ input: String?) {
        self.argv = argv
        self.input = input
    }

    private static func claudeCode(_ call: CommandAgentCall) -> [String] {
        let mode =
            switch (call.mode, call.permission) {
            case (.plan, _): "plan"
            case (.agent, .standard): "default"
            case (.agent, .edit): "acceptEdits"
            case (.agent, .auto): "bypassPermissions"
            }
        var words = ["-p", "--output-format", "stream-json", "--verbose", "--permission-mode", mode]
        if let model = call.model { words += ["--model", model] }
        if let session = call.session { words += ["--resume", session] }
        return words
    }

    private static func codex(_ call: CommandAgentCall, _ extra: [String]) -> [String] {
        // It asks nobody when it runs like this: its sandbox is what it may do.
        let sandbox =
            switch (call.mode, call.permission) {
            case (.plan, _), (.agent, .standard): "read-only"
            case (.agent, .edit): "workspace-write"
            case (.agent, .auto): "danger-full-access"
            }
        var words = ["exec", "--json", "--sandbox", sandbox]
        if let model = call.model { words += ["--model", model] }
        words += extra
        if let session = call.session { words += ["resume", session] }
        return words + ["-"]
    }

    private static func gemini(_ call: CommandAgentCall) -> [String] {
        let mode =
            switch (call.mode, call.permission) {
            case (.plan, _): "plan"
            case (.agent, .standard): "default"
            case (.agent, .edit): "auto_edit"
            case (.agent, .auto): "yolo"
            }
        var words = ["--output-format", "stream-json", "--approval-mode", mode]
        if let model = call.model { words += ["--model", model] }
        if let session = call.session { words += ["--resume", session] }
        return words
    }

    private static func mapped(_ call: CommandAgentCall, _ mapping: CommandAgentMapping, _ name: String) throws(AgentError) -> [String] {
        guard let mode = mapping.modes[call.mode] ?? (call.mode == .agent ? [] : nil) else {
            throw .invalid("'\(name)' has no mode '\(call.mode.rawValue)'")
        }
        guard let permission = mapping.permissions[call.permission] ?? (call.permission == .standard ? [] : nil) else {
            throw .invalid("'\(name)' knows no permission '\(call.permission.rawValue)'")
        }
        var words = mode + permission
        if let model = call.model {
            guard let option = mapping.model else { throw .invalid("'\(name)' cannot be told which model to use") }
            words += fill(option, model)
        }
        if let session = call.session {
            guard let option = mapping.resume else { throw .invalid("'\(name)' cannot resume a session") }
            words += fill(option, session)
        }
        return words
    }

    /// Puts a value in the place of `{}`.
    private static func fill(_ words: [String], _ value: String) -> [String] {
        words.map { $0.split(separator: "{}", omittingEmptySubsequences: false).joined(separator: value) }
    }
}
