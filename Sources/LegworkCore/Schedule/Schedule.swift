/// When something happens: once, every so often, or as a cron expression or a recurrence rule says in a time zone.
///
/// A pure calculator. Daylight saving: of what names times of day, a time that is missing in spring happens at the first instant after the
/// gap, and one that comes twice in autumn happens the first time. ``Timing/every(_:)``, hourly rules and cron expressions that leave the
/// hour open follow elapsed time.
public struct Schedule: Sendable {
    /// The kinds of schedule.
    public enum Timing: Sendable, Hashable {
        /// At one instant.
        case once(Timestamp)
        /// Again and again after so much time, counted from the start.
        case every(Duration)
        /// As five fields say.
        case cron(CronExpression)
        /// As a recurrence rule says.
        case rule(RecurrenceRule)
    }

    /// The shortest and the longest time of ``Timing/every(_:)``.
    public static let intervals = Duration.seconds(1)...Duration.seconds(3660 * 86_400)

    /// When.
    public let timing: Timing
    /// Whose clocks.
    public let zone: TimeZoneRules
    /// Nothing happens before; intervals and rules count from here.
    public let start: Timestamp
    private let pattern: RecurrencePattern?
    private let hours: HourlyRecurrence?
    /// The last instant that counts, in seconds since 1970.
    private let end: Int64

    /// Makes a schedule.
    ///
    /// - Throws: ``ScheduleError/Code/neverFires`` when there is no such time from the start on, ``ScheduleError/Code/invalid`` for an interval
    ///   beyond ``intervals``.
    public init(_ timing: Timing, in zone: TimeZoneRules = .utc, from start: Timestamp) throws(ScheduleError) {
        self.timing = timing
        self.zone = zone
        self.start = start
        let first = Self.seconds(from: start)
        var (pattern, hours): (RecurrencePattern?, HourlyRecurrence?) = (nil, nil)
        var end = CivilDate.seconds(CivilDate.horizon, 0)
        if case .rule(let rule) = timing {
            if rule.frequency == .hourly {
                hours = HourlyRecurrence(rule, startingAt: first, in: zone)
            } else {
                pattern = RecurrencePattern(rule, startingAt: zone.local(first))
            }
            switch rule.end {
            case nil: break
            case .instant(let instant): end = min(end, instant)
            // The later of two instants with that local time.
            case .local(let local): end = min(end, Self.last(ofLocal: local, in: zone))
            }
            if let count = rule.count { end = min(end, Self.last(count, pattern, hours, first, zone) ?? end) }
        }
        (self.pattern, self.hours, self.end) = (pattern, hours, end)
        if case .every(let interval) = timing, !Self.intervals.contains(interval) {
            throw ScheduleError(.invalid, "an interval is from 1 second to 10 years")
        }
        guard next(after: Timestamp(milliseconds: start.milliseconds - 1)) != nil else {
            throw ScheduleError(.neverFires, "it never happens from \(start) on; mend the rule, its start or its end")
        }
    }

    /// The first time after a given one; nil when there is none any more.
    public func next(after time: Timestamp) -> Timestamp? {
        switch timing {
        case .once(let at): return at > time ? at : nil
        case .every(let interval): return nextInterval(interval, after: time)
        case .cron, .rule:
            // Times are whole seconds, so that the next one is at or after the next second.
            let second = max(time.milliseconds.flooredQuotient(1000) + 1, Self.seconds(from: start))
            guard let instant = instant(from: second), instant <= end else { return nil }
            return Timestamp(milliseconds: instant * 1000)
        }
    }

    private func nextInterval(_ interval: Duration, after time: Timestamp) -> Timestamp? {
        if time < start { return start }
        let step = max(1, interval.milliseconds)
        let passed = (time.milliseconds - start.milliseconds) / step
        let next = start.milliseconds + (passed + 1) * step
        return next / 1000 < end ? Timestamp(milliseconds: next) : nil
    }

    private func instant(from second: Int64) -> Int64? {
        if let hours { return hours.next(from: second) }
        if let pattern { return instant(of: pattern, from: second) }
        guard case .cron(let cron) = timing else { return nil }
        return cron.followsElapsedTime ? elapsed(cron, from: second) : instant(of: cron, from: second)
    }

    /// The first instant, from one on, with a local time of a pattern.
    private func instant(of pattern: some LocalPattern, from second: Int64) -> Int64? {
        // In a gap the local time of the first instant after it comes later than those that are missing.
        var local = zone.local(second - 1) + 1
        while let found = pattern.next(from: local) {
            let instant = zone.instant(ofLocal: found)
            if instant >= second { return instant }
            local = found + 1
        }
        return nil
    }

    /// The same for a pattern that follows elapsed time: every local time counts whenever a clock shows it.
    private func elapsed(_ pattern: some LocalPattern, from second: Int64) -> Int64? {
        var from = second
        while true {
            let offset = zone.offset(at: from)
            guard let local = pattern.next(from: from + offset) else { return nil }
            let change = zone.nextChange(after: from) ?? .max
            if local - offset < change { return local - offset }
            from = change
        }
    }

    private static func last(ofLocal local: Int64, in zone: TimeZoneRules) -> Int64 {
        let first = zone.instant(ofLocal: local)
        guard let change = zone.nextChange(after: first) else { return first }
        let second = local - zone.offset(at: change)
        return second >= change ? second : first
    }

    /// The instant of the last of so many times; nil when there are fewer.
    private static func last(
        _ count: Int,
        _ pattern: RecurrencePattern?,
        _ hours: HourlyRecurrence?,
        _ first: Int64,
        _ zone: TimeZoneRules
    ) -> Int64? {
        var cursor = pattern == nil ? first : zone.local(first)
        for index in 1...count {
            guard let found = pattern?.next(from: cursor) ?? hours?.next(from: cursor) else { return nil }
            if index == count { return pattern == nil ? found : zone.instant(ofLocal: found) }
            cursor = found + 1
        }
        return nil
    }

    /// The first whole second at or after a time.
    private static func seconds(from time: Timestamp) -> Int64 { (time.milliseconds + 999).flooredQuotient(1000) }
}
