/// An hourly rule with its start: every so many hours of elapsed time, of which the local time decides whether they count.
struct HourlyRecurrence: Sendable {
    /// How far a search looks: many rules of hours that never come would keep it busy for long.
    private static let horizon: Int64 = 10 * 366 * CivilDate.secondsPerDay

    private let rule: RecurrenceRule
    private let zone: TimeZoneRules
    private let start: Int64
    /// The instant at which the start's own hour began, when minutes are named; else the start.
    private let base: Int64

    init(_ rule: RecurrenceRule, startingAt start: Int64, in zone: TimeZoneRules) {
        self.rule = rule
        self.zone = zone
        self.start = start
        base = rule.minutes.isEmpty ? start : start - zone.local(start).flooredRemainder(3600)
    }

    /// The first instant at or after one; nil when none is found within ten years.
    func next(from instant: Int64) -> Int64? {
        let first = max(instant, start)
        let step = Int64(rule.interval) * 3600
        var hour = base + max(0, (first - base).flooredQuotient(step)) * step
        let limit = min(first + Self.horizon, CivilDate.seconds(CivilDate.horizon, 0))
        while hour < limit {
            if let found = instants(in: hour).first(where: { $0 >= first }) { return found }
            hour += step
        }
        return nil
    }

    /// The instants within the hour that begins at one.
    private func instants(in hour: Int64) -> [Int64] {
        guard !rule.minutes.isEmpty else { return counts(hour) ? [hour] : [] }
        // Most hours that do not count are passed over at once.
        guard counts(hour) || counts(hour + 3599) else { return [] }
        var found: [Int64] = []
        var seen: Set<Int> = []
        let second = start.flooredRemainder(60)
        // Clocks are set by half hours too, so that a minute may be missing within an hour, or come twice.
        for minute in 0..<60 {
            let instant = hour + Int64(minute) * 60 + second
            let localMinute = Int(zone.local(instant).flooredRemainder(3600)) / 60
            if rule.minutes.contains(localMinute), counts(instant), seen.insert(localMinute).inserted { found.append(instant) }
        }
        return found
    }

    private func counts(_ instant: Int64) -> Bool {
        let (day, second) = CivilDate.split(zone.local(instant))
        return (rule.hours.isEmpty || rule.hours.contains(second / 3600)) && RecurrencePattern.includes(day, rule.days, rule.monthDays)
    }
}
