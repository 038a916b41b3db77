/// How many tasks of a queue may be executed at once, and how often. nil means without limit.
public struct QueuePolicy: Sendable, Hashable {
    /// How many at once.
    public var concurrency: Int?
    /// How many at once of one owner.
    public var perOwner: Int?
    /// How many at once of one tool.
    public var perTool: Int?
    /// How many at once of one limit key. Tasks without a key are not counted.
    public var perKey: Int?
    /// How often tasks of one limit key may begin. Tasks without a key are not counted.
    public var rate: RateLimit?

    /// Describes a policy.
    public init(concurrency: Int? = nil, perOwner: Int? = nil, perTool: Int? = nil, perKey: Int? = nil, rate: RateLimit? = nil) {
        self.concurrency = concurrency.map { max(1, $0) }
        self.perOwner = perOwner.map { max(1, $0) }
        self.perTool = perTool.map { max(1, $0) }
        self.perKey = perKey.map { max(1, $0) }
        self.rate = rate
    }

    /// No limits.
    public static let unlimited = QueuePolicy()
}

/// How often something may begin: a bucket of tokens that fills over time.
public struct RateLimit: Sendable, Hashable {
    /// How many in each ``period``.
    public var count: Int
    /// The time in which the bucket gets ``count`` tokens.
    public var period: Duration
    /// How many may begin together after a rest.
    public var burst: Int

    /// Describes a rate; a burst of nil is the count.
    public init(_ count: Int, per period: Duration, burst: Int? = nil) {
        self.count = max(1, count)
        self.period = max(.milliseconds(1), period)
        self.burst = max(1, burst ?? count)
    }

    /// The longest period that is heeded, in milliseconds, so that no sum of times overflows.
    private static let longestPeriod: Int64 = 366 * 24 * 3_600_000

    /// The time in which one token comes, in microseconds.
    var interval: Int64 { max(1, min(period.milliseconds, Self.longestPeriod) * 1000 / Int64(max(1, count))) }

    /// The time in which an empty bucket gets all tokens but one, in microseconds.
    var depth: Int64 { min(Int64(max(1, burst) - 1), .max / 4 / interval) * interval }
}
