/// An address in XMPP: `user@domain`, or `room@domain`, perhaps with `/resource` (RFC 7622, of which only the plain forms are taken).
public struct JID: Sendable, Hashable, CustomStringConvertible {
    /// Who.
    public let user: String
    /// Where.
    public let domain: String
    /// Which of his clients; in a room, the nickname.
    public let resource: String?

    /// Reads an address; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let names = parts[0].split(separator: "@", omittingEmptySubsequences: false)
        guard names.count == 2, text.utf8.count <= 1023, names.allSatisfy({ Self.isName($0) }) else { return nil }
        if parts.count == 2, parts[1].isEmpty || parts[1].unicodeScalars.contains(where: { $0.value < 0x20 }) { return nil }
        user = String(names[0])
        domain = String(names[1])
        resource = parts.count == 2 ? String(parts[1]) : nil
    }

    /// The address.
    public var description: String { "\(user)@\(domain)" + (resource.map { "/\($0)" } ?? "") }

    private static func isName(_ text: Substring) -> Bool {
        (1...255).contains(text.utf8.count)
            && !text.unicodeScalars.contains { $0.value <= 0x20 || $0.value == 0x7F || "\"&'/:<>@".unicodeScalars.contains($0) }
    }
}
