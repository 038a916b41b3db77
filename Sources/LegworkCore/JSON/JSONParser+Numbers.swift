extension JSONParser {
    /// Reads the number that starts at the offset: an integer where it is a whole number of 64 bits, else its exact text.
    ///
    /// `-0` stays text, since an integer has no negative zero to print again.
    mutating func number(in bytes: Span<UInt8>) throws(JSONParserFailure) -> JSONValue {
        let start = offset
        var index = start
        let isNegative = bytes[index] == UInt8(ascii: "-")
        if isNegative { index &+= 1 }
        let firstDigit = index
        var magnitude: UInt64 = 0
        while index < bytes.count {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            // Beyond 19 digits this wraps; the count of digits tells.
            magnitude = magnitude &* 10 &+ UInt64(digit)
            index &+= 1
        }
        let digits = index &- firstDigit
        guard digits > 0 else { throw JSONParserFailure(reason: .expectedDigit, offset: index) }
        if digits > 1, bytes[firstDigit] == UInt8(ascii: "0") {
            throw JSONParserFailure(reason: .leadingZero, offset: firstDigit &+ 1)
        }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") || bytes[index] | 0x20 == UInt8(ascii: "e") {
            return .number(try fractional(from: start, integerTo: index, in: bytes))
        }
        offset = index
        if digits <= 19, magnitude <= UInt64(Int64.max) {
            if !isNegative { return .integer(Int64(bitPattern: magnitude)) }
            if magnitude != 0 { return .integer(0 &- Int64(bitPattern: magnitude)) }
        } else if digits == 19, isNegative, magnitude == 1 << 63 {
            return .integer(.min)
        }
        return .number(try lexeme(from: start, to: index, in: bytes))
    }

    private mutating func fractional(
        from start: Int,
        integerTo integerEnd: Int,
        in bytes: Span<UInt8>
    ) throws(JSONParserFailure) -> JSONNumber {
        var index = integerEnd
        if bytes[index] == UInt8(ascii: ".") {
            index &+= 1
            let first = index
            while index < bytes.count, bytes[index] &- UInt8(ascii: "0") < 10 { index &+= 1 }
            guard index > first else { throw JSONParserFailure(reason: .expectedFractionDigit, offset: index) }
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index &+= 1
            if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") { index &+= 1 }
            let first = index
            while index < bytes.count, bytes[index] &- UInt8(ascii: "0") < 10 { index &+= 1 }
            guard index > first else { throw JSONParserFailure(reason: .expectedExponentDigit, offset: index) }
        }
        offset = index
        return try lexeme(from: start, to: index, in: bytes)
    }

    private func lexeme(from start: Int, to end: Int, in bytes: Span<UInt8>) throws(JSONParserFailure) -> JSONNumber {
        guard end &- start <= limits.numberLength else { throw JSONParserFailure(reason: .numberTooLong, offset: start) }
        // Only ASCII digits, signs, '.' and 'e' came this far.
        return JSONNumber(lexeme: String(copying: UTF8Span(unchecked: bytes.extracting(start..<end), isKnownASCII: true)))
    }
}
