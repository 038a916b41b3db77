/// How long to wait before trying again: not at all the first time, then twice as long each time, up to a limit.
struct Backoff: Sendable {
    private let first: Duration
    private let limit: Duration
    private var failures = 0

    init(first: Duration = .milliseconds(50), limit: Duration = .seconds(2)) {
        self.first = first
        self.limit = limit
    }

    /// Counts a failure, and says how long to wait now.
    mutating func failed() -> Duration {
        defer { failures += 1 }
        if failures == 0 { return .zero }
        // 2^20 times anything sensible is beyond the limit.
        return min(limit, first * (1 << min(failures - 1, 20)))
    }

    /// Forgets all failures.
    mutating func succeeded() { failures = 0 }
}
