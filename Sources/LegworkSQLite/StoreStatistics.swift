public import LegworkCore

/// What a store has written since it was opened.
public struct StoreStatistics: Sendable, Hashable {
    /// How long transactions took, each with one sync to the disk.
    public private(set) var transactions = DurationHistogram()
    /// How many requests they were of.
    public private(set) var requests = 0

    mutating func record(_ count: Int, in duration: Duration) {
        transactions.record(duration)
        requests += count
    }
}
