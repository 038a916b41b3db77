package import LegworkCore

/// The lines of any program, as the configuration's rules read them.
package struct MappedLines: AgentLineReader {
    private let rules: [LineRule]

    package init(_ rules: [LineRule]) { self.rules = rules }

    package var saysWhenItEnds: Bool { rules.contains { $0.event == .ended } }

    package mutating func read(_ line: JSONObject) -> [AgentEvent] {
        let line = JSONValue.object(line)
        return rules.compactMap { rule in
            rule.conditions.allSatisfy { $0.path.value(in: line) == $0.value } ? event(rule, line) : nil
        }
    }

    private func event(_ rule: LineRule, _ line: JSONValue) -> AgentEvent? {
        func part(_ name: String) -> JSONValue? { rule.paths[name]?.value(in: line) }
        func text(_ name: String) -> String? { part(name)?.plainText }
        switch rule.event {
        case .session: return text("id").map { .session(id: $0, model: text("model")) }
        case .message: return text("text").map(AgentEvent.message)
        case .messagePart: return text("text").map(AgentEvent.messagePart)
        case .status: return text("text").map(AgentEvent.status)
        case .warning: return text("text").map(AgentEvent.warning)
        case .toolStarted: return text("id").map { .toolStarted(id: $0, name: text("name") ?? "tool", arguments: part("arguments")) }
        case .toolEnded:
            return text("id").map { id in
                let error = text("error")
                return .toolEnded(id: id, result: error ?? text("result"), isError: error != nil || part("is_error")?.bool == true)
            }
        case .ended:
            var usage = AgentUsage()
            usage.inputTokens = max(0, part("input_tokens")?.int ?? 0)
            usage.cachedInputTokens = max(0, part("cached_input_tokens")?.int ?? 0)
            usage.outputTokens = max(0, part("output_tokens")?.int ?? 0)
            let isError = part("is_error")?.bool == true
            return .ended(
                AgentEnding(
                    text: text("text"),
                    error: text("error") ?? (isError ? text("text") ?? "failed" : nil),
                    usage: usage == AgentUsage() ? nil : usage,
                    cost: part("cost_usd")?.double,
                    turns: part("turns")?.int
                )
            )
        }
    }
}
