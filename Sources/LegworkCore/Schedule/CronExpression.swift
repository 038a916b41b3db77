/// Five fields that say when something happens: minute, hour, day of the month, month, day of the week.
///
/// Each is `*`, a number, a range `1-5`, either with a step `*/15`, or a list of such. Months and days of the week may be named by three
/// letters; Sunday is 0 and 7. As crontab(5) has it, when both days are restricted (neither begins with `*`) either is enough. `@hourly`,
/// `@daily`, `@weekly`, `@monthly` and `@yearly` stand for the usual ones.
public struct CronExpression: Sendable, Hashable, CustomStringConvertible {
    /// The longest expression, in UTF-8 bytes.
    public static let maximumBytes = 256

    private static let shorthands = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *",
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]

    private let minutes, hours, days, months, weekdays: CronField
    /// The fields as they were given, one space between them.
    public let description: String

    /// Reads an expression.
    ///
    /// - Throws: ``ScheduleError/Code/invalid``, naming the field; ``ScheduleError/Code/neverFires`` for `0 0 31 2 *` and the like.
    public init(_ text: String) throws(ScheduleError) {
        guard text.utf8.count <= Self.maximumBytes else {
            throw ScheduleError(.invalid, "a cron expression has at most \(Self.maximumBytes) bytes; this one has \(text.utf8.count)")
        }
        var parts = text.split { $0 == " " || $0 == "\t" }.map(String.init)
        if parts.count == 1, parts[0].hasPrefix("@") {
            guard let long = Self.shorthands[parts[0].lowercased()] else {
                let known = Self.shorthands.keys.sorted().joined(separator: ", ")
                throw ScheduleError(.invalid, "\(parts[0].quoted) is no shorthand of cron; known are \(known)")
            }
            parts = long.split(separator: " ").map(String.init)
        }
        guard parts.count == 5 else {
            throw ScheduleError(
                .invalid,
                """
                \(text.quoted) is no cron expression: it has \(parts.count) \(parts.count == 1 ? "field" : "fields") instead of 5 (minute, \
                hour, day of the month, month, day of the week), as in '30 9 * * 1-5'
                """
            )
        }
        minutes = try CronField(parts[0], .minute)
        hours = try CronField(parts[1], .hour)
        days = try CronField(parts[2], .day)
        months = try CronField(parts[3], .month)
        weekdays = try CronField(parts[4], .weekday)
        description = parts.joined(separator: " ")
        // The calendar repeats after 400 years, and no date that there is at all is missing for more than 40.
        guard nextDay(from: CivilDate(year: 2000, month: 1, day: 1).dayNumber) != nil else {
            throw ScheduleError(.neverFires, "\(description.quoted) never happens: no such month has such a day; mend the day or the month")
        }
    }

    /// Whether the hour is left open, so that the expression follows the clock through changes of daylight saving instead of naming times.
    var followsElapsedTime: Bool { hours.beginsWithStar }

    private func includes(day number: Int, _ date: CivilDate) -> Bool {
        let (isDay, isWeekday) = (days.contains(date.day), weekdays.contains(CivilDate.weekday(number)))
        return days.beginsWithStar || weekdays.beginsWithStar ? isDay && isWeekday : isDay || isWeekday
    }

    private func nextDay(from first: Int) -> Int? {
        var number = first
        while number < CivilDate.horizon {
            let date = CivilDate(dayNumber: number)
            if !months.contains(date.month) {
                number = CivilDate.firstDay(ofMonth: date.monthNumber + 1)
            } else if includes(day: number, date) {
                return number
            } else {
                number += 1
            }
        }
        return nil
    }
}

extension CronExpression: LocalPattern {
    func next(from local: Int64) -> Int64? {
        let (firstDay, second) = CivilDate.split(local)
        var (day, minute) = (firstDay, (second + 59) / 60)
        while let found = nextDay(from: day) {
            if found != day { minute = 0 }
            if let hour = hours.first(from: minute / 60) {
                let rest = hour == minute / 60 ? minute % 60 : 0
                if let minute = minutes.first(from: rest) { return CivilDate.seconds(found, hour * 3600 + minute * 60) }
                if let hour = hours.first(from: hour + 1), let minute = minutes.first(from: 0) {
                    return CivilDate.seconds(found, hour * 3600 + minute * 60)
                }
            }
            day = found + 1
            minute = 0
        }
        return nil
    }
}
