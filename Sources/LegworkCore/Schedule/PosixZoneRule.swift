/// How a zone's clocks are set year after year, as the footer of a zone file says it: `CET-1CEST,M3.5.0,M10.5.0/3`.
///
/// The grammar is that of the variable `TZ` in POSIX, with hours from -167 to 167 as RFC 9636 allows.
package struct PosixZoneRule: Sendable {
    private enum Day: Sendable, Hashable {
        /// The weekday, 0 for Sunday, of the week 1 to 5 of a month; 5 is the last.
        case weekday(month: Int, week: Int, day: Int)
        /// Counted from 1, the 29th of February left out.
        case julian(Int)
        /// Counted from 0, the 29th of February included.
        case zeroBased(Int)
    }

    private struct Turn: Sendable, Hashable {
        var day: Day
        var second: Int64
    }

    /// Seconds ahead of UTC in winter.
    package let standardOffset: Int32
    private let summerOffset: Int32
    private let summer: (begin: Turn, end: Turn)?

    /// Reads a rule; nil when it is none.
    package init?(_ text: String) {
        var scanner = Scanner(text)
        guard scanner.name(), let standard = scanner.time() else { return nil }
        standardOffset = Int32(truncatingIfNeeded: -standard)
        guard !scanner.isAtEnd else {
            summerOffset = standardOffset
            summer = nil
            return
        }
        guard scanner.name() else { return nil }
        if scanner.next == UInt8(ascii: ",") {
            summerOffset = standardOffset + 3600
        } else {
            guard let offset = scanner.time() else { return nil }
            summerOffset = Int32(truncatingIfNeeded: -offset)
        }
        guard let begin = Self.turn(&scanner), let end = Self.turn(&scanner), scanner.isAtEnd else { return nil }
        summer = (begin, end)
    }

    /// When the clocks are set in a year, in seconds since 1970, and to what.
    package func changes(in year: Int) -> [(at: Int64, offset: Int32)] {
        guard let summer else { return [] }
        let begin = (Self.local(summer.begin, year) - Int64(standardOffset), summerOffset)
        let end = (Self.local(summer.end, year) - Int64(summerOffset), standardOffset)
        return begin.0 < end.0 ? [begin, end] : [end, begin]
    }

    private static func local(_ turn: Turn, _ year: Int) -> Int64 {
        let newYear = CivilDate(year: year, month: 1, day: 1).dayNumber
        let day: Int
        switch turn.day {
        case .zeroBased(let number): day = newYear + number
        case .julian(let number):
            let isLeap = CivilDate(year: year, month: 2, day: 1).daysInMonth == 29
            day = newYear + number - 1 + (isLeap && number >= 60 ? 1 : 0)
        case .weekday(let month, let week, let weekday):
            let first = CivilDate(year: year, month: month, day: 1)
            let offset = (weekday - CivilDate.weekday(first.dayNumber)).flooredRemainder(7) + (week - 1) * 7
            day = first.dayNumber + (offset < first.daysInMonth ? offset : offset - 7)
        }
        return CivilDate.seconds(day, 0) + turn.second
    }

    private static func turn(_ scanner: inout Scanner) -> Turn? {
        guard scanner.take(UInt8(ascii: ",")) else { return nil }
        let day: Day
        if scanner.take(UInt8(ascii: "M")) {
            guard let month = scanner.number(1...12), scanner.take(UInt8(ascii: ".")), let week = scanner.number(1...5),
                scanner.take(UInt8(ascii: ".")), let weekday = scanner.number(0...6)
            else { return nil }
            day = .weekday(month: month, week: week, day: weekday)
        } else if scanner.take(UInt8(ascii: "J")) {
            guard let number = scanner.number(1...365) else { return nil }
            day = .julian(number)
        } else {
            guard let number = scanner.number(0...365) else { return nil }
            day = .zeroBased(number)
        }
        guard scanner.take(UInt8(ascii: "/")) else { return Turn(day: day, second: 7200) }
        return scanner.time().map { Turn(day: day, second: $0) }
    }

    /// Reads the pieces of a rule, byte after byte.
    private struct Scanner {
        private let bytes: [UInt8]
        private var position = 0

        init(_ text: String) { bytes = Array(text.utf8) }

        var next: UInt8? { position < bytes.count ? bytes[position] : nil }
        var isAtEnd: Bool { position == bytes.count }

        mutating func take(_ byte: UInt8) -> Bool {
            guard next == byte else { return false }
            position += 1
            return true
        }

        /// Passes over the abbreviation of a zone: letters, or anything between angle brackets.
        mutating func name() -> Bool {
            let start = position
            if take(UInt8(ascii: "<")) {
                while next.map({ $0 != UInt8(ascii: ">") }) ?? false { position += 1 }
                return take(UInt8(ascii: ">"))
            }
            while let byte = next, byte | 0x20 >= UInt8(ascii: "a"), byte | 0x20 <= UInt8(ascii: "z") { position += 1 }
            return position > start
        }

        mutating func number(_ range: ClosedRange<Int>) -> Int? {
            var value = 0
            let start = position
            while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"), position - start < 4 {
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
                position += 1
            }
            return position > start && range.contains(value) ? value : nil
        }

        /// `[+-]hh[:mm[:ss]]` in seconds.
        mutating func time() -> Int64? {
            let isNegative = take(UInt8(ascii: "-"))
            if !isNegative { _ = take(UInt8(ascii: "+")) }
            guard let hours = number(0...167) else { return nil }
            var seconds = hours * 3600
            for unit in [60, 1] where take(UInt8(ascii: ":")) {
                guard let part = number(0...59) else { return nil }
                seconds += part * unit
            }
            return Int64(isNegative ? -seconds : seconds)
        }
    }
}
