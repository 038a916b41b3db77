package import LegworkCore

/// The lines of `gemini --output-format stream-json`, as the documentation of its headless mode describes them.
package struct GeminiLines: AgentLineReader {
    package let saysWhenItEnds = true

    package init() {}

    package mutating func read(_ line: JSONObject) -> [AgentEvent] {
        switch line["type"]?.string {
        case "init":
            line["session_id"]?.string.map { [.session(id: $0, model: line["model"]?.string)] } ?? []
        case "message": message(line)
        case "tool_use":
            line["tool_id"]?.string.map {
                [.toolStarted(id: $0, name: line["tool_name"]?.string ?? "tool", arguments: line["parameters"])]
            } ?? []
        case "tool_result":
            line["tool_id"]?.string.map { id in
                let isError = line["status"]?.string == "error"
                let result = (isError ? line["error"]?["message"]?.string : nil) ?? line["output"]?.plainText
                return [.toolEnded(id: id, result: result, isError: isError)]
            } ?? []
        case "error": line["message"]?.string.map { [.warning($0)] } ?? []
        case "result": [.ended(ending(line))]
        default: []
        }
    }

    private func message(_ line: JSONObject) -> [AgentEvent] {
        guard line["role"]?.string == "assistant", let text = line["content"]?.string, !text.isEmpty else { return [] }
        return [line["delta"]?.bool == true ? .messagePart(text) : .message(text)]
    }

    private func ending(_ line: JSONObject) -> AgentEnding {
        let stats = line["stats"]
        let usage = stats.map {
            AgentUsage(
                inputTokens: $0["input_tokens"]?.int ?? 0,
                cachedInputTokens: $0["cached"]?.int ?? 0,
                outputTokens: $0["output_tokens"]?.int ?? 0
            )
        }
        let isError = line["status"]?.string == "error"
        return AgentEnding(error: isError ? line["error"]?["message"]?.string ?? "failed" : nil, usage: usage)
    }
}
