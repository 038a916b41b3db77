import LegworkCore

/// An address for mail, and the name of whom it belongs to. It holds nothing that could end a line of a message or of SMTP.
public struct MailAddress: Sendable, Hashable, CustomStringConvertible {
    /// The longest address, in bytes (RFC 5321, section 4.5.3.1.3, without the brackets).
    public static let maximumBytes = 254
    /// The longest name, in UTF-8 bytes.
    public static let maximumNameBytes = 256

    /// The name, as people read it.
    public let name: String?
    /// What is before the `@`.
    public let user: String
    /// What is after it, in ASCII.
    public let domain: String

    /// Reads `user@domain`, or `Name <user@domain>`; nil for anything else.
    ///
    /// The user's part is letters, digits and `!#$%&'*+/=?^_{|}~.-`, the domain letters, digits, dots and hyphens: names of other scripts
    /// are written in their ASCII form.
    public init?(_ text: String) {
        var (name, address) = (String?.none, text[...])
        if text.hasSuffix(">"), let open = text.lastIndex(of: "<") {
            address = text[text.index(after: open)...].dropLast()
            var words = text[..<open].drop { $0 == " " }
            while words.last == " " { words.removeLast() }
            if words.count >= 2, words.hasPrefix("\""), words.hasSuffix("\"") { words = words.dropFirst().dropLast() }
            name = words.isEmpty ? nil : String(words)
        }
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, address.utf8.count <= Self.maximumBytes, Self.isUser(parts[0]), Self.isDomain(parts[1]) else { return nil }
        if let name, name.utf8.count > Self.maximumNameBytes || name.unicodeScalars.contains(where: { $0.properties.isControl }) {
            return nil
        }
        self.name = name
        user = String(parts[0])
        domain = String(parts[1])
    }

    /// The address, without the name.
    public var description: String { "\(user)@\(domain)" }

    private static func isUser(_ text: Substring) -> Bool {
        let marks = "!#$%&'*+/=?^_`{|}~-".utf8
        let atoms = text.split(separator: ".", omittingEmptySubsequences: false)
        return text.utf8.count <= 64
            && atoms.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { isAlphanumeric($0) || marks.contains($0) } }
    }

    private static func isDomain(_ text: Substring) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: false
        }
    }
}

extension Unicode.Scalar.Properties {
    /// Whether it ends a line or does something else that shows nothing.
    fileprivate var isControl: Bool {
        switch generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
