import LegworkCore

extension TaskRecord.Extras {
    /// What stands in `bodies`; nil when there is nothing, the flight key aside, which has a column of its own.
    var stored: JSONValue? {
        var object = JSONObject()
        if !metadata.isEmpty { object["metadata"] = .object(metadata) }
        if !inputs.isEmpty { object["inputs"] = .array(inputs.map(\.stored)) }
        if inputsAsked != 0 { object["inputsAsked"] = JSONValue(inputsAsked) }
        if isPinned { object["isPinned"] = true }
        if keepsUntilRead { object["keepsUntilRead"] = true }
        if isWatcher { object["isWatcher"] = true }
        if losses != 0 { object["losses"] = JSONValue(losses) }
        if let readAt { object["readAt"] = .integer(readAt.milliseconds) }
        if let deadline = terms.deadline { object["deadline"] = .integer(deadline.milliseconds) }
        object["wallLimit"] = terms.limits.wall.map { .integer($0.milliseconds) }
        object["idleLimit"] = terms.limits.idle.map { .integer($0.milliseconds) }
        object["queueLimit"] = terms.limits.queue.map { .integer($0.milliseconds) }
        object["retry"] = terms.retry?.stored
        if !evidence.isEmpty { object["evidence"] = .object(evidence.json) }
        if !redirects.isEmpty { object["redirects"] = .array(redirects.map(\.stored)) }
        if redirectsAdded != 0 { object["redirectsAdded"] = JSONValue(redirectsAdded) }
        return object.isEmpty ? nil : .object(object)
    }

    /// Reads what was stored, and adds what has a column of its own.
    init(stored json: JSONValue, flightKey: String?) throws(RowDamage) {
        guard let object = json.object else { throw RowDamage("its extras are no object") }
        self.init(
            flightKey: flightKey,
            metadata: object["metadata"]?.object ?? JSONObject(),
            keepsUntilRead: object["keepsUntilRead"]?.bool ?? false
        )
        if let stored = object["inputs"] {
            guard let stored = stored.array else { throw RowDamage("its inputs are no array") }
            inputs = []
            for input in stored { inputs.append(try InputRequest(stored: input)) }
        }
        inputsAsked = object["inputsAsked"]?.int ?? 0
        isPinned = object["isPinned"]?.bool ?? false
        readAt = object["readAt"]?.time
        evidence = object["evidence"].map(Evidence.init(json:)) ?? Evidence()
        isWatcher = object["isWatcher"]?.bool ?? false
        losses = object["losses"]?.int ?? 0
        terms.deadline = object["deadline"]?.time
        terms.limits = TaskLimits(
            wall: object["wallLimit"]?.duration,
            idle: object["idleLimit"]?.duration,
            queue: object["queueLimit"]?.duration
        )
        redirects = try [Redirect](stored: object["redirects"])
        redirectsAdded = object["redirectsAdded"]?.int ?? redirects.map(\.number).max() ?? 0
        if let retry = object["retry"] { terms.retry = try RetryPolicy(stored: retry) }
    }
}

extension RetryPolicy {
    fileprivate var stored: JSONValue {
        [
            "attempts": JSONValue(attempts), "first": .integer(first.milliseconds), "factor": JSONValue(factor),
            "longest": .integer(longest.milliseconds), "jitter": JSONValue(jitter), "appliesToCalls": .bool(appliesToCalls),
        ]
    }

    fileprivate init(stored json: JSONValue) throws(RowDamage) {
        guard let attempts = json["attempts"]?.int, let first = json["first"]?.duration, let longest = json["longest"]?.duration else {
            throw RowDamage("its retry policy is incomplete")
        }
        self.init(
            attempts: attempts,
            first: first,
            factor: json["factor"]?.double ?? 1,
            longest: longest,
            jitter: json["jitter"]?.double ?? 0,
            appliesToCalls: json["appliesToCalls"]?.bool ?? false
        )
    }
}

extension InputRequest {
    fileprivate var stored: JSONValue {
        var object = JSONObject()
        object["key"] = .string(key)
        object["message"] = .string(message)
        object["schema"] = schema
        object["request"] = request?.json
        object["askedAt"] = .integer(askedAt.milliseconds)
        object["answer"] = answer
        object["answeredAt"] = answeredAt.map { .integer($0.milliseconds) }
        object["state"] = .string(state.rawValue)
        return .object(object)
    }

    fileprivate init(stored json: JSONValue) throws(RowDamage) {
        guard let key = json["key"]?.string, let message = json["message"]?.string, let askedAt = json["askedAt"]?.time else {
            throw RowDamage("one of its inputs is incomplete")
        }
        self.init(
            key: key,
            message: message,
            schema: json["schema"],
            request: json["request"].flatMap(ClientRequest.init(json:)),
            askedAt: askedAt,
            answer: json["answer"],
            answeredAt: json["answeredAt"]?.time,
            state: json["state"]?.string.flatMap(State.init)
        )
    }
}

extension JSONValue {
    fileprivate var duration: Duration? { int.map { .milliseconds($0) } }

    fileprivate var time: Timestamp? { int.map { Timestamp(milliseconds: Int64($0)) } }
}
