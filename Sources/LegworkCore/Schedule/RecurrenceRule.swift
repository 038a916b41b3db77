/// The part of RFC 5545's recurrence rules that schedules know: `FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;BYHOUR=9;BYMINUTE=30`.
///
/// `FREQ` is `HOURLY`, `DAILY`, `WEEKLY` or `MONTHLY`; besides there are `INTERVAL`, `COUNT`, `UNTIL`, `BYDAY` (for `MONTHLY` also with a
/// place in the month: `1MO`, `-1FR`), `BYMONTHDAY` (also from the end: `-1`), `BYHOUR`, `BYMINUTE` and `WKST`. What a rule leaves open it has
/// from the start of its schedule, which is the RFC's `DTSTART`.
public struct RecurrenceRule: Sendable, Hashable, CustomStringConvertible {
    /// How often it happens when nothing else is said.
    public enum Frequency: String, Sendable, Hashable, CaseIterable {
        /// Every hour.
        case hourly = "HOURLY"
        /// Every day.
        case daily = "DAILY"
        /// Every week.
        case weekly = "WEEKLY"
        /// Every month.
        case monthly = "MONTHLY"
    }

    /// A day of the week, perhaps only one of those in a month.
    struct Day: Sendable, Hashable {
        /// Which of the month's, from 1; from the end when negative; nil for all.
        var place: Int?
        /// 0 for Sunday to 6.
        var weekday: Int
    }

    /// When it ends.
    enum End: Sendable, Hashable {
        /// At an instant, in seconds since 1970.
        case instant(Int64)
        /// At a local time.
        case local(Int64)
    }

    /// The longest rule, in UTF-8 bytes.
    public static let maximumBytes = 512
    /// The most that `INTERVAL` may say.
    public static let maximumInterval = 9999
    /// The most that `COUNT` may say.
    public static let maximumCount = 10_000

    /// How often.
    public let frequency: Frequency
    /// Every how many hours, days, weeks or months.
    public let interval: Int
    /// How many times in all.
    public let count: Int?
    let end: End?
    let days: [Day]
    let monthDays: [Int]
    let hours: [Int]
    let minutes: [Int]
    /// The day that a week begins with.
    let weekStart: Int
    /// The rule as it was given, in capitals and without `RRULE:`.
    public let description: String

    /// Reads a rule.
    ///
    /// - Throws: ``ScheduleError/Code/invalid``, naming the part.
    public init(_ text: String) throws(ScheduleError) {
        var parts = try RecurrenceRuleParts(text)
        description = parts.text
        guard let word = parts.take("FREQ") else {
            throw ScheduleError(.invalid, "\(text.quoted) has no FREQ; a rule is such as 'FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0'")
        }
        guard let frequency = Frequency(rawValue: word) else {
            let known = Frequency.allCases.map(\.rawValue).joined(separator: ", ")
            throw ScheduleError(.invalid, "FREQ=\(word.truncated(toBytes: 40)) is not supported; use one of \(known)")
        }
        self.frequency = frequency
        interval = try parts.number("INTERVAL", 1...Self.maximumInterval) ?? 1
        count = try parts.number("COUNT", 1...Self.maximumCount)
        end = try parts.end()
        guard count == nil || end == nil else {
            throw ScheduleError(.invalid, "a rule has COUNT or UNTIL, not both; take out one of them")
        }
        days = try parts.days(withPlaces: frequency == .monthly)
        monthDays = try parts.numbers("BYMONTHDAY", 1...31, alsoFromEnd: true)
        hours = try parts.numbers("BYHOUR", 0...23)
        minutes = try parts.numbers("BYMINUTE", 0...59)
        weekStart = try parts.weekStart()
        try parts.finish()
        guard monthDays.isEmpty || frequency != .weekly else {
            throw ScheduleError(.invalid, "BYMONTHDAY does not go with FREQ=WEEKLY; use FREQ=MONTHLY, or BYDAY")
        }
    }

    /// Whether the time of day that comes from the start would be only the minute of a whole hour that was asked for.
    var namesHoursOnly: Bool { frequency != .hourly && !hours.isEmpty && minutes.isEmpty }
}
