import LegworkCore

/// The character classes and small conversions of HTTP (RFC 9110, RFC 3986).
package enum HTTPSyntax {
    /// A character of a token: method and field names (RFC 9110 §5.6.2).
    package static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"),
            UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"),
            UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// A byte that may stand in a field's value: everything but control characters; the tab is allowed.
    package static func isFieldValue(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7f || byte == 0x09
    }

    package static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09
    }

    static func digit(_ byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
        default: nil
        }
    }

    static func hexDigit(_ byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(byte - UInt8(ascii: "A")) + 10
        default: nil
        }
    }

    package static func trimmed(_ text: Substring) -> String {
        var bytes = text.utf8[...]
        while let first = bytes.first, isBlank(first) { bytes.removeFirst() }
        while let last = bytes.last, isBlank(last) { bytes.removeLast() }
        return String(Substring(bytes))
    }

    /// What stands before the query. By its bytes: all of a target is ASCII, and characters take long to find.
    static func path(of target: Substring) -> Substring {
        Substring(target.utf8.prefix { $0 != UInt8(ascii: "?") })
    }

    /// Whether ``percentDecoded(_:plusIsBlank:)`` has an answer.
    static func isPercentEncoded(_ text: Substring) -> Bool {
        !text.utf8.contains(UInt8(ascii: "%")) || percentDecoded(text) != nil
    }

    /// A text as one segment of a path or one value of a query: everything but letters, digits and `-_~` percent-encoded. The dot is too, though
    /// it need not be (RFC 3986, section 2.3): a segment that is `..` would lead elsewhere.
    package static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Undoes percent-encoding; nil when it is malformed, contains a zero byte or is not UTF-8.
    package static func percentDecoded(_ text: Substring, plusIsBlank: Bool = false) -> String? {
        let bytes = text.utf8
        guard bytes.contains(where: { $0 == UInt8(ascii: "%") || plusIsBlank && $0 == UInt8(ascii: "+") }) else { return String(text) }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var rest = bytes.makeIterator()
        while let byte = rest.next() {
            if byte == UInt8(ascii: "%") {
                guard let high = rest.next().flatMap(hexDigit), let low = rest.next().flatMap(hexDigit), high + low > 0 else { return nil }
                decoded.append(UInt8(high << 4 | low))
            } else {
                decoded.append(plusIsBlank && byte == UInt8(ascii: "+") ? 0x20 : byte)
            }
        }
        return String(validating: decoded, as: UTF8.self)
    }

    /// Whether a `Host` value names a host and perhaps a port (RFC 9110 §7.2), in the characters that real ones use.
    package static func isHost(_ value: some StringProtocol) -> Bool {
        var bytes = Array(value.utf8)[...]
        guard let first = bytes.first, bytes.count <= 255 else { return false }
        if first == UInt8(ascii: "[") {
            guard let end = bytes.firstIndex(of: UInt8(ascii: "]")), end > bytes.startIndex + 1 else { return false }
            let literal = bytes[(bytes.startIndex + 1)..<end]
            guard literal.allSatisfy({ hexDigit($0) != nil || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }) else { return false }
            bytes = bytes[(end + 1)...]
        } else {
            let name = bytes.prefix { byte in
                byte != UInt8(ascii: ":")
            }
            guard !name.isEmpty,
                name.allSatisfy({
                    digit($0) != nil || isLetter($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                        || $0 == UInt8(ascii: "~")
                })
            else { return false }
            bytes = bytes[name.endIndex...]
        }
        if bytes.isEmpty { return true }
        let port = bytes.dropFirst()
        guard bytes.first == UInt8(ascii: ":"), (1...5).contains(port.count) else { return false }
        return port.allSatisfy { digit($0) != nil } && Int(String(decoding: port, as: UTF8.self)).map { $0 <= 65535 } == true
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(ASCIICase.lowered(byte))
    }
}
