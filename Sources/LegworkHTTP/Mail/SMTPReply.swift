/// What a mail server answered.
public struct SMTPReply: Sendable, Hashable, CustomStringConvertible {
    /// The longest text that is kept, in bytes.
    public static let maximumBytes = 300

    /// Three digits (RFC 5321, section 4.2).
    public let code: Int
    /// What it said beside, in printable ASCII.
    public let text: String

    /// Whether the same may be taken later.
    public var isTransient: Bool { (400..<500).contains(code) }

    /// Code and text.
    public var description: String { text.isEmpty ? "\(code)" : "\(code) \(text)" }
}
