extension ScheduleText {
    /// Reads `90s`, `15m`, `1h30m`, `2d` or `1w`.
    ///
    /// - Throws: ``ScheduleError/Code/invalid``.
    public static func duration(_ text: String) throws(ScheduleError) -> Duration {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        var (seconds, number, isComplete): (Int64, Int64?, Bool) = (0, nil, false)
        for character in text.lowercased() where text.utf8.count <= 40 {
            isComplete = false
            if let digit = character.isASCII ? character.wholeNumberValue : nil, (number ?? 0) < 1_000_000_000 {
                number = (number ?? 0) * 10 + Int64(digit)
            } else if let unit = units[character], let given = number {
                seconds += given * unit
                (number, isComplete) = (nil, true)
            } else {
                break
            }
        }
        guard isComplete, seconds <= Schedule.intervals.upperBound.components.seconds else {
            throw ScheduleError(
                .invalid,
                "\(text.quoted) is no length of time; write seconds, minutes, hours, days or weeks up to 10 years as '90s', '15m', '1h30m', '2d'"
            )
        }
        return .seconds(seconds)
    }

    /// Reads `2026-11-20T09:00`, with seconds and fractions or without, followed by `Z`, an offset such as `+01:00`, or nothing, which means
    /// local time.
    ///
    /// - Throws: ``ScheduleError/Code/invalid``.
    public static func instant(_ text: String, in zone: TimeZoneRules) throws(ScheduleError) -> Timestamp {
        // What is beyond in UTC could not be read again once it is settled.
        guard let instant = TimeText(text)?.instant(in: zone),
            (0..<CivilDate.seconds(CivilDate.horizon, 0) * 1000).contains(instant.milliseconds)
        else {
            throw ScheduleError(
                .invalid,
                "\(text.quoted) is no time of the years 1970 to 2199; write '2026-11-20T09:00' for local time, or with an offset '2026-11-20T09:00:00+01:00', or 'Z' for UTC"
            )
        }
        return instant
    }
}

/// A time as RFC 3339 writes it, of which seconds and offset may be left out.
struct TimeText {
    private let local: Int64
    private let milliseconds: Int64
    private let offset: Int64?

    init?(_ text: String) {
        guard text.utf8.count <= 40 else { return nil }
        var bytes = Array(text.utf8)[...]
        func take(_ wanted: String) -> Bool {
            guard let byte = bytes.first, wanted.utf8.contains(byte) else { return false }
            bytes.removeFirst()
            return true
        }
        func number(_ digits: Int, _ range: ClosedRange<Int>) -> Int? {
            guard bytes.count >= digits else { return nil }
            var value = 0
            for _ in 0..<digits {
                let byte = bytes.removeFirst()
                guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
            }
            return range.contains(value) ? value : nil
        }
        guard let year = number(4, 1970...2199), take("-"), let month = number(2, 1...12), take("-"), let day = number(2, 1...31),
            day <= CivilDate(year: year, month: month, day: 1).daysInMonth, take("Tt "), let hour = number(2, 0...23), take(":"),
            let minute = number(2, 0...59)
        else { return nil }
        var second = 0
        var fraction: Int64 = 0
        if take(":") {
            guard let given = number(2, 0...59) else { return nil }
            second = given
            if take(".") {
                var unit: Int64 = 100
                var count = 0
                while let digit = bytes.first, digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") {
                    bytes.removeFirst()
                    fraction += Int64(digit - UInt8(ascii: "0")) * unit
                    unit /= 10
                    count += 1
                }
                guard count > 0 else { return nil }
            }
        }
        if take("Zz") {
            offset = 0
        } else if let sign = bytes.first, take("+-") {
            guard let hours = number(2, 0...23) else { return nil }
            _ = take(":")
            guard let minutes = number(2, 0...59) else { return nil }
            offset = Int64(hours * 3600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
        } else {
            offset = nil
        }
        guard bytes.isEmpty else { return nil }
        local = CivilDate.seconds(CivilDate(year: year, month: month, day: day).dayNumber, hour * 3600 + minute * 60 + second)
        milliseconds = fraction
    }

    func instant(in zone: TimeZoneRules) -> Timestamp {
        Timestamp(milliseconds: (offset.map { local - $0 } ?? zone.instant(ofLocal: local)) * 1000 + milliseconds)
    }
}
