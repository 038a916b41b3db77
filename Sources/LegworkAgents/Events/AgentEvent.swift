public import LegworkCore

/// What an agent says of its work, whichever program it is.
public enum AgentEvent: Sendable, Hashable {
    /// It has begun or resumed a session, by which it can be resumed.
    case session(id: String, model: String?)
    /// It said something, whole. The last message is the result, unless its ending has another.
    case message(String)
    /// The next piece of a message that is being said.
    case messagePart(String)
    /// It began to call a tool of its own.
    case toolStarted(id: String, name: String, arguments: JSONValue?)
    /// A call has ended.
    case toolEnded(id: String, result: String?, isError: Bool)
    /// What it is doing.
    case status(String)
    /// Something that does not end the work, but that somebody may want to know.
    case warning(String)
    /// It is done.
    case ended(AgentEnding)
}

/// How an agent says that its work went.
public struct AgentEnding: Sendable, Hashable {
    /// The result, where the ending has one of its own.
    public var text: String?
    /// What went wrong; nil when nothing did.
    public var error: String?
    /// What its models read and wrote.
    public var usage: AgentUsage?
    /// What it cost, in US dollars.
    public var cost: Double?
    /// How many answers of its model it took.
    public var turns: Int?

    /// Describes an ending.
    public init(text: String? = nil, error: String? = nil, usage: AgentUsage? = nil, cost: Double? = nil, turns: Int? = nil) {
        self.text = text
        self.error = error
        self.usage = usage
        self.cost = cost
        self.turns = turns
    }
}
