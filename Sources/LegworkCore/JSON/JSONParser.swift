/// A strict reader of RFC 8259, one pass, over bytes that it is handed at every step.
///
/// It recurses once per nested array or object; ``JSONLimits/depth`` bounds that, so hostile nesting cannot exhaust the stack. Every read
/// of the bytes is bounds-checked.
struct JSONParser {
    var offset: Int
    let limits: JSONLimits
    let depthLimit: Int
    var valuesLeft: Int
    /// Where strings with escapes are put together; kept for its capacity.
    var scratch: [UInt8] = []

    init(offset: Int = 0, limits: JSONLimits) {
        self.offset = offset
        self.limits = limits
        depthLimit = limits.effectiveDepth
        valuesLeft = limits.values
    }

    /// Reads the one value that the bytes consist of.
    mutating func document(in bytes: Span<UInt8>) throws(JSONParserFailure) -> JSONValue {
        guard bytes.count <= limits.bytes else { throw failure(.tooManyBytes) }
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { throw failure(.byteOrderMark) }
        skipWhitespace(in: bytes)
        let value = try value(in: bytes, depth: 0)
        skipWhitespace(in: bytes)
        guard offset == bytes.count else { throw failure(.textAfterValue) }
        return value
    }

    func failure(_ reason: JSONParserFailure.Reason) -> JSONParserFailure {
        JSONParserFailure(reason: reason, offset: offset)
    }

    @inline(__always)
    mutating func skipWhitespace(in bytes: Span<UInt8>) {
        while offset < bytes.count {
            let byte = bytes[offset]
            guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            offset &+= 1
        }
    }

    /// Reads the value that starts at the offset.
    private mutating func value(in bytes: Span<UInt8>, depth: Int) throws(JSONParserFailure) -> JSONValue {
        guard offset < bytes.count else { throw failure(.expectedValue) }
        guard valuesLeft > 0 else { throw failure(.tooManyValues) }
        valuesLeft &-= 1
        switch bytes[offset] {
        case UInt8(ascii: "\""): return .string(try string(in: bytes).text)
        case UInt8(ascii: "{"): return .object(try object(in: bytes, depth: depth))
        case UInt8(ascii: "["): return .array(try array(in: bytes, depth: depth))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number(in: bytes)
        case UInt8(ascii: "t"):
            try word("true", in: bytes)
            return .bool(true)
        case UInt8(ascii: "f"):
            try word("false", in: bytes)
            return .bool(false)
        case UInt8(ascii: "n"):
            try word("null", in: bytes)
            return .null
        default: throw failure(.expectedValue)
        }
    }

    private mutating func word(_ word: StaticString, in bytes: Span<UInt8>) throws(JSONParserFailure) {
        let length = word.utf8CodeUnitCount
        guard bytes.count - offset >= length else { throw failure(.expectedValue) }
        for index in 1..<length where bytes[offset + index] != word.utf8Start[index] { throw failure(.expectedValue) }
        offset += length
    }

    private mutating func array(in bytes: Span<UInt8>, depth: Int) throws(JSONParserFailure) -> [JSONValue] {
        guard depth < depthLimit else { throw failure(.tooDeep) }
        offset &+= 1
        skipWhitespace(in: bytes)
        guard offset < bytes.count else { throw failure(.expectedValue) }
        if bytes[offset] == UInt8(ascii: "]") {
            offset &+= 1
            return []
        }
        var elements: [JSONValue] = []
        while true {
            elements.append(try value(in: bytes, depth: depth &+ 1))
            skipWhitespace(in: bytes)
            guard offset < bytes.count else { throw failure(.expectedCommaOrBracket) }
            let byte = bytes[offset]
            if byte == UInt8(ascii: "]") {
                offset &+= 1
                return elements
            }
            guard byte == UInt8(ascii: ",") else { throw failure(.expectedCommaOrBracket) }
            offset &+= 1
            skipWhitespace(in: bytes)
            if offset < bytes.count, bytes[offset] == UInt8(ascii: "]") { throw failure(.trailingCommaInArray) }
        }
    }

    private mutating func object(in bytes: Span<UInt8>, depth: Int) throws(JSONParserFailure) -> JSONObject {
        guard depth < depthLimit else { throw failure(.tooDeep) }
        offset &+= 1
        skipWhitespace(in: bytes)
        guard offset < bytes.count else { throw failure(.expectedFirstKey) }
        if bytes[offset] == UInt8(ascii: "}") {
            offset &+= 1
            return JSONObject()
        }
        guard bytes[offset] == UInt8(ascii: "\"") else { throw failure(.expectedFirstKey) }
        var members: [JSONObject.Member] = []
        members.reserveCapacity(4)
        var known = JSONKnownKeys()
        while true {
            let start = offset
            let (key, isASCII) = try string(in: bytes)
            guard known.insert(key, isASCII: isASCII, after: members) else {
                throw JSONParserFailure(reason: .duplicateKey, offset: start)
            }
            skipWhitespace(in: bytes)
            guard offset < bytes.count, bytes[offset] == UInt8(ascii: ":") else { throw failure(.expectedColon) }
            offset &+= 1
            skipWhitespace(in: bytes)
            members.append(JSONObject.Member(key, try value(in: bytes, depth: depth &+ 1)))
            skipWhitespace(in: bytes)
            guard offset < bytes.count else { throw failure(.expectedCommaOrBrace) }
            let byte = bytes[offset]
            if byte == UInt8(ascii: "}") {
                offset &+= 1
                return JSONObject(uniqueMembers: members)
            }
            guard byte == UInt8(ascii: ",") else { throw failure(.expectedCommaOrBrace) }
            offset &+= 1
            skipWhitespace(in: bytes)
            guard offset < bytes.count else { throw failure(.expectedKey) }
            let next = bytes[offset]
            guard next == UInt8(ascii: "\"") else {
                throw failure(next == UInt8(ascii: "}") ? .trailingCommaInObject : .expectedKey)
            }
        }
    }
}
