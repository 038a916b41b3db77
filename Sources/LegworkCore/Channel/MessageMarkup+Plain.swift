/// No markup: nothing in it is active, so the text goes as it is.
struct PlainDialect: MessageDialect {
    func broken(_ text: String, in place: TextPlace) -> String { text }
    func escaped(_ text: Substring, in place: TextPlace) -> String { String(text) }
    func bold(_ text: String) -> String { text }
    func link(_ address: String, label: String?) -> String { label.map { "\($0): \(address)" } ?? address }
    func block(around text: String) -> CodeBlock { CodeBlock(opening: "", closing: "", closesOnLine: false) }
}

extension MessageMarkup {
    /// How it is written.
    var dialect: any MessageDialect {
        switch self {
        case .plain: PlainDialect()
        case .markdown: MarkdownDialect()
        case .discord: DiscordDialect()
        case .slack: SlackDialect()
        case .telegram: TelegramDialect()
        case .html: HTMLDialect()
        }
    }
}
