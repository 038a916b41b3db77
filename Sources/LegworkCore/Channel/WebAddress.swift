/// An address that a message may lead to: `http` or `https`, with everything percent-encoded that could end a link in any markup.
struct WebAddress: Sendable, Hashable {
    let text: String

    /// Takes an address; nil when it is of another kind, or no address at all.
    init?(_ text: String) {
        let lower = text.prefix(8).lowercased()
        guard lower.hasPrefix("https://") || lower.hasPrefix("http://"), text.utf8.count <= 2048 else { return nil }
        guard text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7F }) else { return nil }
        self.text = text[...].replacing { byte in
            switch byte {
            case UInt8(ascii: "\""): "%22"
            case UInt8(ascii: "'"): "%27"
            case UInt8(ascii: "("): "%28"
            case UInt8(ascii: ")"): "%29"
            case UInt8(ascii: "*"): "%2A"
            case UInt8(ascii: "@"): "%40"
            case UInt8(ascii: "<"): "%3C"
            case UInt8(ascii: ">"): "%3E"
            case UInt8(ascii: "\\"): "%5C"
            case UInt8(ascii: "`"): "%60"
            case UInt8(ascii: "|"): "%7C"
            default: nil
            }
        }
    }
}
