/// The name of an artifact: one component of a path, of `A-Z a-z 0-9 _ - .`, that does not begin with a point. No such name leads elsewhere.
public struct ArtifactName: Sendable, Hashable, CustomStringConvertible {
    /// The longest name, in bytes.
    public static let maximumLength = 128

    /// The name.
    public let text: String

    /// The name.
    public var description: String { text }

    /// Takes a name; nil unless it is one.
    public init?(_ text: String) {
        guard (1...Self.maximumLength).contains(text.utf8.count), text.utf8.first != UInt8(ascii: "."),
            text.utf8.allSatisfy({ Self.isPlain($0) || $0 == UInt8(ascii: ".") })
        else { return nil }
        self.text = text
    }

    /// Makes a name of a label in anybody's words: what may not stand in a name becomes `_`, and nothing at all `artifact`.
    ///
    /// - Parameters:
    ///   - label: what it is called by people. Where it ends like a file name, as in `report.md`, the ending stays.
    ///   - distinction: what tells it from others of the same label, of characters that are allowed.
    ///   - ending: the file's ending where the label has none.
    public init(label: String, distinction: String? = nil, ending: String) {
        var stem = label[...]
        var own = ending
        if let point = label.lastIndex(of: "."), point != label.startIndex {
            let last = label[label.index(after: point)...]
            if (1...8).contains(last.utf8.count), last.utf8.allSatisfy(Self.isAlphanumeric) {
                (stem, own) = (label[..<point], String(last))
            }
        }
        let bytes = stem.utf8.prefix(80).map { Self.isPlain($0) ? $0 : UInt8(ascii: "_") }
        let plain = bytes.isEmpty ? "artifact" : String(decoding: bytes, as: UTF8.self)
        text = plain + (distinction.map { "-" + $0 } ?? "") + "." + own
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
}
