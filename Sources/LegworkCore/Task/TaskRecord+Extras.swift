extension TaskRecord {
    /// What few tasks have.
    package struct Extras: Sendable, Hashable {
        package var flightKey: String?
        package var metadata: JSONObject
        package var inputs: [InputRequest] = []
        package var inputsAsked = 0
        package var isPinned = false
        package var keepsUntilRead: Bool
        package var readAt: Timestamp?

        package init(flightKey: String? = nil, metadata: JSONObject = JSONObject(), keepsUntilRead: Bool = false) {
            self.flightKey = flightKey
            self.metadata = metadata
            self.keepsUntilRead = keepsUntilRead
        }
    }

    private static let noExtras = Extras()

    package var extras: Extras {
        get { sharedExtras?.value ?? Self.noExtras }
        set { sharedExtras = newValue == Self.noExtras ? nil : Shared(newValue) }
    }

    /// Whether there is anything in ``extras``.
    package var hasExtras: Bool { sharedExtras != nil }

    /// While a live task of the owner has this key, another with it is not started: it finds this one.
    public var flightKey: String? { sharedExtras?.value.flightKey }

    /// What the caller wants kept with the task, such as the agent that does the work.
    public var metadata: JSONObject {
        get { extras.metadata }
        set { extras.metadata = newValue }
    }

    /// What the tool asked for, in the order it asked, answered or not.
    public var inputs: [InputRequest] { sharedExtras?.value.inputs ?? [] }

    /// Whether an answer is still missing.
    public var awaitsInput: Bool { inputs.contains { $0.answer == nil } }

    /// Whether retention leaves the task alone, however old it is.
    public var isPinned: Bool {
        get { sharedExtras?.value.isPinned ?? false }
        set { if newValue != isPinned { extras.isPinned = newValue } }
    }

    /// Whether retention leaves the task alone until its owner has read the result.
    public var keepsUntilRead: Bool { sharedExtras?.value.keepsUntilRead ?? false }

    /// When the owner first read the result, where that was asked for.
    public var readAt: Timestamp? {
        get { sharedExtras?.value.readAt }
        set { if newValue != readAt { extras.readAt = newValue } }
    }

    /// Whether retention leaves the task alone now.
    public var isKept: Bool { isPinned || keepsUntilRead && readAt == nil }

    // MARK: Input

    /// Adds a request for input, under the tool's own key or, without one, under a new key that was never used in this task.
    ///
    /// - Returns: the request, which has its answer already when the same key was answered before (a resumed tool asks again).
    public mutating func ask(_ message: String, schema: JSONValue?, key: String?, at now: Timestamp) -> InputRequest {
        if let key, let index = inputs.firstIndex(where: { $0.key == key }) { return inputs[index] }
        extras.inputsAsked += 1
        var key = key ?? "input-\(extras.inputsAsked)"
        while inputs.contains(where: { $0.key == key }) {
            extras.inputsAsked += 1
            key = "input-\(extras.inputsAsked)"
        }
        let request = InputRequest(key: key, message: message, schema: schema, askedAt: now)
        extras.inputs.append(request)
        return request
    }

    /// Gives an answer to a request that has none.
    ///
    /// - Returns: whether there was such a request.
    public mutating func answer(_ key: String, with value: JSONValue, at now: Timestamp) -> Bool {
        guard let index = inputs.firstIndex(where: { $0.key == key && $0.answer == nil }) else { return false }
        extras.inputs[index].answer = value
        extras.inputs[index].answeredAt = now
        return true
    }

    /// Forgets a request that nobody waits for any more. Its key is not given again.
    public mutating func withdraw(_ key: String) { extras.inputs.removeAll { $0.key == key && $0.answer == nil } }
}

/// What a running tool wants to know from outside.
public struct InputRequest: Sendable, Hashable {
    /// Names the request within its task; never used twice.
    public let key: String
    /// The question, for people and models.
    public let message: String
    /// The JSON Schema that the answer has to fit; nil takes anything.
    public let schema: JSONValue?
    /// When it was asked.
    public let askedAt: Timestamp
    /// The answer, once there is one.
    public package(set) var answer: JSONValue?
    /// When it was answered.
    public package(set) var answeredAt: Timestamp?

    /// Describes a request.
    public init(
        key: String,
        message: String,
        schema: JSONValue? = nil,
        askedAt: Timestamp,
        answer: JSONValue? = nil,
        answeredAt: Timestamp? = nil
    ) {
        self.key = key
        self.message = message
        self.schema = schema
        self.askedAt = askedAt
        self.answer = answer
        self.answeredAt = answeredAt
    }
}
