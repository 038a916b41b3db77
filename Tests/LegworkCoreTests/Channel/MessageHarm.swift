@testable import LegworkCore

/// Looks for what should not be in a message, as its platform reads it, and in other ways than those who keep it out.
enum MessageHarm {
    /// Whether everything that is opened is closed.
    static func isBalanced(_ marked: String, _ markup: MessageMarkup) -> Bool {
        switch markup {
        case .plain: true
        case .discord, .slack: marked.ranges(of: "```").count.isMultiple(of: 2)
        case .markdown: fences(in: marked).open == nil
        case .telegram, .html: hasClosedElements(marked)
        }
    }

    /// What would call somebody, or lead somewhere, or be an element of a page, and was not put there on purpose.
    static func active(in message: FormattedMessage, _ markup: MessageMarkup) -> [String] {
        let found: [String]
        switch markup {
        case .plain: found = []
        case .markdown:
            let text = withoutEscapes(fences(in: message.marked).outside)
            found =
                matches(text, /(?i:@(everyone|here|(all|channel)\b))|<[a-zA-Z\/!?@#]|\]\((?!https:\/\/l\.example)|\]:/)
                + matches(message.marked + message.plain, /(?i)@(everyone|here)/)
        case .discord:
            let text = withoutEscapes(fences(in: message.marked).outside)
            found =
                matches(message.marked + message.plain, /(?i)@(everyone|here)|<@|<#/)
                + matches(text, /\]\((?!https:\/\/l\.example)|<[:a-zA-Z\/]/)
        case .slack:
            let own = /&(amp|lt|gt);|<https:\/\/l\.example[^<>|]*(\|[^<>|]*)?>/.matchingSemantics(.unicodeScalar)
            let text = message.marked.replacing(own, with: "")
            found = matches(text, /[<>&]/) + matches(message.plain, /<!(channel|here|everyone|subteam)|<@|<#/)
        case .telegram:
            let code = message.marked.replacing(/<pre>[^<]*<\/pre>/.matchingSemantics(.unicodeScalar), with: "")
            found = elements(in: message.marked) + matches(code + "\n" + outsideCode(message), /(^|[^\w.+%\-])@\w/)
        case .html:
            let pattern = /(?i)@room\b|(^|[^\w.+%\-])@[\w.=\/+\-]+:/
            found = elements(in: message.marked) + matches(message.marked, pattern) + matches(message.plain, pattern)
        }
        return found + (message.plain + message.marked).unicodeScalars.filter(isControl).map { "U+" + String($0.value, radix: 16) }
    }

    private static func matches<Output>(_ text: String, _ pattern: Regex<Output>) -> [String] {
        // Platforms know no graphemes: a mark on top of a `<` does not change it.
        text.matches(of: pattern.matchingSemantics(.unicodeScalar)).map { String(text[$0.range]) }
    }

    /// Elements and characters of HTML other than those that a message is made of.
    private static func elements(in marked: String) -> [String] {
        let own = /&(amp|lt|gt|quot);|<\/?(b|strong|pre|code|a)>|<br>|<a href="https:\/\/l\.example[^"<>]*">/.matchingSemantics(
            .unicodeScalar
        )
        return matches(marked.replacing(own, with: ""), /[<&>]/)
    }

    /// The plain text, where the marked one has no code.
    private static func outsideCode(_ message: FormattedMessage) -> String {
        message.marked.utf8.firstRange(of: "<pre>".utf8) == nil ? message.plain : ""
    }

    private static func hasClosedElements(_ marked: String) -> Bool {
        var open: [Substring] = []
        for tag in marked.matches(of: /<(\/?)(\w+)[^>]*>/.matchingSemantics(.unicodeScalar)) where tag.output.2 != "br" {
            if tag.output.1.isEmpty {
                open.append(tag.output.2)
            } else if open.popLast() != tag.output.2 {
                return false
            }
        }
        return open.isEmpty
    }

    private static func withoutEscapes(_ text: String) -> String {
        text.replacing(/\\[\\`*_\[\]<>|~&]/.matchingSemantics(.unicodeScalar), with: "")
    }

    /// The fence that is open at the end of a text, and what is outside of fences.
    private static func fences(in text: String) -> (open: String?, outside: String) {
        var (open, outside) = (String?.none, "")
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let trimmed = line.drop { $0 == " " }
            let run = String(trimmed.prefix { $0 == "`" })
            let rest = trimmed.dropFirst(run.count)
            let isFence = line.count - trimmed.count <= 3 && run.count >= 3
            if let fence = open {
                if isFence, run.count >= fence.count, rest.allSatisfy(\.isWhitespace) { open = nil }
            } else if isFence, !rest.contains("`") {
                open = run
            } else {
                outside += line + "\n"
            }
        }
        return (open, outside)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case ..<0x20, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
