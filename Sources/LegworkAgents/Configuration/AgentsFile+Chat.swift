import LegworkCore

extension AgentsFile {
    /// An agent over a chat endpoint.
    static func chat(_ object: inout ConfigurationObject) throws(AgentError) -> ChatAgentConfiguration {
        var agent = ChatAgentConfiguration(
            name: try object.required("name"),
            endpoint: try endpoint(&object),
            model: try object.required("model")
        )
        agent.description = try object.text("description")
        agent.models = try object.list("models")
        agent.instructions = try object.text("instructions")
        if let turns = try object.count("max_turns", 1...10_000) { agent.maximumTurns = turns }
        if let tokens = try object.count("context_tokens", 1000...100_000_000) { agent.contextTokens = tokens }
        agent.maximumOutputTokens = try object.count("max_output_tokens", 1...10_000_000)
        guard agent.maximumOutputTokens ?? 0 < agent.contextTokens else {
            throw object.wrong("max_output_tokens", "less than context_tokens")
        }
        agent.prices = try prices(&object)
        if let tools = try object.list("tools") { agent.tools = tools }
        agent.granted = try object.list("granted") ?? []
        if try object.flag("auto_approve") == true { agent.granted = ["*"] }
        if let approval: ChatAgentConfiguration.Approval = try object.choice("approval") { agent.approval = approval }
        if let retries = try object.count("max_retries", 0...100) { agent.retry.maximumRetries = retries }
        if let cap = try object.seconds("max_retry_wait", 0...86_400) { agent.retry.cap = cap }
        if let calls = try object.count("max_parallel_calls", 1...128) { agent.maximumParallelCalls = calls }
        if let bytes = try object.count("max_tool_result_bytes", 1000...(8 << 20)) { agent.maximumToolResultBytes = bytes }
        if let body = object.value("body") {
            guard let members = body.object else { throw object.wrong("body", "an object") }
            for key in members.keys where ["messages", "tools", "stream", "model", "n"].contains(key) {
                throw .configuration("\(object.path).body must not have '\(key)', which the agent itself sets")
            }
            agent.extraBody = members
        }
        return agent
    }

    private static func endpoint(_ object: inout ConfigurationObject) throws(AgentError) -> ChatEndpoint {
        var endpoint = ChatEndpoint(baseURL: try object.required("base_url"), key: try object.secret("key"))
        let url = endpoint.baseURL
        guard url.hasPrefix("http://") || url.hasPrefix("https://"), url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw object.wrong("base_url", "an http or https URL")
        }
        guard !url.contains("@") else { throw .configuration("\(object.path).base_url must hold no password; say where it is with 'key'") }
        guard endpoint.key == nil || url.hasPrefix("https://") || LoopbackHost.isDestination(of: url) else {
            throw .configuration("\(object.path).base_url must be https, for the key would be sent to another machine for all to read")
        }
        endpoint.keyHeader = try object.text("key_header")
        endpoint.headers = try object.texts("headers")
        endpoint.reportsUsage = try object.flag("report_usage") ?? true
        if let timeout = try object.seconds("connect_timeout", 0.1...600) { endpoint.connectTimeout = timeout }
        if let timeout = try object.seconds("idle_timeout", 0.1...86_400) { endpoint.idleTimeout = timeout }
        if let bytes = try object.count("max_answer_bytes", 1000...(8 << 20)) { endpoint.maximumAnswerBytes = bytes }
        return endpoint
    }

    private static func prices(_ object: inout ConfigurationObject) throws(AgentError) -> ChatPrices? {
        guard var prices = try object.object("prices") else { return nil }
        let range = 0.0...1_000_000
        guard let input = try prices.number("input", range), let output = try prices.number("output", range) else {
            throw .configuration("\(prices.path) needs 'input' and 'output', in US dollars per million tokens")
        }
        let cached = try prices.number("cached_input", range)
        try prices.finish()
        return ChatPrices(input: input, cachedInput: cached, output: output)
    }
}
