public import LegworkCore

/// A message of plain text, perhaps with a file.
public struct MailMessage: Sendable, Hashable {
    /// The most addresses.
    public static let maximumRecipients = 50
    /// The longest subject, in characters; of a longer one the beginning is taken.
    public static let maximumSubject = 200

    /// Whom it is from.
    public var from: MailAddress
    /// Whom it goes to.
    public var to: [MailAddress]
    /// What it is about. What would end a line becomes a blank.
    public var subject: String
    /// The text.
    public var text: String
    /// When it was written.
    public var date: Timestamp
    /// What names the message, the same whenever it is sent again; the domain of ``from`` is added.
    public var id: String
    /// The ids of the messages that it belongs to, the oldest first; it answers the last.
    public var references: [String]
    /// A file that goes with it.
    public var attachment: MessageAttachment?

    /// Describes a message.
    public init(
        from: MailAddress,
        to: [MailAddress],
        subject: String,
        text: String,
        date: Timestamp,
        id: String,
        references: [String] = [],
        attachment: MessageAttachment? = nil
    ) {
        self.from = from
        self.to = to
        self.subject = subject
        self.text = text
        self.date = date
        self.id = id
        self.references = references
        self.attachment = attachment
    }

    /// The message as it is sent, in ASCII, with CRLF at the end of every line (RFC 5322, RFC 2045). The dots that SMTP doubles are not.
    ///
    /// It says that a program wrote it, so that no other program answers (RFC 3834).
    public func encoded() -> [UInt8] {
        var header = MailHeader()
        header.add("Date", Self.date(date))
        header.add("From", [from])
        header.add("To", to)
        header.add("Message-ID", Self.name(id, from.domain))
        if let last = references.last {
            header.add("In-Reply-To", Self.name(last, from.domain))
            header.add("References", references.map { Self.name($0, from.domain) })
        }
        header.add("Subject", text: String(subject.prefix(Self.maximumSubject)))
        header.add("Auto-Submitted", "auto-generated")
        header.add("MIME-Version", "1.0")
        guard let attachment else { return header.bytes + Self.part(text) }
        // Neither base64 nor quoted-printable has "=_".
        let boundary = "=_legwork"
        header.add("Content-Type", "multipart/mixed; boundary=\"\(boundary)\"")
        let line = "--\(boundary)"
        return header.bytes + "\r\n\(line)\r\n".utf8 + Self.part(text) + "\r\n\(line)\r\n".utf8 + Self.part(attachment)
            + "\r\n\(line)--\r\n".utf8
    }

    // MARK: - Parts

    private static func part(_ text: String) -> [UInt8] {
        let foreign = text.utf8.count { $0 >= 0x80 }
        var header = MailHeader()
        header.add("Content-Type", "text/plain; charset=utf-8")
        if foreign * 4 > text.utf8.count {
            header.add("Content-Transfer-Encoding", "base64")
            return header.bytes + "\r\n".utf8 + base64(Array(lines(text).utf8))
        }
        header.add("Content-Transfer-Encoding", "quoted-printable")
        return header.bytes + "\r\n".utf8 + QuotedPrintable.encode(text)
    }

    private static func part(_ attachment: MessageAttachment) -> [UInt8] {
        var header = MailHeader()
        header.add("Content-Type", isType(attachment.type) ? attachment.type : "application/octet-stream")
        header.add("Content-Disposition", "attachment; filename=\"\(fileName(attachment.name))\"")
        header.add("Content-Transfer-Encoding", "base64")
        return header.bytes + "\r\n".utf8 + base64(attachment.bytes)
    }

    /// The text with CRLF at the end of every line, as a part of type `text` has it whatever its encoding.
    private static func lines(_ text: String) -> String {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).joined(separator: "\r\n")
    }

    private static func base64(_ bytes: [UInt8]) -> [UInt8] {
        var lines: [UInt8] = []
        lines.reserveCapacity(bytes.count / 57 * 78 + 80)
        for start in stride(from: 0, to: bytes.count, by: 57) {
            lines += Base64.text(of: Array(bytes[start..<min(start + 57, bytes.count)])).utf8
            lines += "\r\n".utf8
        }
        return lines
    }

    // MARK: - Words

    private static func date(_ time: Timestamp) -> String {
        // HTTP's form of it, with the zone as a number.
        let text = String(decoding: HTTPDate.text(of: Int(time.milliseconds / 1000)), as: UTF8.self)
        return text.dropLast(3) + "+0000"
    }

    private static func name(_ id: String, _ domain: String) -> String { "<\(safe(id, or: "message", 180))@\(domain)>" }

    private static func fileName(_ name: String) -> String { safe(name, or: "file", 120) }

    /// A name without what could mean something where it stands.
    private static func safe(_ text: String, or other: String, _ limit: Int) -> String {
        let bytes = text.utf8.prefix(limit).map { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "-"), UInt8(ascii: "_"):
                byte
            case UInt8(ascii: "."): byte
            default: UInt8(ascii: "-")
            }
        }
        let isName =
            bytes.first != UInt8(ascii: ".") && bytes.last != UInt8(ascii: ".") && !String(decoding: bytes, as: UTF8.self).contains("..")
        return bytes.isEmpty || !isName ? other : String(decoding: bytes, as: UTF8.self)
    }

    /// Whether it is a MIME type, perhaps with parameters, in one short line.
    private static func isType(_ text: String) -> Bool {
        let name = text.prefix { $0 != ";" }.split(separator: "/", omittingEmptySubsequences: false)
        return text.utf8.count <= 60 && text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && name.count == 2
            && name.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(HTTPSyntax.isToken) }
            // Of several parts it would be taken for what it says.
            && !text.hasPrefix("multipart/") && !text.hasPrefix("message/")
    }
}
