/// A daily, weekly or monthly rule with its start: the local times at which it happens.
struct RecurrencePattern: LocalPattern, Sendable {
    private let rule: RecurrenceRule
    private let start: Int64
    private let startDay: Int
    /// The seconds since midnight at which it happens, in order.
    private let times: [Int]
    private let days: [RecurrenceRule.Day]
    private let monthDays: [Int]

    init(_ rule: RecurrenceRule, startingAt start: Int64) {
        self.rule = rule
        self.start = start
        let (day, second) = CivilDate.split(start)
        startDay = day
        let hours = rule.hours.isEmpty ? [second / 3600] : rule.hours
        let minutes = rule.minutes.isEmpty ? [second / 60 % 60] : rule.minutes
        times = hours.flatMap { hour in minutes.map { hour * 3600 + $0 * 60 + second % 60 } }
        let saysDay = !rule.days.isEmpty || !rule.monthDays.isEmpty
        days =
            rule.frequency == .weekly && !saysDay ? [RecurrenceRule.Day(place: nil, weekday: CivilDate.weekday(day))] : rule.days
        monthDays = rule.frequency == .monthly && !saysDay ? [CivilDate(dayNumber: day).day] : rule.monthDays
    }

    func next(from local: Int64) -> Int64? {
        let first = max(local, start)
        var (day, second) = CivilDate.split(first)
        while let found = nextDay(from: day) {
            if found != day { second = 0 }
            if let time = times.first(where: { $0 >= second }) { return CivilDate.seconds(found, time) }
            (day, second) = (found + 1, 0)
        }
        return nil
    }

    private func nextDay(from first: Int) -> Int? {
        var day = first
        while day < CivilDate.horizon {
            let begin = periodDay(day)
            if begin > day {
                day = begin
            } else if includes(day) {
                return day
            } else {
                day += 1
            }
        }
        return nil
    }

    /// The first day of the next period that counts, or the day itself when its period does.
    private func periodDay(_ day: Int) -> Int {
        switch rule.frequency {
        case .hourly, .daily:
            let rest = (day - startDay).flooredRemainder(rule.interval)
            return rest == 0 ? day : day + rule.interval - rest
        case .weekly:
            let rest = (week(day) - week(startDay)).flooredRemainder(rule.interval)
            return rest == 0 ? day : (week(day) + rule.interval - rest) * 7 + weekOffset
        case .monthly:
            let month = CivilDate(dayNumber: day).monthNumber
            let rest = (month - CivilDate(dayNumber: startDay).monthNumber).flooredRemainder(rule.interval)
            return rest == 0 ? day : CivilDate.firstDay(ofMonth: month + rule.interval - rest)
        }
    }

    /// The day number of the first day of the week 0.
    private var weekOffset: Int { (rule.weekStart - CivilDate.weekday(0)).flooredRemainder(7) }

    private func week(_ day: Int) -> Int { (day - weekOffset).flooredQuotient(7) }

    private func includes(_ day: Int) -> Bool { Self.includes(day, days, monthDays) }

    /// Whether a day is one of those that a rule names.
    static func includes(_ day: Int, _ days: [RecurrenceRule.Day], _ monthDays: [Int]) -> Bool {
        if days.isEmpty, monthDays.isEmpty { return true }
        let date = CivilDate(dayNumber: day)
        let length = date.daysInMonth
        guard monthDays.isEmpty || monthDays.contains(date.day) || monthDays.contains(date.day - length - 1) else { return false }
        guard !days.isEmpty else { return true }
        let weekday = CivilDate.weekday(day)
        return days.contains { wanted in
            guard wanted.weekday == weekday else { return false }
            guard let place = wanted.place else { return true }
            return place > 0 ? (date.day - 1) / 7 + 1 == place : (length - date.day) / 7 + 1 == -place
        }
    }
}
