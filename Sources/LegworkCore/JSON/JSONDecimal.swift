/// A JSON number as exact decimal digits, for what must not round: comparing, and turning `1.0` or `1e3` into an integer.
struct JSONDecimal: Comparable {
    private let isNegative: Bool
    /// The significant digits, each 0 to 9, without zeros at either end; none for zero.
    private let digits: [UInt8]
    /// The number is `0.` followed by the digits, times ten to this power. It saturates far outside of what a double can hold.
    private let exponent: Int

    private static let exponentBound = 1 << 40

    /// Reads a text that is known to be a JSON number. The cost is linear in its length.
    init(_ number: JSONNumber) {
        let text = number.lexeme.utf8.span
        var digits: [UInt8] = []
        var index = 0
        let startsNegative = text.count > 0 && text[0] == UInt8(ascii: "-")
        if startsNegative { index = 1 }
        var integerDigits = 0
        var isFraction = false
        var leadingZeros = 0
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: ".") {
                isFraction = true
            } else if byte &- UInt8(ascii: "0") < 10 {
                if !isFraction { integerDigits += 1 }
                if digits.isEmpty, byte == UInt8(ascii: "0") { leadingZeros += 1 } else { digits.append(byte &- UInt8(ascii: "0")) }
            } else {
                break
            }
            index += 1
        }
        while digits.last == 0 { digits.removeLast() }
        self.digits = digits
        if digits.isEmpty {
            isNegative = false
            exponent = 0
        } else {
            isNegative = startsNegative
            exponent = integerDigits - leadingZeros + Self.exponent(of: text, from: index)
        }
    }

    /// Reads a value that is known to be a number; any other is 0.
    init(of value: JSONValue) {
        switch value {
        case .integer(let integer): self.init(integer)
        case .number(let number): self.init(number)
        case .null, .bool, .string, .array, .object: self.init(0)
        }
    }

    /// Makes the decimal of a 64-bit integer.
    init(_ integer: Int64) {
        self.init(JSONNumber(lexeme: String(integer)))
    }

    private static func exponent(of text: Span<UInt8>, from start: Int) -> Int {
        guard start < text.count else { return 0 }
        var value = 0
        var isNegative = false
        for index in start + 1..<text.count {
            let byte = text[index]
            if byte == UInt8(ascii: "-") {
                isNegative = true
            } else if byte &- UInt8(ascii: "0") < 10 {
                value = min(exponentBound, value * 10 + Int(byte &- UInt8(ascii: "0")))
            }
        }
        return isNegative ? -value : value
    }

    /// The same number as an integer, or nil when it has a fraction or does not fit.
    func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) -> Integer? {
        guard !digits.isEmpty else { return 0 }
        guard exponent >= digits.count, exponent <= 40 else { return nil }
        var result: Integer = 0
        for place in 0..<exponent {
            let digit = Integer(place < digits.count ? digits[place] : 0)
            let (shifted, overflows) = result.multipliedReportingOverflow(by: 10)
            let (sum, carries) = isNegative ? shifted.subtractingReportingOverflow(digit) : shifted.addingReportingOverflow(digit)
            if overflows || carries { return nil }
            result = sum
        }
        return result
    }

    /// Whether the number has no fraction.
    var isWhole: Bool { digits.isEmpty || exponent >= digits.count }

    /// A text that is the same for equal numbers only.
    var normalized: String { (isNegative ? "-0." : "0.") + digits.map(String.init).joined() + "e\(exponent)" }

    /// Whether dividing by a positive integer leaves nothing. The cost is linear in the digits, whatever the exponent.
    func isMultiple(of divisor: Int64) -> Bool {
        guard isWhole else { return false }
        let divisor = Int128(divisor)
        var remainder = digits.reduce(into: Int128(0)) { $0 = ($0 * 10 + Int128($1)) % divisor }
        // A 64-bit divisor has at most 63 factors of two and 27 of five: more zeros than that change nothing.
        for _ in 0..<min(64, exponent - digits.count) where remainder != 0 { remainder = remainder * 10 % divisor }
        return remainder == 0
    }

    static func < (left: JSONDecimal, right: JSONDecimal) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        return left.isNegative ? right.isSmallerInSize(than: left) : left.isSmallerInSize(than: right)
    }

    private func isSmallerInSize(than other: JSONDecimal) -> Bool {
        if digits.isEmpty || other.digits.isEmpty { return digits.isEmpty && !other.digits.isEmpty }
        if exponent != other.exponent { return exponent < other.exponent }
        return digits.lexicographicallyPrecedes(other.digits)
    }
}

extension JSONValue {
    /// This number as an integer of the given type, or nil when it is none, has a fraction or does not fit. Nothing is rounded:
    /// `1.0` and `1e3` are integers, and so is `18446744073709551615` as a `UInt64`.
    func exactly<Integer: FixedWidthInteger>(_ type: Integer.Type) -> Integer? {
        switch self {
        case .integer(let value): Integer(exactly: value)
        case .number(let number): JSONDecimal(number).integer(type)
        case .null, .bool, .string, .array, .object: nil
        }
    }
}
