import LegworkCore

/// Reads a message as its platform does, to find what should not be there.
struct MessageScan {
    /// Whether everything that is opened is closed.
    let isBalanced: Bool
    /// What would be active; nil when nothing is.
    let active: String?

    init(_ message: FormattedMessage, _ markup: MessageMarkup) {
        let bytes = Array(message.marked.utf8)
        switch markup {
        case .plain: (isBalanced, active) = (true, nil)
        case .markdown:
            let (isOpen, outside) = Self.fences(bytes)
            isBalanced = !isOpen
            active = Self.first(["@everyone", "@here"], in: bytes) ?? Self.linkOrElement(outside)
        case .discord:
            isBalanced = Self.count("```", in: bytes).isMultiple(of: 2)
            active =
                Self.first(["@everyone", "@here", "<@", "<#"], in: bytes) ?? Self.first(["@everyone", "<@"], in: Array(message.plain.utf8))
        case .slack:
            isBalanced = Self.count("```", in: bytes).isMultiple(of: 2)
            active =
                Self.unescaped(bytes, ["&amp;", "&lt;", "&gt;"], ["<https://l.example/"], closing: true)
                ?? Self.first(["<!channel", "<!here", "<!everyone", "<@"], in: Array(message.plain.utf8))
        case .telegram:
            isBalanced = Self.isNested(bytes)
            active = Self.unescaped(
                bytes,
                ["&amp;", "&lt;", "&gt;", "&quot;"],
                ["<b>", "</b>", "<pre>", "</pre>", "<a href=\"https://l.example/", "</a>"]
            )
        case .html:
            isBalanced = Self.isNested(bytes)
            let own = [
                "<strong>", "</strong>", "<pre><code>", "</code></pre>", "<code>", "</pre>", "<br>", "<a href=\"https://l.example/", "</a>",
            ]
            active =
                Self.unescaped(bytes, ["&amp;", "&lt;", "&gt;", "&quot;"], own) ?? Self.first(["@everyone"], in: Array(message.plain.utf8))
        }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

    private static func starts(_ word: String, _ bytes: [UInt8], _ index: Int) -> Bool {
        index + word.utf8.count <= bytes.count && zip(bytes[index...], word.utf8).allSatisfy { lowercased($0) == $1 }
    }

    private static func first(_ words: [String], in bytes: [UInt8]) -> String? {
        for index in bytes.indices {
            if let word = words.first(where: { starts($0, bytes, index) }) { return word }
        }
        return nil
    }

    private static func count(_ word: String, in bytes: [UInt8]) -> Int {
        var (count, index) = (0, 0)
        while index < bytes.count {
            let isThere = starts(word, bytes, index)
            count += isThere ? 1 : 0
            index += isThere ? word.utf8.count : 1
        }
        return count
    }

    /// A `<` or `&` that begins nothing of the message's own.
    private static func unescaped(_ bytes: [UInt8], _ entities: [String], _ own: [String], closing: Bool = false) -> String? {
        var isWithin = false
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "&") where !entities.contains { starts($0, bytes, index) }: return "&"
            case UInt8(ascii: "<"):
                guard own.contains(where: { starts($0, bytes, index) }) else { return "<" }
                isWithin = true
            case UInt8(ascii: ">"):
                if closing, !isWithin { return ">" }
                isWithin = false
            default: break
            }
        }
        return nil
    }

    private static func isNested(_ bytes: [UInt8]) -> Bool {
        var open: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while let start = rest.firstIndex(of: UInt8(ascii: "<")), let end = rest[start...].firstIndex(of: UInt8(ascii: ">")) {
            let tag = bytes[(start + 1)..<end].prefix { $0 != UInt8(ascii: " ") }
            rest = bytes[(end + 1)...]
            if tag.elementsEqual("br".utf8) { continue }
            if tag.first == UInt8(ascii: "/") {
                guard let last = open.popLast(), last.elementsEqual(tag.dropFirst()) else { return false }
            } else {
                open.append(tag)
            }
        }
        return open.isEmpty
    }

    /// Whether a fence is open at the end of a text in Markdown, and what is outside of fences.
    private static func fences(_ bytes: [UInt8]) -> (isOpen: Bool, outside: [UInt8]) {
        var open: Int?
        var outside: [UInt8] = []
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let trimmed = line.drop { $0 == UInt8(ascii: " ") }
            let run = trimmed.prefix { $0 == UInt8(ascii: "`") }.count
            let isFence = line.count - trimmed.count <= 3 && run >= 3
            let rest = trimmed.dropFirst(run)
            if let length = open {
                if isFence, run >= length, rest.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) { open = nil }
            } else if isFence, !rest.contains(UInt8(ascii: "`")) {
                open = run
            } else {
                outside += line + [UInt8(ascii: "\n")]
            }
        }
        return (open != nil, outside)
    }

    /// A link other than the message's own, an image or an element of HTML.
    private static func linkOrElement(_ bytes: [UInt8]) -> String? {
        var isEscaped = false
        for (index, byte) in bytes.enumerated() {
            if isEscaped {
                isEscaped = false
                continue
            }
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            switch byte {
            case UInt8(ascii: "\\") where "\\`*_[]<>|~&".utf8.contains(next): isEscaped = true
            case UInt8(ascii: "]") where next == UInt8(ascii: "(") && !starts("](https://l.example/", bytes, index): return "]("
            case UInt8(ascii: "]") where next == UInt8(ascii: ":"): return "]:"
            case UInt8(ascii: "<"):
                let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(next | 0x20) && next >= UInt8(ascii: "A")
                if isLetter || "/!?".utf8.contains(next), !starts("<https://l.example/", bytes, index) { return "<" }
            default: break
            }
        }
        return nil
    }
}
