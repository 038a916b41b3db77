public import LegworkCore

extension SQLiteTaskStore {
    /// Finds the pending deliveries of a channel of which the time has come.
    public func dueDeliveries(_ query: DueDeliveryQuery) async throws(StoreError) -> DueDeliveries {
        try await reading.run { (reader) throws(StoreError) in try reader.dueDeliveries(query) }
    }

    /// Replaces a delivery by its next version.
    public func commit(_ change: DeliveryChange) async throws(StoreError) -> DeliveryCommitResult {
        let delivery = try EncodedDelivery(change.delivery, withContent: false)
        return try await writing.run(size: delivery.size) { (writer) throws(StoreError) in try writer.commit(change, delivery) }
    }

    /// Reads deliveries.
    public func deliveries(_ query: DeliveryQuery) async throws(StoreError) -> DeliveryPage {
        try await reading.run { (reader) throws(StoreError) in try reader.deliveries(query) }
    }

    /// Deletes deliveries.
    public func delete(_ query: DeliveryQuery) async throws(StoreError) -> Int {
        try await writing.run { (writer) throws(StoreError) in try writer.delete(query) }
    }

    /// Reads how much lies there for each channel.
    public func channelStandings(_ scope: Scope) async throws(StoreError) -> [ChannelStanding] {
        try await reading.run { (reader) throws(StoreError) in try reader.channelStandings(scope) }
    }
}
