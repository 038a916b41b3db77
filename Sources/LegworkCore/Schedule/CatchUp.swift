/// What becomes of the times that passed while nobody was there to heed them.
public enum CatchUp: String, Sendable, Hashable, CaseIterable {
    /// They are over. A time counts as heeded when it is at most ``Schedule/grace`` late.
    case skip
    /// The latest of them happens now, once.
    case latest
    /// Each happens now, in order, the latest ``Schedule/maximumCatchUp`` of them.
    case all
}

/// What is to happen now, and when to look again.
package struct DueTimes: Sendable, Hashable {
    /// The times to heed, in order.
    package var times: [Timestamp]
    /// The next one; nil when there are no more.
    package var next: Timestamp?

    package init(times: [Timestamp], next: Timestamp?) {
        self.times = times
        self.next = next
    }
}

extension Schedule {
    /// How late a time may be heeded that is to be skipped when it was missed.
    public static let grace = Duration.seconds(60)
    /// The most missed times that are made up for.
    public static let maximumCatchUp = 100

    /// Decides about the times that have come since a schedule was last looked at.
    ///
    /// - Parameters:
    ///   - first: the first that has not been heeded.
    ///   - now: the time.
    ///   - policy: what becomes of those that were missed.
    package func due(from first: Timestamp, now: Timestamp, _ policy: CatchUp) -> DueTimes {
        guard first <= now else { return DueTimes(times: [], next: first) }
        var times = latest(policy == .all ? Self.maximumCatchUp : 1, from: first, through: now)
        if policy == .skip, let latest = times.last, now - latest > Self.grace { times = [] }
        return DueTimes(times: times, next: next(after: now))
    }

    /// The latest times up to now, found from the end: there may have been a great many.
    private func latest(_ count: Int, from first: Timestamp, through now: Timestamp) -> [Timestamp] {
        var width = Duration.seconds(60)
        while true {
            let begin = max(first, now + (.zero - width))
            var times: [Timestamp] = []
            var cursor = Timestamp(milliseconds: begin.milliseconds - 1)
            while let time = next(after: cursor), time <= now {
                times.append(time)
                cursor = time
            }
            // What was announced counts, even if the rules of its zone have changed since.
            if begin == first, times.first != first { times.insert(first, at: 0) }
            if times.count >= count || begin == first { return Array(times.suffix(count)) }
            width = width * 4
        }
    }
}
