public import LegworkCore

extension CommandChannelConfiguration {
    /// Reads it: `{"argv": [PROGRAM, …], "env"?: {NAME: VALUE}}`, or the program alone.
    public init(json: JSONValue, secrets: SecretSource) throws(ChannelConfigurationError) {
        var settings = try ChannelSettings(json, "command", shorthand: "argv", secrets: secrets)
        guard let argv = try settings.list("argv") else {
            throw ChannelConfigurationError(.invalid, "command needs 'argv', the program and its arguments")
        }
        var environment: [String: String] = [:]
        for (name, text) in try settings.texts("env") {
            guard !name.isEmpty, !name.contains("="), !name.hasPrefix("LEGWORK_") else {
                throw settings.wrong("env", "an object whose names have no '=' and do not begin with LEGWORK_")
            }
            environment[name] = text
        }
        try settings.finish()
        self.init(argv, environment: environment)
    }
}

extension ChannelKind {
    static let command = ChannelKind("command") { json, means throws(ChannelConfigurationError) in
        let configuration = try CommandChannelConfiguration(json: json, secrets: means.secrets)
        do throws(ChannelError) {
            return try CommandChannel(configuration, loop: means.loop)
        } catch {
            throw ChannelConfigurationError(.invalid, "command.argv: \(error.message)")
        }
    }
}
