package import LegworkCore

/// The lines of `claude -p --output-format stream-json --verbose`, as the documentation of Claude Code describes them.
package struct ClaudeCodeLines: AgentLineReader {
    package let saysWhenItEnds = true

    package init() {}

    package mutating func read(_ line: JSONObject) -> [AgentEvent] {
        switch line["type"]?.string {
        case "system": system(line)
        case "assistant": blocks(line).flatMap { assistant($0, isOfSubAgent: line["parent_tool_use_id"]?.string != nil) }
        case "user": blocks(line).compactMap(toolResult)
        case "result": result(line)
        default: []
        }
    }

    private func system(_ line: JSONObject) -> [AgentEvent] {
        switch line["subtype"]?.string {
        case "init":
            guard let id = line["session_id"]?.string else { return [] }
            return [.session(id: id, model: line["model"]?.string)]
        case "api_retry": return [.status("the model's service is asked again")]
        case "compact_boundary": return [.status("the conversation was shortened")]
        default: return []
        }
    }

    private func blocks(_ line: JSONObject) -> [JSONValue] {
        let content = line["message"]?["content"]
        if let text = content?.string { return [["type": "text", "text": .string(text)]] }
        return content?.array ?? []
    }

    private func assistant(_ block: JSONValue, isOfSubAgent: Bool) -> [AgentEvent] {
        switch block["type"]?.string {
        case "text":
            guard let text = block["text"]?.string, !text.isEmpty else { return [] }
            // What an agent of the agent says is not what the agent says.
            return [isOfSubAgent ? .status(text) : .message(text)]
        case "tool_use", "server_tool_use", "mcp_tool_use":
            guard let id = block["id"]?.string else { return [] }
            return [.toolStarted(id: id, name: block["name"]?.string ?? "tool", arguments: block["input"])]
        // A tool that the service itself runs has its result in the same message.
        case .some: return toolResult(block).map { [$0] } ?? []
        case nil: return []
        }
    }

    private func toolResult(_ block: JSONValue) -> AgentEvent? {
        guard let type = block["type"]?.string, type.hasSuffix("tool_result"), let id = block["tool_use_id"]?.string else { return nil }
        return .toolEnded(id: id, result: block["content"]?.plainText, isError: block["is_error"]?.bool ?? false)
    }

    private func result(_ line: JSONObject) -> [AgentEvent] {
        var events: [AgentEvent] = []
        let denials = line["permission_denials"]?.array ?? []
        if !denials.isEmpty {
            let names = Set(denials.compactMap { $0["tool_name"]?.string }).sorted().joined(separator: ", ")
            events.append(.warning("\(denials.count) calls were not permitted: \(names)"))
        }
        let text = line["result"]?.string
        // What ended at a limit is not always marked as an error, and has no result of its own.
        let isError = line["is_error"]?.bool == true || line["subtype"]?.string != "success"
        let reasons = line["errors"]?.array?.compactMap(\.string) ?? []
        let error = isError ? (text ?? (reasons.isEmpty ? line["subtype"]?.string : reasons.joined(separator: "; ")) ?? "failed") : nil
        let usage = line["usage"].map { usage in
            let cached = usage["cache_read_input_tokens"]?.int ?? 0
            // Its input is what came from no cache and went into none.
            return AgentUsage(
                inputTokens: (usage["input_tokens"]?.int ?? 0) + (usage["cache_creation_input_tokens"]?.int ?? 0) + cached,
                cachedInputTokens: cached,
                outputTokens: usage["output_tokens"]?.int ?? 0
            )
        }
        let ending = AgentEnding(
            text: isError ? nil : text,
            error: error,
            usage: usage,
            cost: line["total_cost_usd"]?.double,
            turns: line["num_turns"]?.int
        )
        if let id = line["session_id"]?.string { events.append(.session(id: id, model: nil)) }
        return events + [.ended(ending)]
    }
}
