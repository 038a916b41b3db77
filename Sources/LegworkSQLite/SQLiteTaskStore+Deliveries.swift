public import LegworkCore

extension SQLiteTaskStore {
    /// Finds the pending deliveries of a channel of which the time has come.
    public func dueDeliveries(_ query: DueDeliveryQuery) async throws(StoreError) -> DueDeliveries { DueDeliveries([], next: nil) }

    /// Replaces a delivery by its next version.
    public func commit(_ change: DeliveryChange) async throws(StoreError) -> DeliveryCommitResult { .stale(nil) }

    /// Reads deliveries.
    public func deliveries(_ query: DeliveryQuery) async throws(StoreError) -> DeliveryPage { DeliveryPage([], next: nil) }

    /// Deletes deliveries.
    public func delete(_ query: DeliveryQuery) async throws(StoreError) -> Int { 0 }

    /// Reads how much lies there for each channel.
    public func channelStandings(_ scope: Scope) async throws(StoreError) -> [ChannelStanding] { [] }
}
