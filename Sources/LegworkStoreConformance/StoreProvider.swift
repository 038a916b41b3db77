public import LegworkCore

/// What a store's tests supply to have its behaviours checked.
public protocol StoreProvider: Sendable {
    /// Makes an empty store that nobody else uses.
    func makeStore(timeline: TimelineLimit) async throws -> any TaskStore

    /// Closes a store and opens what it stored again; nil where nothing outlives a store.
    func reopen(_ store: any TaskStore, timeline: TimelineLimit) async throws -> (any TaskStore)?

    /// Closes a store and removes what it stored.
    func remove(_ store: any TaskStore) async
}

extension StoreProvider {
    /// Nothing outlives a store.
    public func reopen(_ store: any TaskStore, timeline: TimelineLimit) async throws -> (any TaskStore)? { nil }

    /// Only closes it.
    public func remove(_ store: any TaskStore) async { await store.close() }
}
