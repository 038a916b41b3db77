/// Slack's mrkdwn. Mentions and links are written with `<` and `>`, which are escaped everywhere; it has no escape for its other marks.
struct SlackDialect: MessageDialect {
    func broken(_ text: String, in place: TextPlace) -> String {
        switch place {
        case .code, .prose: BrokenText([.groups, .tags, .commands, .fences]).applied(to: text)
        case .line: BrokenText([.groups, .tags, .commands, .addresses, .marks]).applied(to: text)
        }
    }

    func escaped(_ text: Substring, in place: TextPlace) -> String {
        text.replacing { byte in
            switch byte {
            case UInt8(ascii: "&"): "&amp;"
            case UInt8(ascii: "<"): "&lt;"
            case UInt8(ascii: ">"): "&gt;"
            default: nil
            }
        }
    }

    func bold(_ text: String) -> String { "*\(text)*" }

    func link(_ address: String, label: String?) -> String {
        let address = escaped(address[...], in: .line)
        return label.map { "<\(address)|\($0)>" } ?? "<\(address)>"
    }

    func block(around text: String) -> CodeBlock { CodeBlock(opening: "```\n", closing: "```") }
}
