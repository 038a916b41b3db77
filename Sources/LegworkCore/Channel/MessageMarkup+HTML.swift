/// HTML beside the same as plain text, as Matrix has it. Its servers look for mentions in the plain text too.
struct HTMLDialect: MessageDialect {
    var sendsBoth: Bool { true }
    var lineBreak: String { "<br>" }

    func broken(_ text: String, in place: TextPlace) -> String {
        switch place {
        case .code, .prose: BrokenText([.groups, .users]).applied(to: text)
        case .line: BrokenText.addresses.applied(to: text)
        }
    }

    func escaped(_ text: Substring, in place: TextPlace) -> String {
        guard place == .prose else { return text.escapedHTML }
        return text.escapedHTML[...].replacing { $0 == UInt8(ascii: "\n") ? "<br>" : nil }
    }

    func bold(_ text: String) -> String { "<strong>\(text)</strong>" }

    func link(_ address: String, label: String?) -> String {
        let address = address[...].escapedHTML
        return "<a href=\"\(address)\">\(label ?? address)</a>"
    }

    func block(around text: String) -> CodeBlock {
        CodeBlock(opening: "<pre><code>", closing: "</code></pre>", closesOnLine: false)
    }
}
