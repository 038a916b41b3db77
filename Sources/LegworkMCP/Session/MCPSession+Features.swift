import LegworkCore

extension MCPSession {
    /// What the server can do, as `initialize` and `server/discover` declare it beside their eras' ways with tasks.
    ///
    /// Nothing is said of lists that change: tools and prompts are the same for as long as the server runs, and that new tasks are new
    /// resources is not told.
    func capabilities(in revision: MCPRevision) -> JSONObject {
        var capabilities: JSONObject = ["tools": [:], "resources": ["subscribe": true]]
        if hasPrompts { capabilities["prompts"] = [:] }
        capabilities["logging"] = [:]
        if revision >= .march2025 { capabilities["completions"] = [:] }
        return capabilities
    }

    /// Sets from which level on a client with a handshake gets log messages.
    mutating func setLogLevel(_ request: MCPRequest) throws(MCPError) -> MCPAnswer {
        legacy?.logLevel = try Self.logLevel(request.params["level"] ?? .null)
        return .result(request.id, JSONObject())
    }

    /// The level from which on a client wants log messages.
    static func logLevel(_ json: JSONValue) throws(MCPError) -> LogLevel {
        guard let level = json.string.flatMap(LogLevel.init(rawValue:)) else {
            throw MCPError(.invalidParams, "a log level is one of \(LogLevel.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return level
    }
}
