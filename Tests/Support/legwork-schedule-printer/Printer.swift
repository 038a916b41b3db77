import LegworkCore

/// Prints when schedules happen, for `scripts/schedule-check`: reads lines of a kind (`cron` or `rrule`), an expression, a zone, a start, an
/// instant (both in milliseconds since 1970) and a number, with tabs between, and answers each with so many times after that instant, or with
/// `!` and the reason why there are none. The kind `zone` answers with the zone's offset at the instant.
@main
enum Printer {
    static func main() {
        while let line = readLine() { print(answer(line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init))) }
    }

    private static func answer(_ fields: [String]) -> String {
        guard fields.count == 6, let start = Int64(fields[3]), let after = Int64(fields[4]), let count = Int(fields[5]) else {
            return "! a line has six fields"
        }
        do throws(ScheduleError) {
            let zone = try TimeZoneDatabase.system.zone(fields[2])
            let timing: Schedule.Timing
            switch fields[0] {
            case "cron": timing = .cron(try CronExpression(fields[1]))
            case "rrule": timing = .rule(try RecurrenceRule(fields[1]))
            case "zone": return String(zone.offset(at: after / 1000))
            default: return "! '\(fields[0])' is no kind"
            }
            let schedule = try Schedule(timing, in: zone, from: Timestamp(milliseconds: start))
            var times: [String] = []
            var cursor = Timestamp(milliseconds: after)
            while times.count < count, let next = schedule.next(after: cursor) {
                times.append(String(next.milliseconds))
                cursor = next
            }
            return times.joined(separator: ",")
        } catch {
            return "! \(error)"
        }
    }
}
