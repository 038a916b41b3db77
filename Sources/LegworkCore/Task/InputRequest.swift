/// What a tool wants to know from outside.
public struct InputRequest: Sendable, Hashable {
    /// Where a request stands.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// The tool waits for the answer.
        case awaited
        /// The attempt that asked is over; an answer is kept until the next one asks again.
        case left
        /// The tool does not want to know any more.
        case withdrawn
        /// The answer is there.
        case answered
        /// Whoever was asked will not answer.
        case declined
    }

    /// What the keys begin with that are made for tools which give none.
    public static let madeKeyMarker = "input-"

    /// Names the request within its task; never used for another.
    public let key: String
    /// The question, for people and models.
    public let message: String
    /// The JSON Schema that the answer has to fit; nil takes anything.
    public let schema: JSONValue?
    /// What a client of MCP does in order to answer; nil for a question that is put as a form.
    public let request: ClientRequest?
    /// When it was asked.
    public let askedAt: Timestamp
    /// The answer, once there is one.
    public package(set) var answer: JSONValue?
    /// When it was answered or declined.
    public package(set) var answeredAt: Timestamp?
    /// Where it stands.
    public package(set) var state: State

    /// Describes a request.
    public init(
        key: String,
        message: String,
        schema: JSONValue? = nil,
        request: ClientRequest? = nil,
        askedAt: Timestamp,
        answer: JSONValue? = nil,
        answeredAt: Timestamp? = nil,
        state: State? = nil
    ) {
        self.key = key
        self.message = message
        self.schema = schema
        self.request = request
        self.askedAt = askedAt
        self.answer = answer
        self.answeredAt = answeredAt
        self.state = state ?? (answer == nil ? .awaited : .answered)
    }

    /// Whether it can be answered.
    public var isOpen: Bool {
        switch state {
        case .awaited, .left: true
        case .withdrawn, .answered, .declined: false
        }
    }
}

extension InputRequest {
    /// The question as a task shows it: `{"key": …, "message": …, "schema"?: …, "request"?: {"method", "params"}}`.
    package var question: JSONValue {
        var asked: JSONObject = ["key": .string(key), "message": .string(message)]
        asked["schema"] = schema
        asked["request"] = request?.json
        return .object(asked)
    }
}
