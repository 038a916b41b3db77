/// What the parser throws inside: two words, so that the way without errors stays cheap. It becomes a ``JSONError`` at the border.
struct JSONParserFailure: Error {
    enum Reason: UInt8 {
        case expectedValue
        case expectedFirstKey
        case expectedKey
        case expectedColon
        case expectedCommaOrBrace
        case expectedCommaOrBracket
        case trailingCommaInArray
        case trailingCommaInObject
        case byteOrderMark
        case textAfterValue
        case unterminatedString
        case controlCharacter
        case unknownEscape
        case badUnicodeEscape
        case loneSurrogate
        case invalidUTF8
        case leadingZero
        case expectedDigit
        case expectedFractionDigit
        case expectedExponentDigit
        case duplicateKey
        case tooDeep
        case tooManyBytes
        case tooManyValues
        case numberTooLong
    }

    let reason: Reason
    let offset: Int
}

extension JSONError {
    /// Says in words what the parser found, with the line and column that only an error needs.
    init(_ failure: JSONParserFailure, in bytes: Span<UInt8>, limits: JSONLimits) {
        let offset = min(failure.offset, bytes.count)
        var line = 1
        var column = 1
        for index in 0..<offset {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.init(
            code: Self.code(of: failure.reason, atEnd: offset == bytes.count),
            byteOffset: offset,
            line: line,
            column: column,
            reason: Self.reason(failure.reason, at: offset, in: bytes, limits: limits)
        )
    }

    private static func code(of reason: JSONParserFailure.Reason, atEnd: Bool) -> Code {
        switch reason {
        case .expectedValue, .expectedFirstKey, .expectedKey, .expectedColon, .expectedCommaOrBrace, .expectedCommaOrBracket,
            .trailingCommaInArray, .trailingCommaInObject, .byteOrderMark, .textAfterValue:
            atEnd ? .unexpectedEnd : .syntax
        case .unterminatedString: .unexpectedEnd
        case .controlCharacter, .unknownEscape, .badUnicodeEscape, .loneSurrogate: atEnd ? .unexpectedEnd : .invalidString
        case .invalidUTF8: .invalidUTF8
        case .leadingZero, .expectedDigit, .expectedFractionDigit, .expectedExponentDigit: atEnd ? .unexpectedEnd : .invalidNumber
        case .duplicateKey: .duplicateKey
        case .tooDeep, .tooManyBytes, .tooManyValues, .numberTooLong: .limitExceeded
        }
    }

    private static func reason(
        _ reason: JSONParserFailure.Reason,
        at offset: Int,
        in bytes: Span<UInt8>,
        limits: JSONLimits
    ) -> String {
        let found = found(at: offset, in: bytes)
        return switch reason {
        case .expectedValue: "expected a value; found \(found)"
        case .expectedFirstKey: "expected a member's name in double quotes or '}'; found \(found)"
        case .expectedKey: "expected a member's name in double quotes; found \(found)"
        case .expectedColon: "expected ':' after a member's name; found \(found)"
        case .expectedCommaOrBrace: "expected ',' or '}' after a member; found \(found)"
        case .expectedCommaOrBracket: "expected ',' or ']' after an element; found \(found)"
        case .trailingCommaInArray: "expected an element after ','; found ']' (JSON allows no trailing comma)"
        case .trailingCommaInObject: "expected a member after ','; found '}' (JSON allows no trailing comma)"
        case .byteOrderMark: "expected a value; found a byte order mark, which JSON does not allow"
        case .textAfterValue: "expected nothing after the value; found \(found)"
        case .unterminatedString: "expected '\"' at the end of a string; found \(found)"
        case .controlCharacter: "expected control characters to be escaped in a string; found \(found)"
        case .unknownEscape: "expected one of \" \\ / b f n r t u after '\\'; found \(found)"
        case .badUnicodeEscape: "expected four hexadecimal digits after '\\u'; found \(found)"
        case .loneSurrogate: "expected a whole surrogate pair; found half of one"
        case .invalidUTF8: "expected valid UTF-8; found \(found)"
        case .leadingZero: "expected no digit after a leading 0; found \(found)"
        case .expectedDigit: "expected a digit after '-'; found \(found)"
        case .expectedFractionDigit: "expected a digit after '.'; found \(found)"
        case .expectedExponentDigit: "expected a digit in the exponent; found \(found)"
        case .duplicateKey: "expected each member once; found \(key(at: offset, in: bytes)) again"
        case .tooDeep: "expected at most \(limits.effectiveDepth) nested arrays and objects; found more"
        case .tooManyBytes: "expected at most \(limits.bytes) bytes; found \(bytes.count)"
        case .tooManyValues: "expected at most \(limits.values) values; found more"
        case .numberTooLong: "expected a number of at most \(limits.numberLength) characters; found a longer one"
        }
    }

    private static func found(at offset: Int, in bytes: Span<UInt8>) -> String {
        guard offset < bytes.count else { return "the end of the text" }
        let byte = bytes[offset]
        if byte > 0x20, byte < 0x7F { return "'\(Character(Unicode.Scalar(byte)))'" }
        let digits = String(byte, radix: 16, uppercase: true)
        return "byte 0x\(digits.count == 1 ? "0" : "")\(digits)"
    }

    private static func key(at offset: Int, in bytes: Span<UInt8>) -> String {
        var parser = JSONParser(offset: offset, limits: .default)
        guard let key = try? parser.string(in: bytes).text else { return "a name" }
        let shown = key.count > 60 ? key.prefix(60) + "…" : key[...]
        return JSONValue.string(String(shown)).json()
    }
}

extension JSONLimits {
    /// The depth in force.
    var effectiveDepth: Int { min(depth, Self.greatestDepth) }
}
