public import LegworkCore

extension SQLiteTaskStore {
    /// Puts a message into a task's inbox.
    public func send(_ request: SendRequest) async throws(StoreError) -> SendResult {
        let message = try EncodedMessage(request.message)
        return try await writing.run(size: message.row.size) { (writer) throws(StoreError) in try writer.send(request, message) }
    }

    /// Removes the messages that were dealt with and gives the next ones.
    public func take(_ request: TakeRequest) async throws(StoreError) -> TakeReply {
        try await writing.run { (writer) throws(StoreError) in try writer.take(request) }
    }

    /// Reads the messages that could not be delivered.
    public func deadLetters(_ query: DeadLetterQuery) async throws(StoreError) -> [DeadLetter] {
        try await reading.run { (reader) throws(StoreError) in try reader.deadLetters(query) }
    }

    /// Sends a dead letter again.
    public func replay(_ request: ReplayRequest) async throws(StoreError) -> ReplayResult? {
        try await writing.run { (writer) throws(StoreError) in try writer.replay(request) }
    }

    /// Deletes dead letters.
    public func clear(_ query: DeadLetterQuery) async throws(StoreError) -> Int {
        try await writing.run { (writer) throws(StoreError) in try writer.clear(query) }
    }
}
