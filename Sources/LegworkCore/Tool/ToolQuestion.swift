/// One of the things that a tool asks; see ``ToolContext/ask(_:)``.
public struct ToolQuestion: Sendable, Hashable {
    /// Names the question for the task's whole life; nil makes a key.
    public var key: String?
    /// The question, for people and models.
    public var message: String
    /// The JSON Schema that the answer has to fit; nil takes anything.
    public var schema: JSONValue?
    /// What a client of MCP is to do in order to answer; nil puts the question as a form.
    public var request: ClientRequest?

    /// Describes a question.
    public init(_ message: String, schema: JSONValue? = nil, key: String? = nil) {
        self.message = message
        self.schema = schema
        self.key = key
    }

    /// Describes what only a client can do. Its result is the answer.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - message: says what is wanted, to whoever answers in the client's place.
    ///   - key: as for any question.
    public init(_ request: ClientRequest, message: String? = nil, key: String? = nil) {
        self.message = message ?? request.words
        self.request = request
        self.key = key
    }
}

/// What became of a question.
public struct ToolReply: Sendable, Hashable {
    /// The question's key.
    public var key: String
    /// The answer; nil when whoever was asked will not answer.
    public var answer: JSONValue?

    /// Describes a reply.
    public init(key: String, answer: JSONValue?) {
        self.key = key
        self.answer = answer
    }
}
