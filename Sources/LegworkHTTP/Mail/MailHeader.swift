import LegworkCore

/// The head of a message, field by field, in lines that are short enough and hold ASCII only (RFC 5322, section 2.2, and RFC 2047).
struct MailHeader {
    private(set) var bytes: [UInt8] = []

    /// Adds a field whose words are known to be good; they are put on lines of their own when they are long.
    mutating func add(_ name: String, _ words: [String]) {
        bytes += "\(name):".utf8
        var column = name.utf8.count + 1
        for word in words {
            let isTooLong = column + 1 + word.utf8.count > 76 && column > name.utf8.count + 1
            bytes += (isTooLong ? "\r\n " : " ").utf8
            column = (isTooLong ? 0 : column) + 1 + word.utf8.count
            bytes += word.utf8
        }
        bytes += "\r\n".utf8
    }

    /// Adds a field of one word.
    mutating func add(_ name: String, _ word: String) { add(name, [word]) }

    /// Adds a field of a text from anywhere.
    mutating func add(_ name: String, text: String) { add(name, Self.words(text, from: name.utf8.count + 2)) }

    /// Adds addresses.
    mutating func add(_ name: String, _ addresses: [MailAddress]) {
        var words: [String] = []
        for (index, address) in addresses.enumerated() {
            let comma = index == addresses.count - 1 ? "" : ","
            if let name = address.name {
                words += Self.words(name, isPhrase: true)
                words.append("<\(address)>\(comma)")
            } else {
                words.append("\(address)\(comma)")
            }
        }
        add(name, words)
    }

    // MARK: - Text

    /// A text as words of a field: as it is when it is short and plain, else encoded. Nothing of it ends a line.
    static func words(_ text: String, from column: Int = 0, isPhrase: Bool = false) -> [String] {
        let line = oneLine(text)
        if line.allSatisfy({ $0 == " " }) { return [] }
        let isPlain =
            column + line.utf8.count <= 76 && !line.hasPrefix(" ") && !line.hasSuffix(" ") && !line.contains("=?")
            && line.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        if isPlain, !isPhrase { return [line] }
        if isPlain, line.utf8.allSatisfy({ isPhraseByte($0) }) { return [line] }
        // 75 characters, of which twelve say what it is: three quarters of the rest, on whole scalars.
        var (words, piece): ([String], [UInt8]) = ([], [])
        for scalar in line.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if piece.count + bytes.count > 42 {
                words.append("=?UTF-8?B?\(Base64.text(of: piece))?=")
                piece = []
            }
            piece += bytes
        }
        if !piece.isEmpty || words.isEmpty { words.append("=?UTF-8?B?\(Base64.text(of: piece))?=") }
        return words
    }

    /// The text with a blank for everything that ends a line or shows nothing.
    private static func oneLine(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: scalars.append(" ")
            default: scalars.append(scalar)
            }
        }
        return String(scalars)
    }

    /// Whether a byte may stand in a name without quotes.
    private static func isPhraseByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
