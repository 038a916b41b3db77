/// Markdown from outside, made such that it can stand in a message: what is active in it is broken, and its blocks of code have fences of three
/// backticks, each of which is closed. Discord knows no others.
enum MarkdownProse {
    private static let fence = "```"

    /// - Parameter beginsWithin: whether the text begins in the middle of a block.
    /// - Returns: the text, and whether a block was open at its end, which is then closed.
    static func settled(_ text: Substring, _ dialect: any MessageDialect, beginsWithin: Bool = false) -> (text: String, wasOpen: Bool) {
        var result = beginsWithin ? fence + "\n" : ""
        var open = beginsWithin ? CodeFence(opening: fence[...]) : nil
        // Discord pairs backticks across lines and fences: behind one that is left over nobody can say what is code.
        var isSure = true
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.startIndex > text.startIndex { result += "\n" }
            if let fence = open, fence.isClosed(by: line) {
                open = nil
                result += Self.fence
            } else if open == nil, let fence = CodeFence(opening: line) {
                open = fence
                // Not indented, so that it stands by itself and not in a list, which would end it.
                result += Self.fence + language(of: fence)
            } else if open == nil {
                result += dialect.broken(String(line), in: .prose)
                isSure = isSure && line.utf8.count { $0 == UInt8(ascii: "`") }.isMultiple(of: 2) && !line.contains("``")
            } else {
                // What closed no longer fence would close this one.
                result += BrokenText.fences.applied(to: dialect.broken(String(line), in: isSure ? .code : .prose))
            }
        }
        guard open != nil else { return (result, false) }
        return (result + (result.hasSuffix("\n") ? "" : "\n") + fence, true)
    }

    /// Whether a text seems to be written in Markdown: it has a block of code, a heading, or something bold.
    static func isLikely(_ text: String) -> Bool {
        var hasBold = false
        for line in text.split(separator: "\n") {
            if CodeFence(opening: line) != nil || line.hasPrefix("## ") || line.hasPrefix("### ") { return true }
            if let first = line.firstRange(of: "**"), let second = line[first.upperBound...].firstRange(of: "**") {
                hasBold = hasBold || first.upperBound < second.lowerBound
            }
        }
        return hasBold
    }

    private static func language(of fence: CodeFence) -> String {
        let info = fence.opening.drop { $0 == "`" || $0 == "~" || $0 == " " }
        return String(info.prefix(20).prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "+#._-".contains($0)) })
    }
}
