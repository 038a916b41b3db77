/// The HTML that Telegram takes: few elements, and lines end as they do in the text. It sees names and sites in any text but code.
struct TelegramDialect: MessageDialect {
    func broken(_ text: String, in place: TextPlace) -> String {
        switch place {
        case .code: BrokenText.groups.applied(to: text)
        case .prose: BrokenText([.groups, .names]).applied(to: text)
        case .line: BrokenText([.addresses, .sites]).applied(to: text)
        }
    }

    func escaped(_ text: Substring, in place: TextPlace) -> String { text.escapedHTML }
    func bold(_ text: String) -> String { "<b>\(text)</b>" }

    func link(_ address: String, label: String?) -> String {
        let address = address[...].escapedHTML
        return "<a href=\"\(address)\">\(label ?? address)</a>"
    }

    func block(around text: String) -> CodeBlock { CodeBlock(opening: "<pre>", closing: "</pre>", closesOnLine: false) }
}
