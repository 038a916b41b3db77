package import LegworkCore

/// The lines of `codex exec --json`, as its documentation describes them: threads, turns and items.
package struct CodexLines: AgentLineReader {
    package let saysWhenItEnds = true

    /// The most calls that are remembered as begun.
    private static let limit = 4096
    private var begun: Set<String> = []
    private var lastError: String?

    package init() {}

    package mutating func read(_ line: JSONObject) -> [AgentEvent] {
        switch line["type"]?.string {
        case "thread.started", "thread.resumed":
            return line["thread_id"]?.string.map { [.session(id: $0, model: nil)] } ?? []
        case "item.started", "item.updated": return line["item"].map { item($0, isDone: false) } ?? []
        case "item.completed": return line["item"].map { item($0, isDone: true) } ?? []
        case "turn.completed":
            return [.ended(AgentEnding(usage: usage(line["usage"])))]
        case "turn.failed":
            let error = line["error"]?["message"]?.string ?? lastError ?? "the turn failed"
            return [.ended(AgentEnding(error: error, usage: usage(line["usage"])))]
        case "error":
            lastError = line["message"]?.string
            return lastError.map { [.warning($0)] } ?? []
        default: return []
        }
    }

    private func usage(_ usage: JSONValue?) -> AgentUsage? {
        usage.map {
            AgentUsage(
                inputTokens: $0["input_tokens"]?.int ?? 0,
                cachedInputTokens: $0["cached_input_tokens"]?.int ?? 0,
                outputTokens: $0["output_tokens"]?.int ?? 0
            )
        }
    }

    private mutating func item(_ item: JSONValue, isDone: Bool) -> [AgentEvent] {
        guard let id = item["id"]?.string else { return [] }
        switch item["type"]?.string {
        case "agent_message":
            guard isDone, let text = item["text"]?.string else { return [] }
            return [.message(text)]
        case "reasoning":
            guard isDone, let text = item["text"]?.string else { return [] }
            return [.status(text)]
        case "todo_list":
            let steps = item["items"]?.array ?? []
            guard let next = steps.first(where: { $0["completed"]?.bool != true })?["text"]?.string, !isDone else { return [] }
            let done = steps.count { $0["completed"]?.bool == true }
            return [.status("\(done) of \(steps.count) done; next: \(next)")]
        case "error":
            return item["message"]?.string.map { [.warning($0)] } ?? []
        case "command_execution":
            return call(id, "shell", ["command": item["command"] ?? nil], item["aggregated_output"]?.string, item, isDone)
        case "file_change":
            return call(id, "apply_patch", ["changes": item["changes"] ?? nil], nil, item, isDone)
        case "mcp_tool_call":
            let name = [item["server"]?.string, item["tool"]?.string].compactMap(\.self).joined(separator: ".")
            let result = item["error"]?["message"]?.string ?? item["result"]?["content"]?.plainText
            return call(id, name, item["arguments"], result, item, isDone)
        case "collab_tool_call":
            return call(id, item["tool"]?.string ?? "agent", ["prompt": item["prompt"] ?? nil], nil, item, isDone)
        case "web_search":
            return call(id, "web_search", ["query": item["query"] ?? nil], nil, item, isDone)
        default: return []
        }
    }

    private mutating func call(
        _ id: String,
        _ name: String,
        _ arguments: JSONValue?,
        _ result: String?,
        _ item: JSONValue,
        _ isDone: Bool
    ) -> [AgentEvent] {
        var events: [AgentEvent] = []
        // Some items are told of only when they are done.
        if !begun.contains(id) {
            if !isDone, begun.count < Self.limit { begun.insert(id) }
            events.append(.toolStarted(id: id, name: name, arguments: arguments))
        }
        guard isDone else { return events }
        begun.remove(id)
        let isError = ["failed", "declined"].contains(item["status"]?.string ?? "") || (item["exit_code"]?.int ?? 0) != 0
        events.append(.toolEnded(id: id, result: result, isError: isError))
        return events
    }
}
