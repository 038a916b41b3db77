public import LegworkCore

extension FaultyStore {
    /// Passes it on.
    public func dueDeliveries(_ query: DueDeliveryQuery) async throws(StoreError) -> DueDeliveries {
        try await pass(.dueDeliveries) { () throws(StoreError) in try await inner.dueDeliveries(query) }
    }

    /// Passes it on.
    public func commit(_ change: DeliveryChange) async throws(StoreError) -> DeliveryCommitResult {
        try await pass(.commitDelivery) { () throws(StoreError) in try await inner.commit(change) }
    }

    /// Passes it on.
    public func deliveries(_ query: DeliveryQuery) async throws(StoreError) -> DeliveryPage {
        try await pass(.deliveries) { () throws(StoreError) in try await inner.deliveries(query) }
    }

    /// Passes it on.
    public func delete(_ query: DeliveryQuery) async throws(StoreError) -> Int {
        try await pass(.deleteDeliveries) { () throws(StoreError) in try await inner.delete(query) }
    }

    /// Passes it on.
    public func channelStandings(_ scope: Scope) async throws(StoreError) -> [ChannelStanding] {
        try await pass(.channelStandings) { () throws(StoreError) in try await inner.channelStandings(scope) }
    }
}
