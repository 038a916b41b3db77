import LegworkCore

/// How often and how long it is tried to deliver something.
public struct DeliveryPolicy: Sendable, Hashable {
    /// The longest that another side can wish to be left alone.
    public static let greatestPause = Duration.seconds(24 * 3600)

    /// How long after the first failure it is tried again.
    public var firstRetry: Duration
    /// By how much each further pause is longer than the one before.
    public var factor: Double
    /// The longest pause.
    public var longestRetry: Duration
    /// By which part a pause may be shorter or longer by chance, 0 to 1.
    public var jitter: Double
    /// How old something may be and still be tried again.
    public var maximumAge: Duration
    /// How many failures of a channel in a row hold back all that is sent there.
    public var failuresToOpen: Int
    /// How long a channel is left alone whose place is gone, or of which the configuration says something wrong.
    public var longestPause: Duration

    /// Describes a policy.
    public init(
        firstRetry: Duration = .seconds(5),
        factor: Double = 4,
        longestRetry: Duration = .seconds(3600),
        jitter: Double = 0.2,
        maximumAge: Duration = .seconds(3 * 24 * 3600),
        failuresToOpen: Int = 5,
        longestPause: Duration = .seconds(15 * 60)
    ) {
        self.firstRetry = firstRetry
        self.factor = factor
        self.longestRetry = longestRetry
        self.jitter = jitter
        self.maximumAge = maximumAge
        self.failuresToOpen = failuresToOpen
        self.longestPause = longestPause
    }

    /// The defaults.
    public static let standard = DeliveryPolicy()

    /// The pause after so many failures in a row.
    ///
    /// - Parameter chance: a number of 0 to 1.
    func pause(after failures: Int, chance: Double) -> Duration {
        let longest = max(0, longestRetry.seconds)
        var seconds = min(max(0.001, firstRetry.seconds), longest)
        for _ in 1..<max(2, min(failures, 64)) where failures > 1 { seconds = min(seconds * max(1, factor), longest) }
        let part = min(max(0, jitter), 1) * (2 * min(max(0, chance), 1) - 1)
        return .microseconds(Int64(min(seconds, Self.greatestPause.seconds * 30) * (1 + part) * 1_000_000))
    }

    /// Whether a delivery is to be tried no more.
    ///
    /// One that somebody wants sent again counts from then: its tries begin anew, and when it is due says when that was.
    func isTooOld(_ delivery: Delivery, at now: Timestamp) -> Bool {
        let start = delivery.tries <= max(1, failuresToOpen) ? max(delivery.createdAt, delivery.dueAt) : delivery.createdAt
        return now - start >= maximumAge
    }

    /// What another side wishes, within bounds.
    static func bounded(_ pause: Duration) -> Duration { min(max(.zero, pause), greatestPause) }
}
