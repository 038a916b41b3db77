import LegworkCore
import Testing

@Suite("The text of a schedule")
struct ScheduleTextTests {
    private let now = Timestamp(milliseconds: 1_800_000_017_500)  // 2027-01-15T08:00:17.5Z

    private func first(_ text: ScheduleText) throws -> String {
        try #require(text.schedule(now: now).next(after: now)).description
    }

    @Test("starts where it says, or now: rules with the next whole minute, and the whole hour where only hours are named")
    func starts() throws {
        #expect(try first(ScheduleText(every: "1m30s")) == "2027-01-15T08:01:47.500Z")
        #expect(try first(ScheduleText(every: "1h", start: "2027-01-15T08:30:00+01:00")) == "2027-01-15T08:30:00.000Z")
        #expect(try first(ScheduleText(rule: "FREQ=HOURLY")) == "2027-01-15T08:01:00.000Z")
        #expect(try first(ScheduleText(rule: "FREQ=DAILY;BYHOUR=9", zone: "Europe/Berlin")) == "2027-01-16T08:00:00.000Z")
        #expect(try first(ScheduleText(rule: "FREQ=DAILY;BYHOUR=10", zone: "Europe/Berlin")) == "2027-01-15T09:00:00.000Z")
        #expect(try first(ScheduleText(cron: "0 9 * * *", zone: "America/New_York")) == "2027-01-15T14:00:00.000Z")
        #expect(try first(ScheduleText(cron: "* * * * *", start: "2027-02-01T00:00")) == "2027-02-01T00:00:00.000Z")
        #expect(try first(ScheduleText(at: "2027-07-01T12:00", zone: "Europe/Berlin")) == "2027-07-01T10:00:00.000Z")
        #expect(try first(ScheduleText(at: "2027-07-01 12:00:01.25-0330")) == "2027-07-01T15:30:01.250Z")
    }

    @Test("reads a time or a cron expression that is written as a rule, and settles it as what it is")
    func plainForms() throws {
        for (rule, plain) in [
            ("FREQ=ONCE;AT=2027-07-01T12:00:00Z", ScheduleText(at: "2027-07-01T12:00:00Z")),
            ("rrule: freq=once ; at=2027-07-01T12:00:00+02:00;", ScheduleText(at: "2027-07-01T10:00:00Z")),
            ("AT=2027-07-01T12:00;FREQ=ONCE", ScheduleText(at: "2027-07-01T10:00:00Z")),
            ("FREQ=CRON;EXPR=*/15 9-17 * * mon-fri", ScheduleText(cron: "*/15 9-17 * * mon-fri")),
            ("RRULE:FREQ=CRON;EXPR=@daily", ScheduleText(cron: "0 0 * * *")),
        ] {
            var (given, expected) = (ScheduleText(rule: rule, zone: "Europe/Berlin"), plain)
            expected.zone = given.zone
            let settled = given.settled(as: try given.schedule(now: now))
            #expect(settled == expected.settled(as: try expected.schedule(now: now)))
            #expect(settled.rule == nil)
            #expect(try first(given) == first(expected))
            given.start = "2027-08-01T00:00"
            expected.start = given.start
            #expect(try first(given) == first(expected))
        }
    }

    @Test("means the same when it is settled and read again later, also after a journey as JSON")
    func settled() throws {
        for text in [
            ScheduleText(every: "90s"), ScheduleText(cron: " 0  9 * * mon-fri ", zone: "Europe/Berlin"),
            ScheduleText(at: "2027-03-28T02:30", zone: "Europe/Berlin"),
            ScheduleText(rule: "RRULE:freq=weekly;interval=2;byhour=9", zone: "America/New_York"), ScheduleText(rule: "FREQ=DAILY;COUNT=4"),
        ] {
            let schedule = try text.schedule(now: now)
            let settled = text.settled(as: schedule)
            #expect(settled.zone != nil)
            let again = ScheduleText(object: settled.object)
            #expect(again == settled)
            let later = try again.schedule(now: now + .seconds(123_456))
            var cursor = now
            for _ in 0..<5 {
                let next = schedule.next(after: cursor)
                #expect(later.next(after: cursor) == next)
                guard let next else { break }
                cursor = next
            }
        }
    }
}
