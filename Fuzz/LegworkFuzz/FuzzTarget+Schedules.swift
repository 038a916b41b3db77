import LegworkCore

extension FuzzTarget {
    /// Schedules as people write them: what is read is written as a text that means the same, and its times come one after the other.
    static let schedules = FuzzTarget("schedules") { input throws(FuzzFailure) in
        let text = String(decoding: input, as: UTF8.self)
        let start = Timestamp(milliseconds: 1_774_000_000_123)
        if let cron = try? CronExpression(text) {
            try FuzzFailure.unless((try? CronExpression(cron.description)) == cron, "a cron expression is read as it is written: \(cron)")
        }
        if let rule = try? RecurrenceRule(text) {
            try FuzzFailure.unless((try? RecurrenceRule(rule.description)) == rule, "a rule is read as it is written: \(rule)")
        }
        for words in [ScheduleText(at: text), ScheduleText(every: text), ScheduleText(cron: text), ScheduleText(rule: text)] {
            guard let schedule = try? words.schedule(now: start) else { continue }
            let times = times(of: schedule, 4)
            try FuzzFailure.unless(!times.isEmpty, "a schedule that is taken has a time: \(words)")
            for (earlier, later) in zip(times, times.dropFirst()) {
                try FuzzFailure.unless(earlier < later, "times come one after the other: \(words)")
            }
            let settled = words.settled(as: schedule)
            guard let again = try? settled.schedule(now: Timestamp(milliseconds: 0)) else {
                throw FuzzFailure(message: "what is kept can be read again: \(words) \(settled)")
            }
            try FuzzFailure.unless(Self.times(of: again, 4) == times, "what is kept means the same: \(words) \(settled)")
        }
    }

    private static func times(of schedule: Schedule, _ count: Int) -> [Timestamp] {
        var times: [Timestamp] = []
        var last = Timestamp(milliseconds: schedule.start.milliseconds - 1)
        while times.count < count, let next = schedule.next(after: last) {
            times.append(next)
            last = next
        }
        return times
    }
}
