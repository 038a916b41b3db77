package import LegworkCore

// How a task is to be queued, as doors and models write it.
extension SubmitOptions {
    /// The members, as the properties of a JSON Schema.
    package static let properties: JSONObject = {
        let milliseconds: JSONValue = ["type": "number", "minimum": 0, "maximum": 31_622_400_000]
        let limits: JSONObject = ["wall_ms": milliseconds, "idle_ms": milliseconds, "queue_ms": milliseconds]
        let retry: JSONObject = [
            "attempts": ["type": "integer", "minimum": 1, "maximum": 1000], "first_ms": milliseconds, "longest_ms": milliseconds,
            "factor": ["type": "number", "minimum": 1, "maximum": 1000], "jitter": ["type": "number", "minimum": 0, "maximum": 1],
        ]
        func described(_ schema: JSONValue, _ text: String) -> JSONValue {
            guard case .object(var object) = schema else { return schema }
            object["description"] = .string(text)
            return .object(object)
        }
        return [
            "queue": described(
                ["type": "string", "minLength": 1, "maxLength": 100],
                "The queue it waits in; 'default' when left out."
            ),
            "priority": described(
                ["type": "integer", "minimum": -1_000_000, "maximum": 1_000_000],
                "Higher goes first; 0 when left out."
            ),
            "delay_ms": described(milliseconds, "How long it is to wait at least."),
            "deadline": described(
                ["type": "string", "format": "date-time", "maxLength": 40],
                "When it has to have ended, as in 2027-01-31T12:00:00.000Z; what is late fails."
            ),
            "limits": described(
                ["type": "object", "properties": .object(limits), "additionalProperties": false],
                "How long an attempt may take (wall_ms), go on without a sign of life (idle_ms), and wait in the queue (queue_ms); 0 is no limit."
            ),
            "retry": described(
                [
                    "type": "object", "properties": .object(retry), "required": ["attempts"], "additionalProperties": false,
                ],
                "How often it is tried in all, and how long the pauses between are."
            ),
            "limit_key": described(
                ["type": "string", "minLength": 1, "maxLength": 256],
                "Tasks of one key share limits: how many at once, how often."
            ),
            "idempotency_key": described(
                ["type": "string", "minLength": 1, "maxLength": 256],
                "A second submission with the same key gives the first one's task."
            ),
            "redirects": RedirectWish.listSchema,
        ]
    }()

    /// Reads options that fit ``properties``.
    ///
    /// - Throws: ``TaskManagerError/Code/invalidArgument`` for a deadline that is no time.
    package init(json: JSONValue) throws(TaskManagerError) {
        self.init()
        queue = json["queue"]?.string ?? TaskRecord.defaultQueue
        priority = json["priority"]?.int ?? 0
        delay = json["delay_ms"]?.milliseconds ?? .zero
        if let text = json["deadline"]?.string {
            guard let time = Timestamp(iso8601: text) else {
                throw TaskManagerError(.invalidArgument, "the deadline '\(text)' is no time; write it as in 2027-01-31T12:00:00.000Z")
            }
            deadline = time
        }
        if let given = json["limits"] {
            limits = TaskLimits(
                wall: given["wall_ms"]?.milliseconds,
                idle: given["idle_ms"]?.milliseconds,
                queue: given["queue_ms"]?.milliseconds
            )
        }
        if let given = json["retry"] {
            let usual = RetryPolicy(attempts: 1)
            retry = RetryPolicy(
                attempts: given["attempts"]?.int ?? 1,
                first: given["first_ms"]?.milliseconds ?? usual.first,
                factor: given["factor"]?.double ?? usual.factor,
                longest: given["longest_ms"]?.milliseconds ?? usual.longest,
                jitter: given["jitter"]?.double ?? usual.jitter
            )
        }
        limitKey = json["limit_key"]?.string
        idempotencyKey = json["idempotency_key"]?.string
        redirects = json["redirects"]?.array.map { $0.map(RedirectWish.init(json:)) } ?? []
    }
}

extension JSONValue {
    fileprivate var milliseconds: Duration? { double.map { .microseconds(Int64(($0 * 1000).rounded())) } }
}
