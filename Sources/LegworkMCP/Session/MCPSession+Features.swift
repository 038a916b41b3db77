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
        legacy?.logLevel = try MCPLogLevel(request.params["level"], named: "params.level")
        return .result(request.id, JSONObject())
    }
}
