import LegworkCore

/// How long the texts of a call may be. Every call is checked, so that one that becomes a task later can be recorded.
enum CallLimits {
    /// The most bytes of a name, and of a queue's.
    private static let name = 100
    /// The most bytes of every other text.
    private static let text = 256

    static func check(_ caller: Caller) throws(TaskManagerError) {
        try check(caller.owner.name, Owner.maximumLength, "owner")
        guard let origin = caller.origin else { return }
        try check(origin.platform, text, "platform of the origin")
        try check(origin.channel, text, "channel of the origin")
        try check(origin.user, text, "user of the origin")
        try check(origin.session, text, "session of the origin")
    }

    static func check(_ options: CallOptions) throws(TaskManagerError) {
        try check(name: options.name)
        try check(options.idempotencyKey, text, "idempotency key")
        try check(options.flightKey, text, "flight key")
        try check(options.metadata)
        try check(options.lineage)
    }

    static func check(_ options: SubmitOptions) throws(TaskManagerError) {
        try check(name: options.name)
        try check(options.queue, name, "queue")
        try check(options.limitKey, text, "limit key")
        try check(options.delay, .seconds(366 * 24 * 3600), "delay")
        try check(options.limits.wall, RetryPolicy.greatestPause * 4, "wall limit")
        try check(options.limits.idle, RetryPolicy.greatestPause * 4, "idle limit")
        try check(options.limits.queue, .seconds(366 * 24 * 3600), "queue limit")
        try check(options.idempotencyKey, text, "idempotency key")
        try check(options.flightKey, text, "flight key")
        try check(options.metadata)
        try check(options.lineage)
    }

    private static func check(_ duration: Duration?, _ longest: Duration, _ what: StaticString) throws(TaskManagerError) {
        guard let duration, duration < .zero || duration > longest else { return }
        throw TaskManagerError(.invalidArgument, "the \(what) must be between 0 and \(longest.milliseconds / 1000) seconds")
    }

    static func check(queue: String) throws(TaskManagerError) { try check(queue, name, "queue") }

    static func check(_ request: ScheduleRequest) throws(TaskManagerError) {
        try check(name: request.name)
        if let name = request.name, name.hasPrefix(ScheduleID.marker) {
            throw TaskManagerError(.invalidArgument, "the name '\(name)' would be taken for an id; choose another")
        }
        try check(request.queue, name, "queue")
        try check(request.metadata)
    }

    private static func check(name: String?) throws(TaskManagerError) {
        try check(name, Self.name, "name")
        guard let name else { return }
        if MessageAddress.reservedNames.contains(name) {
            throw TaskManagerError(.invalidArgument, "the name '\(name)' is reserved: it stands for tasks by what they are to each other")
        }
        if name.hasPrefix(TaskID.marker), TaskID.prefix(from: name) != nil {
            throw TaskManagerError(.invalidArgument, "the name '\(name)' would be taken for the beginning of an id; choose another")
        }
        if name.hasPrefix(MessageAddress.agentMarker) {
            throw TaskManagerError(.invalidArgument, "the name '\(name)' would be taken for another owner's task; choose another")
        }
    }

    private static func check(_ metadata: JSONObject) throws(TaskManagerError) {
        if let excess = JSONValue.object(metadata).excess(bytes: 64 << 10) {
            throw TaskManagerError(.invalidArgument, "the metadata cannot be taken: \(excess)")
        }
    }

    /// Whether a task that comes from elsewhere can keep its name. It may look like the beginning of an id: a name comes before that.
    static func mayKeep(name: String) -> Bool {
        isName(name) && !MessageAddress.reservedNames.contains(name) && TaskID(name) == nil
    }

    /// Whether a text can be a task's name.
    static func isName(_ text: String) -> Bool { (1...name).contains(text.utf8.count) && isPrintable(text) }

    static func check(_ sender: TaskMessage.Sender) throws(TaskManagerError) {
        try check(sender.owner.name, Owner.maximumLength, "owner")
        try check(sender.name, text, "name of the sender")
    }

    static func check(_ id: MessageID) throws(TaskManagerError) { try check(id.text, MessageID.maximumLength, "id of the message") }

    /// Checks the key that a tool gives its question.
    static func check(inputKey key: String) throws(TaskManagerError) {
        try check(key, InputLimits.keyBytes, "key of the question")
        guard !key.hasPrefix(InputRequest.madeKeyMarker) else {
            throw TaskManagerError(
                .invalidArgument,
                "the key of a question must not begin with '\(InputRequest.madeKeyMarker)'; keys that are made for tools which give none do"
            )
        }
    }

    static func check(noticeKey key: String?) throws(TaskManagerError) { try check(key, text, "key of a notice") }

    private static func check(_ lineage: Lineage) throws(TaskManagerError) {
        try check(lineage.run, text, "run")
        try check(lineage.call, text, "call")
        try check(lineage.agent, text, "agent")
    }

    private static func check(_ text: String?, _ limit: Int, _ what: StaticString) throws(TaskManagerError) {
        guard let text else { return }
        let count = text.utf8.count
        guard count > 0, count <= limit, isPrintable(text) else {
            throw TaskManagerError(.invalidArgument, "the \(what) must be a text of 1 to \(limit) bytes without control characters")
        }
    }

    private static func isPrintable(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            // Without a branch for each byte, for every call comes through here.
            var hasControl = false
            for byte in bytes { hasControl = hasControl || byte < 0x20 || byte == 0x7F }
            return !hasControl
        }
    }
}
