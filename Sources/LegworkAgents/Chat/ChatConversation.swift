import LegworkCore

/// What has been said, as the endpoint is sent it, and the way to make it shorter.
struct ChatConversation: Sendable, Hashable {
    /// What an older result is shortened to, in bytes.
    private static let shortLength = 400
    /// What a result of the last turn is shortened to, when all older ones are short already.
    private static let lastLength = 4000

    private(set) var messages: [JSONValue]
    /// How many bytes make a token: a guess, until an endpoint has counted.
    private var bytesPerToken = 3.5

    init(messages: [JSONValue]) { self.messages = messages }

    mutating func add(_ message: JSONValue) { messages.append(message) }

    /// The ids of all calls.
    var callIDs: Set<String> {
        Set(messages.flatMap { $0["tool_calls"]?.array ?? [] }.compactMap { $0["id"]?.string })
    }

    var bytes: Int { messages.reduce(0) { $0 + Self.size($1) } }

    /// About how many tokens it has, with so many bytes beside it.
    func tokens(beside others: Int) -> Int { Int(Double(bytes + others) / bytesPerToken) }

    /// Learns how many tokens the endpoint has counted.
    mutating func learn(tokens: Int, beside others: Int) {
        guard tokens > 100 else { return }
        bytesPerToken = min(8, max(1, Double(bytes + others) / Double(tokens)))
    }

    /// Shortens results of tools, the oldest first, until it has at most so many tokens.
    ///
    /// - Returns: whether it has.
    mutating func shorten(to tokens: Int, beside others: Int) -> Bool {
        let lastAnswer = messages.lastIndex { $0["role"] == "assistant" } ?? messages.endIndex
        for (range, length) in [(messages.startIndex..<lastAnswer, Self.shortLength), (messages.indices, Self.lastLength)] {
            for index in range where messages[index]["role"] == "tool" {
                if self.tokens(beside: others) <= tokens { return true }
                shorten(index, to: length)
            }
        }
        return self.tokens(beside: others) <= tokens
    }

    private mutating func shorten(_ index: Int, to length: Int) {
        guard case .object(var message) = messages[index], let text = message["content"]?.string, text.utf8.count > length + 100 else {
            return
        }
        message["content"] = .string(Self.cut(text, to: length))
        messages[index] = .object(message)
    }

    /// The beginning of a text, and how much is missing.
    static func cut(_ text: String, to length: Int) -> String {
        if text.utf8.count <= length { return text }
        return text.truncated(toBytes: length) + "\n[shortened: this was \(text.utf8.count) bytes]"
    }

    private static func size(_ message: JSONValue) -> Int {
        var size = 20 + (message["content"]?.string?.utf8.count ?? 0)
        for call in message["tool_calls"]?.array ?? [] {
            size += 40 + (call["function"]?["arguments"]?.string?.utf8.count ?? 0) + (call["function"]?["name"]?.string?.utf8.count ?? 0)
        }
        return size
    }
}
