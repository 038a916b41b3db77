/// Reads one JSON text, strictly as RFC 8259 has it: valid UTF-8 only, nothing after the value, no key twice in an object.
///
/// Lives only inside the closure that lends it the bytes.
struct JSONParser {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let limits: JSONLimits
    private var position = 0
    private var depth = 0
    private var values = 0

    /// A fault at a place; line and column are worked out only when it is told.
    struct Fault: Error {
        var offset: Int
        var problem: String
    }

    init(_ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func parse() throws(Fault) -> JSONValue {
        guard bytes.count <= limits.bytes else {
            throw Fault(offset: limits.bytes, problem: "the text is longer than \(limits.bytes) bytes")
        }
        skipSpace()
        let value = try parseValue()
        skipSpace()
        guard position == bytes.count else { throw fault("expected nothing after the value") }
        return value
    }

    // MARK: - Values

    private mutating func parseValue() throws(Fault) -> JSONValue {
        values += 1
        guard values <= limits.values else { throw fault("the text has more than \(limits.values) values") }
        guard position < bytes.count else { throw fault("expected a value") }
        switch bytes[position] {
        case UInt8(ascii: "{"): return try parseObject()
        case UInt8(ascii: "["): return try parseArray()
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
        case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
        case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
        case UInt8(ascii: "n"): return try parseWord("null", .null)
        default: throw fault("expected a value")
        }
    }

    private mutating func parseWord(_ word: StaticString, _ value: JSONValue) throws(Fault) -> JSONValue {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count else { throw fault("expected a value") }
        for index in 0..<word.utf8CodeUnitCount where bytes[position + index] != word.utf8Start[index] { throw fault("expected a value") }
        position = end
        return value
    }

    private mutating func enter() throws(Fault) {
        depth += 1
        guard depth <= limits.depth else { throw fault("nested deeper than \(limits.depth) levels") }
        position += 1
        skipSpace()
    }

    private mutating func parseArray() throws(Fault) -> JSONValue {
        try enter()
        var elements: [JSONValue] = []
        if take(UInt8(ascii: "]")) {
            depth -= 1
            return .array(elements)
        }
        while true {
            elements.append(try parseValue())
            skipSpace()
            if take(UInt8(ascii: ",")) {
                skipSpace()
            } else if take(UInt8(ascii: "]")) {
                depth -= 1
                return .array(elements)
            } else {
                throw fault("expected ',' or ']' after an element")
            }
        }
    }

    private mutating func parseObject() throws(Fault) -> JSONValue {
        try enter()
        var members: [JSONObject.Member] = []
        var seen: Set<String> = []
        if take(UInt8(ascii: "}")) {
            depth -= 1
            return .object(JSONObject())
        }
        while true {
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw fault("expected a key in quotes") }
            let start = position
            let key = try parseString()
            // Few keys are compared one by one; many would make that quadratic.
            let isDuplicate: Bool
            if members.count < 16 {
                isDuplicate = members.contains { $0.key == key }
            } else {
                if seen.isEmpty { seen = Set(members.map(\.key)) }
                isDuplicate = !seen.insert(key).inserted
            }
            guard !isDuplicate else {
                throw Fault(offset: start, problem: "the key \"\(key.truncated(toBytes: 60))\" stands twice in one object")
            }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw fault("expected ':' after a key") }
            skipSpace()
            members.append(JSONObject.Member(key, try parseValue()))
            skipSpace()
            if take(UInt8(ascii: ",")) {
                skipSpace()
            } else if take(UInt8(ascii: "}")) {
                depth -= 1
                return .object(JSONObject(uniqueMembers: members))
            } else {
                throw fault("expected ',' or '}' after a member")
            }
        }
    }

    // MARK: - Numbers

    private mutating func parseNumber() throws(Fault) -> JSONValue {
        let start = position
        var isWhole = true
        _ = take(UInt8(ascii: "-"))
        let digits = position
        guard skipDigits() else { throw fault("expected a digit") }
        if bytes[digits] == UInt8(ascii: "0"), position > digits + 1 {
            throw Fault(offset: digits, problem: "a number must not begin with 0")
        }
        if take(UInt8(ascii: ".")) {
            isWhole = false
            guard skipDigits() else { throw fault("expected a digit after '.'") }
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            position += 1
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard skipDigits() else { throw fault("expected a digit in the exponent") }
        }
        guard position - start <= limits.numberLength else {
            throw Fault(offset: start, problem: "a number has more than \(limits.numberLength) characters")
        }
        if isWhole, let value = wholeNumber(from: start, digits: digits) { return .integer(value) }
        return .number(JSONNumber(lexeme: String(decoding: bytes[start..<position], as: UTF8.self)))
    }

    private mutating func skipDigits() -> Bool {
        let start = position
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        return position > start
    }

    /// The number, or nil when it does not fit or would not come out as it went in (`-0`).
    private func wholeNumber(from start: Int, digits: Int) -> Int64? {
        let isNegative = digits > start
        guard position - digits <= 19 else { return nil }
        var value: Int64 = 0
        for index in digits..<position {
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            let digit = Int64(bytes[index] &- UInt8(ascii: "0"))
            let (next, overflowed) = shifted.addingReportingOverflow(isNegative ? -digit : digit)
            if overflow || overflowed { return nil }
            value = next
        }
        return isNegative && value == 0 ? nil : value
    }

    // MARK: - Strings

    private mutating func parseString() throws(Fault) -> String {
        position += 1
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                let text = try string(from: start, to: position)
                position += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try parseEscapedString(from: start) }
            guard byte >= 0x20 else { throw fault("a control character in a string; write it as an escape") }
            position += 1
        }
        throw fault("the string does not end")
    }

    private func string(from start: Int, to end: Int) throws(Fault) -> String {
        guard let text = String(validating: UnsafeBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self) else {
            throw Fault(offset: start, problem: "a string that is not valid UTF-8")
        }
        return text
    }

    private mutating func parseEscapedString(from start: Int) throws(Fault) -> String {
        var text = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw Fault(offset: start, problem: "a string that is not valid UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): try parseEscape(into: &text)
            case 0x20...: text.append(byte)
            default:
                position -= 1
                throw fault("a control character in a string; write it as an escape")
            }
        }
        throw fault("the string does not end")
    }

    private mutating func parseEscape(into text: inout [UInt8]) throws(Fault) {
        guard position < bytes.count else { throw fault("the string does not end") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            let start = position - 2
            var code = try parseHex()
            if code & 0xFC00 == 0xD800 {
                guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u") else {
                    throw Fault(offset: start, problem: "half of a surrogate pair")
                }
                position += 2
                let low = try parseHex()
                guard low & 0xFC00 == 0xDC00 else { throw Fault(offset: start, problem: "half of a surrogate pair") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw Fault(offset: start, problem: "half of a surrogate pair") }
            text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default:
            position -= 1
            throw fault("an unknown escape in a string")
        }
    }

    private mutating func parseHex() throws(Fault) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count, let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
                throw fault("expected four hexadecimal digits after \\u")
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }

    // MARK: - Bytes

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private func fault(_ problem: String) -> Fault {
        let found: String
        if position >= bytes.count {
            found = "; found the end"
        } else if (0x21...0x7E).contains(bytes[position]) {
            found = "; found '\(Character(Unicode.Scalar(bytes[position])))'"
        } else {
            found = ""
        }
        return Fault(offset: position, problem: problem.hasPrefix("expected") ? problem + found : problem)
    }
}
