/// Discord's Markdown. It knows no fence but three backticks, and sees mentions through backslashes, so both are broken by zero width spaces.
struct DiscordDialect: MessageDialect {
    var knowsMarkdown: Bool { true }

    func broken(_ text: String, in place: TextPlace) -> String {
        switch place {
        case .code: BrokenText([.groups, .tags, .fences]).applied(to: text)
        case .prose: BrokenText([.groups, .tags, .fences, .links]).applied(to: text)
        case .line: BrokenText([.tags, .addresses, .starts]).applied(to: text)
        }
    }

    func escaped(_ text: Substring, in place: TextPlace) -> String {
        place == .line ? text.escaped("\\`*_[]<>|~") : String(text)
    }

    func bold(_ text: String) -> String { "**\(text)**" }
    func link(_ address: String, label: String?) -> String { label.map { "[\($0)](\(address))" } ?? address }
    func block(around text: String) -> CodeBlock { CodeBlock(opening: "```\n", closing: "```") }
}
