extension JSONValue {
    /// The point in time that a string gives as RFC 3339 writes it.
    package var timestamp: Timestamp? { string.flatMap(Timestamp.init(rfc3339:)) }
}

extension Timestamp {
    /// Reads a time as RFC 3339 (section 5.6) writes it, with any fraction of a second and any offset; what is beyond milliseconds is cut off.
    ///
    /// - Returns: nil for anything else.
    package init?(rfc3339 text: String) {
        let pattern = /(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?(?:[Zz]|([+-])(\d\d):(\d\d))/.asciiOnlyDigits()
        guard text.utf8.count <= 64, let match = text.wholeMatch(of: pattern) else { return nil }
        func number(_ digits: Substring) -> Int64 { Int64(digits) ?? 0 }
        let (year, month, day) = (number(match.1), number(match.2), number(match.3))
        let (hour, minute, second) = (number(match.4), number(match.5), number(match.6))
        guard (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60 else { return nil }
        let fraction = match.7.map { number(($0 + "000").prefix(3)) } ?? 0
        var offset: Int64 = 0
        if let sign = match.8, let hours = match.9, let minutes = match.10 {
            offset = (number(hours) * 60 + number(minutes)) * (sign == "-" ? -1 : 1)
        }
        let seconds = ((Self.days(year, month, day) * 24 + hour) * 60 + minute - offset) * 60 + second
        self.init(milliseconds: seconds * 1000 + fraction)
    }

    /// The days from 1970-01-01 to a date of the Gregorian calendar: whole years of March to February, then whole days.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }
}
