import LegworkCore
import Testing

@Suite("A schedule")
struct ScheduleTests {
    /// The times after one, as UTC.
    private func times(_ schedule: Schedule, after: String, _ count: Int) throws -> [String] {
        var cursor = try ScheduleText.instant(after, in: schedule.zone)
        var times: [String] = []
        while times.count < count, let next = schedule.next(after: cursor) {
            times.append(next.description.replacing(":00.000Z", with: "Z"))
            cursor = next
        }
        return times
    }

    private func cron(_ expression: String, _ zone: String) throws -> Schedule {
        try Schedule(.cron(CronExpression(expression)), in: TimeZoneDatabase.system.zone(zone), from: Timestamp(milliseconds: 0))
    }

    private func rule(_ text: String, _ zone: String, from start: String) throws -> Schedule {
        let zone = try TimeZoneDatabase.system.zone(zone)
        return try Schedule(.rule(RecurrenceRule(text)), in: zone, from: ScheduleText.instant(start, in: zone))
    }

    @Test(
        "says the next times of a cron expression",
        arguments: [
            ("*/20 9-10 * * *", ["2026-01-31T09:00Z", "2026-01-31T09:20Z", "2026-01-31T09:40Z", "2026-01-31T10:00Z"]),
            ("0 0 29 2 *", ["2028-02-29T00:00Z", "2032-02-29T00:00Z"]),
            ("30 4 1,15 * 5", ["2026-02-01T04:30Z", "2026-02-06T04:30Z", "2026-02-13T04:30Z", "2026-02-15T04:30Z"]),
            ("30 4 */2 * 5", ["2026-02-13T04:30Z", "2026-02-27T04:30Z"]),
            ("5 0 * AUG sun", ["2026-08-02T00:05Z", "2026-08-09T00:05Z"]), ("0 12 * * 7", ["2026-02-01T12:00Z"]),
            ("0 22 * * 1-5", ["2026-02-02T22:00Z"]), ("@monthly", ["2026-02-01T00:00Z", "2026-03-01T00:00Z"]),
            ("59 23 31 12 *", ["2026-12-31T23:59Z", "2027-12-31T23:59Z"]),
        ]
    )
    func cron(_ expression: String, _ expected: [String]) throws {
        #expect(try times(cron(expression, "UTC"), after: "2026-01-31T00:00", expected.count) == expected)
    }

    @Test(
        "says the next times of a recurrence rule",
        arguments: [
            ("FREQ=MONTHLY;BYDAY=1MO", ["2026-02-02T09:30Z", "2026-03-02T09:30Z"]),
            ("FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=8;BYMINUTE=0,30", ["2026-01-30T08:00Z", "2026-01-30T08:30Z", "2026-02-27T08:00Z"]),
            ("FREQ=MONTHLY;BYMONTHDAY=-1", ["2026-01-31T09:30Z", "2026-02-28T09:30Z"]),
            ("FREQ=MONTHLY;BYMONTHDAY=31", ["2026-01-31T09:30Z", "2026-03-31T09:30Z"]),
            ("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", ["2026-02-13T09:30Z", "2026-03-13T09:30Z", "2026-11-13T09:30Z"]),
            ("FREQ=MONTHLY;INTERVAL=5", ["2026-01-15T09:30Z", "2026-06-15T09:30Z"]),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO", ["2026-01-18T09:30Z", "2026-01-27T09:30Z", "2026-02-01T09:30Z"]),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU", ["2026-01-25T09:30Z", "2026-01-27T09:30Z", "2026-02-08T09:30Z"]),
            ("FREQ=DAILY;INTERVAL=10;COUNT=3", ["2026-01-15T09:30Z", "2026-01-25T09:30Z", "2026-02-04T09:30Z"]),
            ("FREQ=DAILY;UNTIL=20260116", ["2026-01-15T09:30Z", "2026-01-16T09:30Z"]),
            ("FREQ=DAILY;UNTIL=20260116T092959Z", ["2026-01-15T09:30Z"]),
            ("rrule:freq=hourly; interval=7; byday=th", ["2026-01-15T09:30Z", "2026-01-15T16:30Z", "2026-01-15T23:30Z"]),
            ("FREQ=HOURLY;BYHOUR=9,11;BYMINUTE=15,45", ["2026-01-15T09:45Z", "2026-01-15T11:15Z"]),
        ]
    )
    func rule(_ text: String, _ expected: [String]) throws {
        let schedule = try rule(text, "UTC", from: "2026-01-15T09:30")
        let ends = text.contains("COUNT") || text.contains("UNTIL")
        #expect(try times(schedule, after: "2026-01-01T00:00", expected.count + (ends ? 1 : 0)) == expected)
    }

    @Test(
        "lets a missing time happen once, at the first instant after the gap, and a doubled one the first time",
        arguments: [
            // Berlin: 02:00 becomes 03:00 on the 29th of March, 03:00 becomes 02:00 on the 25th of October.
            ("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00", ["2026-03-28T01:30Z", "2026-03-29T01:00Z", "2026-03-30T00:30Z"]),
            ("*/20 2 * * *", "Europe/Berlin", "2026-03-29T00:00", ["2026-03-29T01:00Z", "2026-03-30T00:00Z"]),
            ("0 3 * * *", "Europe/Berlin", "2026-03-28T12:00", ["2026-03-29T01:00Z", "2026-03-30T01:00Z"]),
            ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00", ["2026-10-25T00:30Z", "2026-10-26T01:30Z"]),
            ("0 2,3 * * *", "Europe/Berlin", "2026-10-24T12:00", ["2026-10-25T00:00Z", "2026-10-25T02:00Z", "2026-10-26T01:00Z"]),
            // New York: 02:00 becomes 03:00 on the 8th of March, 02:00 becomes 01:00 on the 1st of November.
            ("15 2 * * *", "America/New_York", "2026-03-07T12:00", ["2026-03-08T07:00Z", "2026-03-09T06:15Z"]),
            ("15 1 * * *", "America/New_York", "2026-10-31T12:00", ["2026-11-01T05:15Z", "2026-11-02T06:15Z"]),
            // Lord Howe: 02:00 becomes 02:30 on the 4th of October, 02:00 becomes 01:30 on the 5th of April.
            ("10 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00", ["2026-10-03T15:30Z", "2026-10-04T15:10Z"]),
            ("40 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00", ["2026-10-03T15:40Z", "2026-10-04T15:40Z"]),
            ("40 1 * * *", "Australia/Lord_Howe", "2026-04-04T12:00", ["2026-04-04T14:40Z", "2026-04-05T15:10Z"]),
            // A day that Samoa left out.
            ("0 12 30 * *", "Pacific/Apia", "2011-12-01T00:00", ["2011-12-30T10:00Z", "2012-01-29T22:00Z"]),
        ]
    )
    func daylightSaving(_ expression: String, _ zone: String, _ after: String, _ expected: [String]) throws {
        #expect(try times(cron(expression, zone), after: after, expected.count) == expected)
        let fields = expression.split(separator: " ")
        guard !fields[0].contains("/"), fields[2] == "*" else { return }
        let rule = try rule("FREQ=DAILY;BYHOUR=\(fields[1]);BYMINUTE=\(fields[0])", zone, from: "2026-01-01T00:00")
        #expect(try times(rule, after: after, expected.count) == expected)
    }

    @Test(
        "follows elapsed time where no hour is named",
        arguments: [
            ("0 * * * *", "Europe/Berlin", "2026-10-25T01:00", 3600, 4), ("*/30 * * * *", "Europe/Berlin", "2026-03-29T01:00", 1800, 5),
            ("0 * * * *", "America/New_York", "2026-11-01T00:00", 3600, 5),
        ]
    )
    func elapsed(_ expression: String, _ zone: String, _ after: String, _ step: Int64, _ count: Int) throws {
        let schedule = try cron(expression, zone)
        let start = try ScheduleText.instant(after, in: schedule.zone)
        let every = try Schedule(.every(.seconds(step)), in: schedule.zone, from: start)
        let hourly = try Schedule(.rule(RecurrenceRule("FREQ=HOURLY")), in: schedule.zone, from: start)
        #expect(try times(schedule, after: after, count) == times(every, after: after, count))
        if step == 3600 { #expect(try times(hourly, after: after, count) == times(every, after: after, count)) }
    }

    @Test("of half an hour's change keeps hours apart by an hour, and minutes where they are named")
    func halfHours() throws {
        let zone = "Australia/Lord_Howe"
        let hourly = try rule("FREQ=HOURLY", zone, from: "2026-10-04T00:15")
        #expect(try times(hourly, after: "2026-10-04T00:15", 3) == ["2026-10-03T14:45Z", "2026-10-03T15:45Z", "2026-10-03T16:45Z"])
        let named = try rule("FREQ=HOURLY;BYMINUTE=45", zone, from: "2026-10-04T00:15")
        #expect(try times(named, after: "2026-10-04T00:15", 3) == ["2026-10-03T14:15Z", "2026-10-03T15:15Z", "2026-10-03T15:45Z"])
        let cron = try cron("45 * * * *", zone)
        #expect(try times(cron, after: "2026-10-04T00:15", 3) == ["2026-10-03T14:15Z", "2026-10-03T15:15Z", "2026-10-03T15:45Z"])
    }

    @Test("repeats in steps from its start, also long after and not before")
    func every() throws {
        let start = Timestamp(milliseconds: 1_800_000_000_250)
        let schedule = try Schedule(.every(.seconds(90)), from: start)
        #expect(schedule.next(after: Timestamp(milliseconds: 0)) == start)
        #expect(schedule.next(after: start) == start + .seconds(90))
        #expect(schedule.next(after: start + .seconds(90 * 1_000_000 + 1)) == start + .seconds(90 * 1_000_001))
        let once = try Schedule(.once(start), from: start)
        #expect(once.next(after: start + .milliseconds(-1)) == start)
        #expect(once.next(after: start) == nil)
    }

    @Test("has an end to every search")
    func horizon() throws {
        let schedule = try cron("0 0 * * *", "Europe/Berlin")
        #expect(schedule.next(after: Timestamp(milliseconds: 7_258_118_400_000)) == nil)
        #expect(schedule.next(after: Timestamp(milliseconds: .max - 5000)) == nil)
        #expect(
            try Schedule(.every(.seconds(1)), from: Timestamp(milliseconds: 0)).next(after: Timestamp(milliseconds: .max - 5000)) == nil
        )
    }

    @Test("knows the changes of clocks of a hundred years to come")
    func future() throws {
        #expect(try times(cron("0 12 1 7 *", "Europe/Berlin"), after: "2126-01-01T00:00", 1) == ["2126-07-01T10:00Z"])
        #expect(try times(cron("0 12 1 7 *", "Australia/Lord_Howe"), after: "2126-01-01T00:00", 1) == ["2126-07-01T01:30Z"])
    }
}
