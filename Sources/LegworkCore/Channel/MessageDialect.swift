/// How a platform marks text up, and what it takes for active.
///
/// A text from outside goes through ``broken(_:in:)`` once, before it is cut, and through ``escaped(_:in:)`` piece by piece; after both nothing
/// in it pings anybody, leads anywhere unseen, or ends the block it is in.
protocol MessageDialect: Sendable {
    /// Whether an answer in Markdown can go as it is.
    var knowsMarkdown: Bool { get }
    /// Whether the plain text is sent beside the marked one, so that both count.
    var sendsBoth: Bool { get }
    /// What ends a line outside blocks.
    var lineBreak: String { get }

    /// A text with zero width spaces where something would be active.
    func broken(_ text: String, in place: TextPlace) -> String
    /// A piece of a broken text as it is sent. What a scalar becomes does not depend on its neighbours, so that pieces can be cut anywhere.
    func escaped(_ text: Substring, in place: TextPlace) -> String
    /// An escaped text, bold.
    func bold(_ text: String) -> String
    /// A link, with an escaped label or none, to an address that ``WebAddress`` has made harmless.
    func link(_ address: String, label: String?) -> String
    /// The block of code for a text.
    func block(around text: String) -> CodeBlock
}

/// Where in a message a text stands.
enum TextPlace: Sendable, Hashable {
    /// In a block of code.
    case code
    /// As a text of its own.
    case prose
    /// As a name in a line.
    case line
}

/// What goes around a piece of code.
struct CodeBlock: Sendable, Hashable {
    /// Before it.
    var opening: String
    /// After it.
    var closing: String
    /// Whether what closes it has to begin a line.
    var closesOnLine = true
}

extension MessageDialect {
    var knowsMarkdown: Bool { false }
    var sendsBoth: Bool { false }
    var lineBreak: String { "\n" }
}

extension Substring {
    /// The text with some ASCII characters replaced.
    func replacing(_ replacement: (UInt8) -> StaticString?) -> String {
        guard utf8.contains(where: { replacement($0) != nil }) else { return String(self) }
        var result: [UInt8] = []
        result.reserveCapacity(utf8.count + 16)
        for byte in utf8 {
            guard let replaced = replacement(byte) else {
                result.append(byte)
                continue
            }
            replaced.withUTF8Buffer { result += $0 }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The text as HTML.
    var escapedHTML: String {
        replacing { byte in
            switch byte {
            case UInt8(ascii: "&"): "&amp;"
            case UInt8(ascii: "<"): "&lt;"
            case UInt8(ascii: ">"): "&gt;"
            case UInt8(ascii: "\""): "&quot;"
            default: nil
            }
        }
    }

    /// The text with a backslash before each of some punctuation.
    func escaped(_ punctuation: String) -> String {
        guard utf8.contains(where: punctuation.utf8.contains) else { return String(self) }
        var result: [UInt8] = []
        for byte in utf8 {
            if punctuation.utf8.contains(byte) { result.append(UInt8(ascii: "\\")) }
            result.append(byte)
        }
        return String(decoding: result, as: UTF8.self)
    }
}
