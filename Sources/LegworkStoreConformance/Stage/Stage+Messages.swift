import LegworkCore

extension Stage {
    /// A message in the making.
    static func message(
        _ text: String = "go on",
        id: MessageID = .random(),
        from owner: Owner = "ann",
        at now: Timestamp = start
    ) -> TaskMessage {
        TaskMessage(id: id, from: TaskMessage.Sender(owner: owner, name: "person"), .string(text), at: now)
    }

    /// Records a task with an inbox and claims it.
    func addListening(
        lease: Lease = lease(),
        file: String = #fileID,
        line: Int = #line,
        _ change: (inout Draft) -> Void = { _ in }
    ) async throws -> TaskRecord {
        try await addRunning(lease: lease, file: file, line: line) { draft in
            draft.hasInbox = true
            change(&draft)
        }
    }

    /// Sends a message as the operator.
    func send(_ message: TaskMessage, to id: TaskID, limit: InboxLimit = .standard) async throws -> SendResult {
        try await store.send(SendRequest(message, to: id, in: .operator, limit: limit))
    }

    /// Sends texts one after the other, which has to succeed.
    @discardableResult
    func send(_ texts: [String], to id: TaskID, file: String = #fileID, line: Int = #line) async throws -> [TaskMessage] {
        try await texts.asyncMap { text in
            let message = Self.message(text)
            guard case .queued = try await send(message, to: id) else {
                throw ConformanceFailure("the message '\(text)' was not queued", file: file, line: line)
            }
            return message
        }
    }

    /// Takes the next messages of a running task, which has to succeed.
    func take(
        _ record: TaskRecord,
        acknowledging: Int = 0,
        limit: Int = 100,
        deliveries: Int = 5,
        now: Timestamp = start,
        file: String = #fileID,
        line: Int = #line
    ) async throws -> [TaskMessage] {
        let token = try require(record.lease?.token, "the lease", file: file, line: line)
        let request = TakeRequest(
            record.id,
            token: token,
            acknowledging: acknowledging,
            limit: limit,
            maximumDeliveries: deliveries,
            now: now
        )
        switch try await store.take(request) {
        case .messages(let messages): return messages
        case .lost: throw ConformanceFailure("the task is lost to its own attempt", file: file, line: line)
        }
    }

    /// The dead letters that a scope may see.
    func letters(_ scope: Scope = .operator) async throws -> [DeadLetter] { try await store.deadLetters(DeadLetterQuery(in: scope)) }

    /// Makes dead letters: a task gets texts and ends without reading them.
    func addLetters(_ texts: [String], from owner: Owner = "ann", _ change: (inout Draft) -> Void = { _ in }) async throws -> [DeadLetter] {
        let before = Set(try await letters().map(\.number))
        let task = try await addListening(change)
        for text in texts { _ = try await send(Self.message(text, from: owner), to: task.id) }
        try await advance(task, .completed)
        return try await letters().filter { !before.contains($0.number) }
    }
}

extension TaskMessage {
    /// The message as it is given: at its place, and how often that was done.
    func given(at sequence: Int, deliveries: Int = 1) -> TaskMessage {
        var message = self
        message.sequence = sequence
        message.deliveries = deliveries
        return message
    }
}
