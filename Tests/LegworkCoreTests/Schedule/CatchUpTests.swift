import LegworkCore
import Testing

@Suite("Catching up")
struct CatchUpTests {
    private let start = Timestamp(milliseconds: 1_800_000_000_000)

    private func every(_ seconds: Int64) throws -> Schedule { try Schedule(.every(.seconds(seconds)), from: start) }
    private func at(_ seconds: Int64) -> Timestamp { start + .seconds(seconds) }

    @Test("skips what is late, runs the latest, or runs all in order")
    func policies() throws {
        let schedule = try every(600)
        #expect(schedule.due(from: at(600), now: at(3000), .all) == DueTimes(times: [600, 1200, 1800, 2400, 3000].map(at), next: at(3600)))
        #expect(schedule.due(from: at(600), now: at(3000), .latest) == DueTimes(times: [at(3000)], next: at(3600)))
        #expect(schedule.due(from: at(600), now: at(3059), .skip) == DueTimes(times: [at(3000)], next: at(3600)))
        #expect(schedule.due(from: at(600), now: at(3061), .skip) == DueTimes(times: [], next: at(3600)))
        #expect(schedule.due(from: at(600), now: at(599), .all) == DueTimes(times: [], next: at(600)))
    }

    @Test("is bounded, however long nobody was there")
    func bounded() throws {
        let year: Int64 = 365 * 86_400
        let schedule = try every(1)
        let due = schedule.due(from: at(1), now: at(year), .all)
        #expect(due.times == (year - 99...year).map(at))
        #expect(due.next == at(year + 1))
        #expect(schedule.due(from: at(1), now: at(year), .latest).times == [at(year)])
        let rare = try Schedule(.cron(CronExpression("0 0 29 2 *")), from: start)
        let first = try #require(rare.next(after: start))
        #expect(rare.due(from: first, now: first + .seconds(20 * year), .all).times.count == 5)
    }

    @Test("heeds what was announced, also when the rules have changed since")
    func announced() throws {
        let schedule = try every(600)
        #expect(schedule.due(from: at(700), now: at(700), .latest) == DueTimes(times: [at(700)], next: at(1200)))
        #expect(schedule.due(from: at(700), now: at(1300), .all) == DueTimes(times: [at(700), at(1200)], next: at(1800)))
        let once = try Schedule(.once(at(5)), from: at(5))
        #expect(once.due(from: at(5), now: at(900), .latest) == DueTimes(times: [at(5)], next: nil))
        #expect(once.due(from: at(5), now: at(900), .skip) == DueTimes(times: [], next: nil))
    }
}
