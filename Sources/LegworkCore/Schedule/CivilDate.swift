/// A day of the calendar that everybody uses now, extended to all years.
///
/// Local times are whole seconds since 1970-01-01T00:00:00 as the clock on the wall counts them, without any zone: 86,400 to every day.
package struct CivilDate: Sendable, Hashable {
    package static let secondsPerDay: Int64 = 86_400
    /// Where every search ends: the first day of the year 2200, as a day number. Rules of time zones are known that far too.
    package static let horizon = CivilDate(year: 2200, month: 1, day: 1).dayNumber

    package var year: Int
    package var month: Int
    package var day: Int

    package init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The date of a day counted from 1970-01-01.
    package init(dayNumber: Int) {
        // Years begin in March here, so that the leap day is the last of its year.
        let shifted = dayNumber + 719_468
        let era = shifted.flooredQuotient(146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// The day counted from 1970-01-01.
    package var dayNumber: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear.flooredQuotient(400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    package var daysInMonth: Int {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The months since the year 0.
    package var monthNumber: Int { year * 12 + month - 1 }

    /// The first day of a month counted as ``monthNumber`` is, as a day number.
    package static func firstDay(ofMonth number: Int) -> Int {
        let year = number.flooredQuotient(12)
        return CivilDate(year: year, month: number - year * 12 + 1, day: 1).dayNumber
    }

    /// The day of the week of a day number, 0 for Sunday to 6.
    package static func weekday(_ dayNumber: Int) -> Int { (dayNumber + 4).flooredRemainder(7) }

    /// A local time.
    package static func seconds(_ dayNumber: Int, _ secondOfDay: Int) -> Int64 { Int64(dayNumber) * secondsPerDay + Int64(secondOfDay) }

    /// The day of a local time and the seconds since its midnight.
    package static func split(_ seconds: Int64) -> (dayNumber: Int, secondOfDay: Int) {
        let day = seconds.flooredQuotient(secondsPerDay)
        return (Int(day), Int(seconds - day * secondsPerDay))
    }
}

extension BinaryInteger {
    /// The quotient rounded down, also below zero.
    package func flooredQuotient(_ divisor: Self) -> Self {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// What is left of ``flooredQuotient(_:)``, never below zero.
    package func flooredRemainder(_ divisor: Self) -> Self { self - flooredQuotient(divisor) * divisor }
}
