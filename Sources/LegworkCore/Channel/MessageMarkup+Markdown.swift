/// Markdown (CommonMark 0.31): punctuation is escaped by a backslash, except in blocks of code, whose fence is longer than any run of backticks
/// in them.
struct MarkdownDialect: MessageDialect {
    var knowsMarkdown: Bool { true }
    /// Lines that only end would flow together.
    var lineBreak: String { "\n\n" }

    func broken(_ text: String, in place: TextPlace) -> String {
        switch place {
        case .code: BrokenText([.groups, .longRuns]).applied(to: text)
        case .prose: BrokenText([.groups, .names, .fences, .links]).applied(to: text)
        case .line: BrokenText([.addresses, .starts]).applied(to: text)
        }
    }

    func escaped(_ text: Substring, in place: TextPlace) -> String {
        place == .line ? text.escaped("\\`*_[]<>|~&") : String(text)
    }

    func bold(_ text: String) -> String { "**\(text)**" }
    func link(_ address: String, label: String?) -> String { label.map { "[\($0)](\(address))" } ?? "<\(address)>" }

    func block(around text: String) -> CodeBlock {
        let fence = CodeFence.around(text)
        return CodeBlock(opening: fence + "\n", closing: fence)
    }
}
