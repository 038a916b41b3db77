/// The parts of a recurrence rule while it is read.
struct RecurrenceRuleParts {
    private static let weekdays = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]
    /// The most numbers of one list.
    private static let maximumList = 400

    let text: String
    private var values: [String: String] = [:]

    init(_ given: String) throws(ScheduleError) {
        guard given.utf8.count <= RecurrenceRule.maximumBytes else {
            throw ScheduleError(.invalid, "a rule has at most \(RecurrenceRule.maximumBytes) bytes; this one has \(given.utf8.count)")
        }
        let upper = given.filter { $0 != " " && $0 != "\t" }.uppercased()
        text = upper.hasPrefix("RRULE:") ? String(upper.dropFirst(6)) : upper
        for part in text.split(separator: ";", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
            guard pieces.count == 2, !pieces[0].isEmpty, !pieces[1].isEmpty else {
                throw ScheduleError(.invalid, "\(String(part).quoted) is no part of a rule; parts are such as 'BYDAY=MO', with ';' between")
            }
            guard values.updateValue(pieces[1], forKey: pieces[0]) == nil else {
                throw ScheduleError(
                    .invalid,
                    "the rule has \(pieces[0].truncated(toBytes: 40)) twice; put the values into one, with ',' between"
                )
            }
        }
    }

    mutating func take(_ name: String) -> String? { values.removeValue(forKey: name) }

    mutating func number(_ name: String, _ range: ClosedRange<Int>) throws(ScheduleError) -> Int? {
        guard let text = take(name) else { return nil }
        guard let number = Self.digits(text), range.contains(number) else {
            throw Self.wrong(name, text, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    mutating func numbers(
        _ name: String,
        _ range: ClosedRange<Int>,
        alsoFromEnd: Bool = false
    ) throws(ScheduleError) -> [Int] {
        guard let text = take(name) else { return [] }
        var numbers: Set<Int> = []
        for item in try Self.list(name, text) {
            let isFromEnd = alsoFromEnd && item.hasPrefix("-")
            guard let number = Self.digits(isFromEnd ? String(item.dropFirst()) : item), range.contains(number) else {
                let words = "numbers from \(range.lowerBound) to \(range.upperBound)" + (alsoFromEnd ? ", or from the end as in '-1'" : "")
                throw Self.wrong(name, item, words)
            }
            numbers.insert(isFromEnd ? -number : number)
        }
        return numbers.sorted()
    }

    mutating func days(withPlaces: Bool) throws(ScheduleError) -> [RecurrenceRule.Day] {
        guard let text = take("BYDAY") else { return [] }
        var days: Set<RecurrenceRule.Day> = []
        for item in try Self.list("BYDAY", text) {
            guard let weekday = Self.weekdays.firstIndex(of: String(item.suffix(2))) else {
                throw Self.wrong("BYDAY", item, "MO, TU, WE, TH, FR, SA and SU")
            }
            var place = String(item.dropLast(2))
            guard !place.isEmpty else {
                days.insert(RecurrenceRule.Day(place: nil, weekday: weekday))
                continue
            }
            guard withPlaces else {
                throw ScheduleError(.invalid, "BYDAY=\(item.truncated(toBytes: 40)) names a place in the month, which needs FREQ=MONTHLY")
            }
            let isFromEnd = place.hasPrefix("-")
            if isFromEnd || place.hasPrefix("+") { place.removeFirst() }
            guard let number = Self.digits(place), (1...5).contains(number) else {
                throw Self.wrong("BYDAY", item, "places from 1 to 5, or from the end as in '-1FR'")
            }
            days.insert(RecurrenceRule.Day(place: isFromEnd ? -number : number, weekday: weekday))
        }
        return days.sorted { ($0.weekday, $0.place ?? 0) < ($1.weekday, $1.place ?? 0) }
    }

    mutating func weekStart() throws(ScheduleError) -> Int {
        guard let text = take("WKST") else { return 1 }
        guard let weekday = Self.weekdays.firstIndex(of: text) else { throw Self.wrong("WKST", text, "MO, TU, WE, TH, FR, SA or SU") }
        return weekday
    }

    /// `UNTIL=20261231T235959Z`, the same without `Z` for local time, or a date, which counts to its end.
    mutating func end() throws(ScheduleError) -> RecurrenceRule.End? {
        guard let text = take("UNTIL") else { return nil }
        let isUniversal = text.hasSuffix("Z")
        let pieces = (isUniversal ? text.dropLast() : text[...]).split(separator: "T", omittingEmptySubsequences: false).map(String.init)
        guard pieces.count <= 2, let date = pieces.first, date.utf8.count == 8, Self.digits(date) != nil, let day = Self.day(date),
            pieces.count == 2 || !isUniversal
        else { throw Self.wrong("UNTIL", text, "a date and time such as '20261231T235959Z', or a date") }
        var second = Int(CivilDate.secondsPerDay) - 1
        if pieces.count == 2 {
            guard pieces[1].utf8.count == 6, let time = Self.digits(pieces[1]), time / 10_000 < 24, time / 100 % 100 < 60, time % 100 < 60
            else { throw Self.wrong("UNTIL", text, "a time of day such as 'T235959'") }
            second = time / 10_000 * 3600 + time / 100 % 100 * 60 + time % 100
        }
        let local = CivilDate.seconds(day, second)
        return isUniversal ? .instant(local) : .local(local)
    }

    /// Refuses what is left.
    func finish() throws(ScheduleError) {
        guard let name = values.keys.min() else { return }
        throw ScheduleError(
            .invalid,
            """
            \(name.quoted) is not supported in a rule; known are FREQ, INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY, BYHOUR, BYMINUTE and WKST
            """
        )
    }

    private static func day(_ text: String) -> Int? {
        guard let number = digits(text) else { return nil }
        let date = CivilDate(year: number / 10_000, month: number / 100 % 100, day: number % 100)
        guard (1...12).contains(date.month), (1...date.daysInMonth).contains(date.day), date.year > 0 else { return nil }
        return date.dayNumber
    }

    private static func list(_ name: String, _ text: String) throws(ScheduleError) -> [String] {
        let items = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard items.count <= maximumList else { throw ScheduleError(.invalid, "\(name) has \(items.count) values; give fewer") }
        return items
    }

    private static func digits(_ text: String) -> Int? {
        guard (1...8).contains(text.utf8.count), text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    private static func wrong(_ name: String, _ value: String, _ words: String) -> ScheduleError {
        ScheduleError(.invalid, "\(name) cannot be \(value.quoted); it takes \(words)")
    }
}
