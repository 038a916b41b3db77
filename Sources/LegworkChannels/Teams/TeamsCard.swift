import LegworkCore

/// A message as an Adaptive Card. Its Markdown knows no blocks of code, in which links would therefore be links: they stand in elements that know
/// no Markdown at all.
struct TeamsCard: Sendable {
    private var elements: [JSONValue] = []

    /// Takes a message in Markdown, whose fences are backticks that begin a line.
    init(_ markdown: String) {
        var lines: [Substring] = []
        var fence: Int?
        func text() -> String { lines.joined(separator: "\n") }
        for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
            let ticks = line.prefix { $0 == "`" }.count
            let rest = line.dropFirst(ticks)
            if let length = fence, ticks >= length, rest.allSatisfy(\.isWhitespace) {
                addCode(text())
                (fence, lines) = (nil, [])
            } else if fence == nil, ticks >= 3, !rest.contains("`") {
                addText(text())
                (fence, lines) = (ticks, [])
            } else {
                lines.append(line)
            }
        }
        if fence == nil { addText(text()) } else { addCode(text()) }
    }

    /// Takes a message in which nothing is marked.
    init(plain: String) { addCode(plain) }

    /// The card.
    var json: JSONValue {
        [
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
            "msteams": ["width": "Full"], "body": .array(elements),
        ]
    }

    private mutating func addText(_ text: String) {
        guard text.contains(where: { !$0.isWhitespace }) else { return }
        elements.append(["type": "TextBlock", "text": .string(text), "wrap": true])
    }

    private mutating func addCode(_ text: String) {
        guard !text.isEmpty else { return }
        let run: JSONValue = ["type": "TextRun", "text": .string(Self.aligned(text)), "fontType": "Monospace"]
        elements.append(["type": "RichTextBlock", "inlines": [run]])
    }

    /// The text with blanks that stay as many as they are, as those of HTML do not.
    private static func aligned(_ text: String) -> String {
        let blank = UInt8(ascii: " ")
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 64)
        for (index, byte) in bytes.enumerated() {
            let before = index > 0 ? bytes[index - 1] : UInt8(ascii: "\n")
            let isOneOfSeveral = before == blank || before == UInt8(ascii: "\n") || index + 1 < bytes.count && bytes[index + 1] == blank
            if byte == blank, isOneOfSeveral { result += [0xC2, 0xA0] } else { result.append(byte) }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
