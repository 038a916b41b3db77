public import LegworkCore

extension SQLiteTaskStore {
    /// Finds tasks that have waited too long.
    public func waiting(_ query: WaitingQuery) async throws(StoreError) -> WaitingReply {
        try await reading.run { (reader) throws(StoreError) in try reader.waiting(query) }
    }

    /// Opens, pauses or drains a queue.
    public func set(_ update: QueueUpdate) async throws(StoreError) {
        try await writing.run { (writer) throws(StoreError) in try writer.set(update) }
    }

    /// Reads the queues.
    public func queues() async throws(StoreError) -> [QueueStanding] {
        try await reading.run { (reader) throws(StoreError) in try reader.queues() }
    }
}
