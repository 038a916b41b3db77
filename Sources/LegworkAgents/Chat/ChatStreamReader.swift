import LegworkCore

/// Puts a model's answer together from the events of a stream, or from one whole body. A value: data in, an answer out.
struct ChatStreamReader: Sendable {
    private struct PartialCall {
        var id = ""
        var name = ""
        var arguments = ""
    }

    private let limit: Int
    private var size = 0
    /// Whether the endpoint has said that nothing follows.
    private(set) var isDone = false
    private var calls: [Int: PartialCall] = [:]
    private var usage: AgentUsage?
    private var finishReason: String?
    private var model: String?
    private(set) var text = ""

    /// - Parameter limit: the most bytes of text and arguments.
    init(limit: Int) { self.limit = limit }

    /// Takes the data of one event.
    mutating func read(_ data: String) throws(ChatFault) {
        if isDone { return }
        if data == "[DONE]" {
            isDone = true
            return
        }
        let chunk: JSONValue
        do {
            chunk = try JSONValue(parsing: data)
        } catch {
            throw ChatFault(.retryable(after: nil), "the model's endpoint sent an event that is no JSON: \(error)")
        }
        if let error = chunk["error"], !error.isNull { throw ChatFault(event: error) }
        try take(chunk, "delta")
    }

    /// Takes a whole answer, from endpoints that do not stream.
    mutating func read(whole body: [UInt8]) throws(ChatFault) {
        guard let answer = try? JSONValue(parsing: body), answer["choices"]?.array?.isEmpty == false else {
            let start = String(decoding: body.prefix(200), as: UTF8.self)
            throw ChatFault(.final, "the model's endpoint answered with something that is no chat completion: \(start)")
        }
        try take(answer, "message")
        isDone = true
    }

    private mutating func take(_ chunk: JSONValue, _ part: String) throws(ChatFault) {
        model = chunk["model"]?.string ?? model
        if let counts = chunk["usage"], !counts.isNull {
            usage = AgentUsage(
                inputTokens: counts["prompt_tokens"]?.int ?? 0,
                cachedInputTokens: counts["prompt_tokens_details"]?["cached_tokens"]?.int ?? 0,
                outputTokens: counts["completion_tokens"]?.int ?? 0
            )
        }
        guard let choice = chunk["choices"]?[0] else { return }
        finishReason = choice["finish_reason"]?.string ?? finishReason
        let piece = choice[part] ?? nil
        if let more = piece["content"]?.string ?? piece["refusal"]?.string {
            try count(more)
            text += more
        }
        for (place, call) in (piece["tool_calls"]?.array ?? []).enumerated() { try take(call, place, isWhole: part == "message") }
    }

    private mutating func take(_ call: JSONValue, _ place: Int, isWhole: Bool) throws(ChatFault) {
        let last = calls.keys.max()
        // Some endpoints leave the index out: then an id that is new begins a call.
        let isNew = call["id"]?.string.map { id in !id.isEmpty && !calls.values.contains { $0.id == id } } ?? (last == nil)
        var index = call["index"]?.int ?? (isWhole ? place : isNew ? (last ?? -1) + 1 : last ?? 0)
        // Others give several calls the same index, each with a name of its own.
        if isNew, let other = calls[index], !other.id.isEmpty, call["function"]?["name"]?.string?.isEmpty == false {
            index = (last ?? index) + 1
        }
        guard (0..<1000).contains(index) else { throw ChatFault(.final, "the model wants too many calls at once") }
        var partial = calls[index] ?? PartialCall()
        if let id = call["id"]?.string, !id.isEmpty { partial.id = id }
        if partial.name.isEmpty, let name = call["function"]?["name"]?.string { partial.name = name }
        let arguments = call["function"]?["arguments"]
        // Some give the arguments as an object and not as text.
        if let more = arguments?.string ?? arguments?.object.map({ JSONValue.object($0).json() }) {
            try count(more)
            partial.arguments += more
        }
        calls[index] = partial
    }

    private mutating func count(_ more: String) throws(ChatFault) {
        size += more.utf8.count
        if size > limit { throw ChatFault(.final, "the model's answer is larger than \(limit) bytes, the most that is taken") }
    }

    /// Whether all of the answer is there; what may still come is how many tokens it had.
    var isWhole: Bool { isDone || finishReason != nil }

    /// The answer, when the stream has ended.
    ///
    /// - Throws: when it ended within the answer.
    func finish() throws(ChatFault) -> ChatAnswer {
        guard isWhole else {
            throw ChatFault(.retryable(after: nil), "the connection to the model's endpoint ended within its answer")
        }
        let calls = calls.sorted { $0.key < $1.key }.map { ChatToolCall(id: $1.id, name: $1.name, arguments: $1.arguments) }
        return ChatAnswer(text: text, calls: calls, usage: usage, finishReason: finishReason, model: model)
    }
}
