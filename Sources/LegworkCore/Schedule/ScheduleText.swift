/// A schedule as it is written and kept: exactly one of ``at``, ``every``, ``cron`` and ``rule``, with a zone and a start.
public struct ScheduleText: Sendable, Hashable {
    /// Once: an instant such as `2026-11-20T09:00:00+01:00`, or without an offset a local time.
    public var at: String?
    /// Again and again: `90s`, `15m`, `1h30m`, `2d`.
    public var every: String?
    /// Five fields, see ``CronExpression``.
    public var cron: String?
    /// A recurrence rule, see ``RecurrenceRule``; also `FREQ=ONCE;AT=` with a time as ``at`` has it, and `FREQ=CRON;EXPR=` with five fields, which
    /// are settled as ``at`` and ``cron``.
    public var rule: String?
    /// The name of a time zone; nil for the one that the reader takes.
    public var zone: String?
    /// From when, written as ``at``; nil for the time at which it is read.
    public var start: String?

    /// Describes a schedule.
    public init(
        at: String? = nil,
        every: String? = nil,
        cron: String? = nil,
        rule: String? = nil,
        zone: String? = nil,
        start: String? = nil
    ) {
        self.at = at
        self.every = every
        self.cron = cron
        self.rule = rule
        self.zone = zone
        self.start = start
    }

    /// Reads it.
    ///
    /// - Parameters:
    ///   - now: where it starts unless it says so itself: a rule with the next whole minute, or the next whole hour when it names hours and no
    ///     minutes.
    ///   - zones: where zones are looked up.
    /// - Throws: ``ScheduleError``.
    public func schedule(now: Timestamp, zones: TimeZoneDatabase = .system) throws(ScheduleError) -> Schedule {
        let zone = try zones.zone(zone ?? "UTC")
        let given = try start.map { (text) throws(ScheduleError) in try Self.instant(text, in: zone) }
        switch (at, every, cron, rule) {
        case (let at?, nil, nil, nil):
            let instant = try Self.instant(at, in: zone)
            return try Schedule(.once(instant), in: zone, from: instant)
        case (nil, let every?, nil, nil): return try Schedule(.every(Self.duration(every)), in: zone, from: given ?? now)
        case (nil, nil, let cron?, nil): return try Schedule(.cron(CronExpression(cron)), in: zone, from: given ?? now)
        case (nil, nil, nil, let text?):
            if let plain = try plainForm(of: text) { return try plain.schedule(now: now, zones: zones) }
            let rule = try RecurrenceRule(text)
            let unit: Int64 = rule.namesHoursOnly ? 3600 : 60
            let local = zone.local((now.milliseconds + 999).flooredQuotient(1000))
            let next = zone.instant(ofLocal: (local + unit - 1).flooredQuotient(unit) * unit)
            return try Schedule(.rule(rule), in: zone, from: given ?? Timestamp(milliseconds: next * 1000))
        default: throw ScheduleError(.invalid, "say when with exactly one of at, every, cron and rrule")
        }
    }

    /// The same with everything said, so that it means the same whenever it is read.
    package func settled(as schedule: Schedule) -> ScheduleText {
        var text = self
        text.zone = schedule.zone.identifier
        text.start = nil
        text.rule = nil
        switch schedule.timing {
        case .once(let at): text.at = at.description
        case .every: text.start = schedule.start.description
        case .cron(let cron):
            text.cron = cron.description
            text.start = schedule.start.description
        case .rule(let rule):
            text.rule = rule.description
            text.start = schedule.start.description
        }
        return text
    }

    /// In one line, for people.
    public var line: String {
        let place = zone.map { " (\($0))" } ?? ""
        if let at { return "at \(at)" }
        if let every { return "every \(every)" }
        return (cron.map { "cron \($0)" } ?? rule ?? "never") + place
    }

    // MARK: JSON

    /// As JSON: `at`, `every`, `cron` or `rrule`, then `time_zone` and `start`.
    public var object: JSONObject {
        var object = JSONObject()
        object["at"] = at.map(JSONValue.string)
        object["every"] = every.map(JSONValue.string)
        object["cron"] = cron.map(JSONValue.string)
        object["rrule"] = rule.map(JSONValue.string)
        object["time_zone"] = zone.map(JSONValue.string)
        object["start"] = start.map(JSONValue.string)
        return object
    }

    /// Reads ``object``; members of other names and types are passed over.
    public init(object: JSONObject) {
        self.init(
            at: object["at"]?.string,
            every: object["every"]?.string,
            cron: object["cron"]?.string,
            rule: object["rrule"]?.string,
            zone: object["time_zone"]?.string,
            start: object["start"]?.string
        )
    }
}
