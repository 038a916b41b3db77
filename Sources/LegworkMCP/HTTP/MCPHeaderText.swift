/// Values of a message's body as header fields carry them: as they are, or in base64 between `=?base64?` and `?=`
/// (2026-07-28, basic/transports/streamable-http, "Value Encoding").
enum MCPHeaderText {
    private static let prefix = "=?base64?"
    private static let suffix = "?="

    /// What a field's value stands for; nil when it has characters that it must not have, or is no base64 where it says so.
    static func decode(_ value: String) -> String? {
        guard value.utf8.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x09 }) else { return nil }
        guard value.hasPrefix(prefix), value.hasSuffix(suffix), value.utf8.count >= prefix.utf8.count + suffix.utf8.count else {
            return value
        }
        guard let bytes = bytes(value.utf8.dropFirst(prefix.utf8.count).dropLast(suffix.utf8.count)) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The bytes of base64 with its padding (RFC 4648 §4); nil when it is malformed.
    private static func bytes(_ text: Substring.UTF8View) -> [UInt8]? {
        guard text.count.isMultiple(of: 4) else { return nil }
        let padding = text.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard padding <= 2 else { return nil }
        var (bytes, bits, count): ([UInt8], UInt32, Int) = ([], 0, 0)
        for character in text.dropLast(padding) {
            guard let value = value(character) else { return nil }
            (bits, count) = (bits << 6 | UInt32(value), count + 6)
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }

    private static func value(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
