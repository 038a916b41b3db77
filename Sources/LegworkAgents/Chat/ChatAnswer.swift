import LegworkCore

/// A call that a model wants.
struct ChatToolCall: Sendable, Hashable {
    /// Names it within the conversation.
    var id: String
    /// The tool, as the model was told its name.
    var name: String
    /// The arguments as the model wrote them; perhaps no JSON at all.
    var arguments: String

    /// As the conversation has it.
    var json: JSONValue {
        [
            "id": .string(id), "type": "function",
            "function": ["name": .string(name), "arguments": .string(arguments)],
        ]
    }
}

/// A whole answer of a model.
struct ChatAnswer: Sendable, Hashable {
    var text: String
    var calls: [ChatToolCall]
    var usage: AgentUsage?
    var finishReason: String?
    /// The model that answered, by its own words.
    var model: String?
}
