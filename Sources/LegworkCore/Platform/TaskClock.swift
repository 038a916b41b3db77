/// The time, as the rest of the house reads it. Tests supply their own.
public protocol TaskClock: Sendable {
    /// The wall clock, for records.
    var now: Timestamp { get }
    /// Time since some fixed moment; never goes back.
    var uptime: Duration { get }
    /// Waits until ``uptime`` has reached a value.
    ///
    /// - Throws: `CancellationError` when the waiting Swift task is cancelled.
    func sleep(until uptime: Duration) async throws
}

/// The machine's clocks.
public struct SystemClock: TaskClock {
    private static let origin = ContinuousClock.now

    /// Makes a clock.
    public init() {}

    /// The wall clock.
    public var now: Timestamp { .now }

    /// Time since the first use in this process, suspended time included.
    public var uptime: Duration { Self.origin.duration(to: .now) }

    /// Waits on the continuous clock.
    public func sleep(until uptime: Duration) async throws {
        try await ContinuousClock().sleep(until: Self.origin.advanced(by: uptime), tolerance: .zero)
    }
}
