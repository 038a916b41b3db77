import LegworkCore

extension AgentsFile {
    /// A command-line agent.
    static func command(
        _ object: inout ConfigurationObject,
        _ program: CommandAgentProgram,
        name: String?
    ) throws(AgentError) -> CommandAgentConfiguration {
        let given = try object.text("name") ?? name
        guard let given else { throw .configuration("\(object.path) needs 'name'") }
        var agent = CommandAgentConfiguration(name: given, program: program)
        agent.description = try object.text("description")
        agent.argv = try object.list("argv")
        guard agent.argv.map({ $0.first?.isEmpty == false }) ?? (program.usualName != nil) else {
            throw object.wrong("argv", "the program and its first arguments")
        }
        agent.extraArguments = try object.list("arguments") ?? []
        agent.model = try object.text("model")
        agent.directory = try directory(&object, "cwd")
        if let permission: AgentPermission = try object.choice("permission") {
            agent.permission = permission
            agent.maximumPermission = permission
        }
        if try object.flag("auto_approve") == true { agent.maximumPermission = .auto }
        if let most: AgentPermission = try object.choice("max_permission") { agent.maximumPermission = most }
        guard agent.permission <= agent.maximumPermission else { throw object.wrong("max_permission", "at least 'permission'") }
        agent.environment = try object.texts("environment")
        if let secrets = try object.object("secrets") {
            for member in secrets.members {
                agent.secrets[member.key] = try ConfigurationObject.secret(member.value, "\(secrets.path).\(member.key)")
            }
        }
        for name in Array(agent.environment.keys) + agent.secrets.keys where name.isEmpty || name.contains("=") {
            throw object.wrong("environment", "an object whose names are variables")
        }
        agent.timeout = try object.seconds("timeout", 1...604_800)
        if let grace = try object.seconds("cancel_grace", 0...600) { agent.cancelGrace = grace }
        if let limit = try object.count("max_line_bytes", 1024...(16 << 20)) { agent.maximumLineBytes = limit }
        return agent
    }

    /// How a program is spoken to that is not known.
    static func mapping(_ object: inout ConfigurationObject) throws(AgentError) -> CommandAgentMapping {
        guard let list = object.value("lines")?.array, !list.isEmpty else { throw object.wrong("lines", "a list of rules") }
        var rules: [LineRule] = []
        for (index, value) in list.enumerated() { rules.append(try rule(ConfigurationObject(value, "\(object.path).lines[\(index)]"))) }
        var mapping = CommandAgentMapping(rules: rules)
        mapping.prompt = try object.list("prompt_arguments")
        mapping.model = try object.list("model_arguments")
        mapping.resume = try object.list("resume_arguments")
        for words in [mapping.prompt, mapping.model, mapping.resume].compactMap(\.self) where !words.contains(where: { $0.contains("{}") })
        {
            throw .configuration("\(object.path): arguments for a prompt, model or session need '{}', where the value goes")
        }
        if var modes = try object.object("modes") {
            for mode in AgentMode.allCases { mapping.modes[mode] = try modes.list(mode.rawValue) }
            try modes.finish()
        }
        if var permissions = try object.object("permissions") {
            for permission in AgentPermission.allCases { mapping.permissions[permission] = try permissions.list(permission.rawValue) }
            try permissions.finish()
        }
        return mapping
    }

    private static func rule(_ object: ConfigurationObject) throws(AgentError) -> LineRule {
        var object = object
        guard let event: LineRule.Event = try object.choice("event") else { throw .configuration("\(object.path) needs 'event'") }
        var rule = LineRule(event: event, conditions: [], paths: [:])
        if let conditions = try object.object("when") {
            rule.conditions = conditions.members.map { .init(path: JSONKeyPath($0.key), value: $0.value) }
        }
        for part in LineRule.parts.sorted() { rule.paths[part] = try object.text(part).map(JSONKeyPath.init) }
        try object.finish()
        let needed =
            switch event {
            case .session, .toolStarted, .toolEnded: "id"
            case .message, .messagePart, .status, .warning: "text"
            case .ended: nil as String?
            }
        if let needed, rule.paths[needed] == nil { throw .configuration("\(object.path) needs '\(needed)', the path to it") }
        return rule
    }
}
