/// One field of a cron expression: the numbers that it names.
struct CronField: Sendable, Hashable {
    /// Which field it is.
    enum Kind: Sendable, Hashable {
        case minute, hour, day, month, weekday

        var range: ClosedRange<Int> {
            switch self {
            case .minute: 0...59
            case .hour: 0...23
            case .day: 1...31
            case .month: 1...12
            case .weekday: 0...7
            }
        }

        var words: String {
            switch self {
            case .minute: "minute"
            case .hour: "hour"
            case .day: "day of the month"
            case .month: "month"
            case .weekday: "day of the week"
            }
        }

        /// The names of the numbers, from the first of ``range``.
        var names: [String] {
            switch self {
            case .minute, .hour, .day: []
            case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
            case .weekday: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
            }
        }
    }

    private var bits: UInt64 = 0
    /// Whether it was written with a star, which makes it no restriction beside another field.
    let beginsWithStar: Bool

    init(_ text: String, _ kind: Kind) throws(ScheduleError) {
        beginsWithStar = text.hasPrefix("*")
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let numbers = Self.numbers(String(part), kind) else {
                throw ScheduleError(
                    .invalid,
                    """
                    \(String(part).quoted) is no \(kind.words) of a cron expression; use *, or numbers from \(kind.range.lowerBound) to \
                    \(kind.range.upperBound), as in '1', '1-5', '*/15' or '1,3'
                    """
                )
            }
            for number in numbers { bits |= 1 << UInt64(kind == .weekday ? number % 7 : number) }
        }
    }

    func contains(_ number: Int) -> Bool { bits & (1 << UInt64(number)) != 0 }

    /// The first number that is at least so large.
    func first(from number: Int) -> Int? {
        guard number < 64 else { return nil }
        let rest = bits & (UInt64.max << UInt64(number))
        return rest == 0 ? nil : rest.trailingZeroBitCount
    }

    private static func numbers(_ part: String, _ kind: Kind) -> StrideThrough<Int>? {
        let pieces = part.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard pieces.count <= 2, let base = pieces.first else { return nil }
        var step = 1
        if pieces.count == 2 {
            guard let given = digits(pieces[1]), given > 0 else { return nil }
            step = given
        }
        if base == "*" { return stride(from: kind.range.lowerBound, through: kind == .weekday ? 6 : kind.range.upperBound, by: step) }
        let ends = base.split(separator: "-", omittingEmptySubsequences: false).map { number(String($0), kind) }
        switch (ends.count, ends.first ?? nil, ends.last ?? nil) {
        // A step needs something to walk through.
        case (1, let only?, _): return pieces.count == 2 ? nil : stride(from: only, through: only, by: 1)
        case (2, let first?, let last?): return first <= last ? stride(from: first, through: last, by: step) : nil
        default: return nil
        }
    }

    private static func number(_ text: String, _ kind: Kind) -> Int? {
        if let index = kind.names.firstIndex(of: text.lowercased()) { return index + kind.range.lowerBound }
        return digits(text).flatMap { kind.range.contains($0) ? $0 : nil }
    }

    private static func digits(_ text: String) -> Int? {
        guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        return Int(text)
    }
}
