import LegworkCore
import Testing

@Suite("What is no schedule")
struct ScheduleInputTests {
    private let now = Timestamp(milliseconds: 1_800_000_000_000)

    private func fault(_ text: ScheduleText) -> ScheduleError? {
        do throws(ScheduleError) {
            _ = try text.schedule(now: now)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "as a cron expression is refused, naming the field",
        arguments: [
            "", "*", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 13 * ", "* * * 0 *",
            "* * * * 8",
            "a * * * *", "*/0 * * * *", "*/ * * * *", "1/2 * * * *", "5-1 * * * *", "1-2-3 * * * *", "1,,2 * * * *", ", * * * *",
            "-1 * * * *",
            "* * * feb-jan *", "* * * * mon-sun-tue", "*/5/5 * * * *", "** * * * *", "1.5 * * * *", "٣ * * * *", "@never", "? * * * *",
            "L * * * *",
            String(repeating: "1,", count: 200) + "1 * * * *", "9999999999999999999999 * * * *", "* * * * *\u{0}",
        ]
    )
    func cron(_ text: String) throws {
        let error = try #require(fault(ScheduleText(cron: text)))
        #expect(error.code == .invalid)
        #expect(error.message.utf8.count < 400 && error.message.utf8.count > 20)
    }

    @Test("never happens", arguments: ["0 0 31 2 *", "0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 31 feb-feb */2"])
    func impossible(_ text: String) throws {
        #expect(fault(ScheduleText(cron: text))?.code == .neverFires)
    }

    @Test(
        "as a rule is refused, naming the part",
        arguments: [
            "", "FREQ", "FREQ=", "FREQ=DAILY;", "FREQ=YEARLY", "FREQ=SECONDLY", "INTERVAL=2", "FREQ=DAILY;FREQ=DAILY",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=DAILY;INTERVAL=-1", "FREQ=DAILY;INTERVAL=100000", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=99999", "FREQ=DAILY;BYHOUR=24",
            "FREQ=DAILY;BYHOUR=", "FREQ=DAILY;BYHOUR=1,,2", "FREQ=DAILY;BYMINUTE=60", "FREQ=DAILY;BYSECOND=3", "FREQ=DAILY;BYSETPOS=1",
            "FREQ=DAILY;BYDAY=XX", "FREQ=WEEKLY;BYDAY=1MO", "FREQ=MONTHLY;BYDAY=0MO", "FREQ=MONTHLY;BYDAY=6MO", "FREQ=MONTHLY;BYMONTHDAY=0",
            "FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=WEEKLY;BYMONTHDAY=1", "FREQ=DAILY;UNTIL=2026", "FREQ=DAILY;UNTIL=20260231",
            "FREQ=DAILY;UNTIL=20260101T250000Z", "FREQ=DAILY;UNTIL=20260101Z", "FREQ=DAILY;COUNT=1;UNTIL=20300101", "FREQ=DAILY;WKST=X",
            "FREQ=DAILY=2", "FREQ=DAILY;X-MINE=1", "nonsense",
            "FREQ=MONTHLY;BYDAY=" + Array(repeating: "1MO", count: 200).joined(separator: ","),
        ]
    )
    func rule(_ text: String) throws {
        let error = try #require(fault(ScheduleText(rule: text)))
        #expect(error.code == .invalid)
        #expect(error.message.utf8.count < 400 && error.message.utf8.count > 20)
    }

    @Test(
        "as a rule never happens",
        arguments: [
            "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=30", "FREQ=DAILY;UNTIL=20200101", "FREQ=HOURLY;INTERVAL=24;BYHOUR=3;BYMINUTE=1",
            "FREQ=MONTHLY;BYMONTHDAY=1;BYDAY=2MO",
        ]
    )
    func impossibleRule(_ text: String) throws {
        #expect(fault(ScheduleText(rule: text, zone: "UTC", start: "2026-02-01T00:00"))?.code == .neverFires)
    }

    @Test(
        "as a time or a length of time is refused",
        arguments: [
            ScheduleText(at: "tomorrow"), ScheduleText(at: "2026-13-01T00:00"), ScheduleText(at: "2026-02-30T00:00"),
            ScheduleText(at: "2026-01-01"), ScheduleText(at: "2026-01-01T24:00"), ScheduleText(at: "2026-01-01T00:00+1"),
            ScheduleText(at: "2026-01-01T00:00:00.Z"), ScheduleText(at: "1969-01-01T00:00Z"), ScheduleText(at: "2500-01-01T00:00Z"),
            ScheduleText(at: ""), ScheduleText(at: String(repeating: "9", count: 4000)), ScheduleText(every: ""), ScheduleText(every: "5"),
            ScheduleText(every: "m"), ScheduleText(every: "5x"), ScheduleText(every: "0s"), ScheduleText(every: "-5m"),
            ScheduleText(every: "11000d"), ScheduleText(every: "5m3"), ScheduleText(every: "999999999999999w"), ScheduleText(every: "٣m"),
            ScheduleText(), ScheduleText(at: "2030-01-01T00:00", every: "5m"), ScheduleText(every: "5m", start: "soon"),
        ]
    )
    func times(_ text: ScheduleText) {
        #expect(fault(text)?.code == .invalid)
    }

    @Test(
        "as a zone is refused, and leads to no other file",
        arguments: [
            "", "Europe", "europe/berlin", "Europe/Nowhere", "../../../etc/passwd", "/etc/localtime", "Europe//Berlin", "Europe/Berlin/",
            "zone.tab", "tzdata.zi", "Europe/Berlin\u{0}", String(repeating: "A", count: 300), "Ünited",
        ]
    )
    func zones(_ zone: String) {
        #expect(fault(ScheduleText(every: "5m", zone: zone))?.code == .unknownZone)
    }

    @Test("never crashes, whatever the text")
    func garbage() {
        var generator = SystemRandomNumberGenerator()
        let pieces = [
            "*", "/", "-", ",", "0", "7", "31", "99", " ", "mon", "FREQ=", "DAILY", ";", "BYDAY=", "-1MO", "T", "Z", ":", "\u{301}", "=",
            "@",
        ]
        for _ in 0..<5000 {
            let text = (0..<Int.random(in: 0...12, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            for schedule in [
                ScheduleText(cron: text), ScheduleText(rule: "FREQ=MONTHLY;" + text), ScheduleText(at: text), ScheduleText(every: text),
            ] {
                _ = fault(schedule)
            }
        }
    }

    @Test(
        "is a time or a cron expression that is badly written as a rule",
        arguments: [
            "FREQ=ONCE", "FREQ=ONCE;AT=", "FREQ=ONCE;AT=tomorrow", "FREQ=ONCE;AT=2027-02-30T00:00:00Z", "FREQ=ONCE;EXPR=* * * * *",
            "FREQ=ONCE;AT=2027-07-01T12:00:00Z;COUNT=1", "FREQ=ONCE;AT=2027-07-01T12:00:00Z;AT=2027-07-02T12:00:00Z", "FREQ=CRON",
            "FREQ=CRON;EXPR=", "FREQ=CRON;EXPR=* * * *", "FREQ=CRON;EXPR=61 * * * *", "FREQ=CRON;EXPR=0 9 * * *;BYHOUR=9",
            "FREQ=CRON;EXPR=0 9 * * *;" + String(repeating: "X", count: 600),
        ]
    )
    func plainForms(_ rule: String) {
        #expect(fault(ScheduleText(rule: rule))?.code == .invalid)
    }

    @Test(
        "is what lies, by universal time, beyond the years that can be written down",
        arguments: ["1970-01-01T00:00", "2199-12-31T23:30"]
    )
    func beyond(_ text: String) throws {
        // It would be settled as a text that cannot be read again.
        let zone = text < "2000" ? "+01:00" : "-01:00"
        #expect(fault(ScheduleText(at: text + zone))?.code == .invalid)
        #expect(fault(ScheduleText(every: "1h", start: text + zone))?.code == .invalid)
        #expect(throws: Never.self) { try ScheduleText.instant(text, in: .utc) }
    }

    @Test("is a zone file that is cut or changed, and reading one never crashes")
    func zoneFiles() throws {
        var generator = SystemRandomNumberGenerator()
        let header = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
        #expect(TimeZoneRules(identifier: "x", file: []) == nil)
        #expect(TimeZoneRules(identifier: "x", file: header) == nil)
        for _ in 0..<2000 {
            let noise = (0..<Int.random(in: 0...200, using: &generator)).map { _ in UInt8.random(in: 0...9, using: &generator) }
            _ = TimeZoneRules(identifier: "x", file: header + noise)
        }
        for text in [
            "", "CET", "CET-1CEST", "CET-1CEST,M13.1.0,M1.1.0", "CET-1CEST,M3.5.0", "<+03>-3<", "CET-999", "CET-1CEST,J0,J400", "1",
        ] {
            #expect(PosixZoneRule(text)?.changes(in: 2026).isEmpty ?? true)
        }
        // The last change that it lists lies behind the years for which the rule at its end is asked.
        let empty = header + [UInt8](repeating: 0, count: 24)
        let counts: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 4]
        let late = [0x00, 0x00, 0x00, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF] as [UInt8]
        let type = [0, 0, 0, 0, 0, 0] as [UInt8]
        let file = empty + header + counts + late + [0] + type + Array("UTC\u{0}\nCET-1CEST,M3.5.0,M10.5.0\n".utf8)
        #expect(TimeZoneRules(identifier: "x", file: file)?.offset(at: 0) == 0)
        #expect(PosixZoneRule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0")?.changes(in: 2026).count == 2)
    }
}
