/// Makes a text inactive by putting zero width spaces where a platform would else see a mention, a link or the end of a block: readers see the
/// same, and nothing of the text is lost.
struct BrokenText: OptionSet, Sendable {
    let rawValue: Int

    /// `@everyone`, `@here`, `@all`, `@channel`, `@room`.
    static let groups = BrokenText(rawValue: 1 << 0)
    /// `<@1>`, `<@&1>`, `<#1>`.
    static let tags = BrokenText(rawValue: 1 << 1)
    /// `<!channel>`, `<!here>`, `<!everyone>`, `<!subteam^1>`, `<!date^1>`, `<http://…|words>`.
    static let commands = BrokenText(rawValue: 1 << 2)
    /// `@name`, unless it is part of an address.
    static let names = BrokenText(rawValue: 1 << 3)
    /// `@name:server`.
    static let users = BrokenText(rawValue: 1 << 4)
    /// Three backticks, where a platform knows no longer fence.
    static let fences = BrokenText(rawValue: 1 << 5)
    /// More than 16 backticks, round which no fence would be bearable.
    static let longRuns = BrokenText(rawValue: 1 << 6)
    /// Markdown's links and images, whose target is not seen, and HTML.
    static let links = BrokenText(rawValue: 1 << 7)
    /// Every `@`, `://` and `www.`: in a line that is no more than a name.
    static let addresses = BrokenText(rawValue: 1 << 8)
    /// A dot before a letter, where a platform takes `deploy.sh` for a site.
    static let sites = BrokenText(rawValue: 1 << 9)
    /// `*`, `_`, `~` and backticks, where a platform has no escape for them.
    static let marks = BrokenText(rawValue: 1 << 10)

    /// What makes a heading, a list or a quotation, where it begins a line.
    static let starts = BrokenText(rawValue: 1 << 11)

    /// The text with zero width spaces.
    func applied(to text: String) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 64)
        var ticks = 0
        for (index, byte) in bytes.enumerated() {
            ticks = byte == UInt8(ascii: "`") ? ticks + 1 : 0
            if isBreak(before: index, in: bytes, ticks: &ticks) { result += [0xE2, 0x80, 0x8B] }
            result.append(byte)
        }
        return result.count == bytes.count ? text : String(decoding: result, as: UTF8.self)
    }

    /// - Parameter ticks: how many backticks come one after the other up to here; begins anew where they are broken.
    private func isBreak(before index: Int, in bytes: [UInt8], ticks: inout Int) -> Bool {
        let byte = bytes[index]
        if ticks > (contains(.fences) ? 2 : 16), contains(.fences) || contains(.longRuns) {
            ticks = 1
            return true
        }
        if contains(.marks), "*_~`".utf8.contains(byte) { return true }
        guard index > 0 else { return contains(.starts) && "#->+=".utf8.contains(byte) }
        switch bytes[index - 1] {
        case UInt8(ascii: "@"): return isMention(bytes, index)
        case UInt8(ascii: "<"):
            switch byte {
            case UInt8(ascii: "@"), UInt8(ascii: "#"): return contains(.tags) || contains(.links)
            case UInt8(ascii: "!"):
                return contains(.links)
                    || contains(.commands) && starts(["channel", "here", "everyone", "subteam", "date"], bytes, index + 1)
            case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: ":"): return contains(.links)
            default: return contains(.links) && byte.isLetter || contains(.commands) && starts(["http", "mailto"], bytes, index)
            }
        case UInt8(ascii: "]"): return contains(.links) && "([:".utf8.contains(byte)
        case UInt8(ascii: ":"): return contains(.addresses) && starts(["//"], bytes, index)
        case UInt8(ascii: "."):
            if contains(.sites), byte.isLetter { return true }
            return contains(.addresses) && index >= 4 && starts(["www."], bytes, index - 4)
        default: return false
        }
    }

    /// Whether the `@` before a place begins a mention.
    private func isMention(_ bytes: [UInt8], _ index: Int) -> Bool {
        if contains(.addresses) { return true }
        if contains(.groups) {
            if starts(["everyone", "here"], bytes, index) { return true }
            for word in ["all", "channel", "room"] where starts([word], bytes, index) {
                let end = index + word.utf8.count
                if end == bytes.count || !bytes[end].isWord { return true }
            }
        }
        let isWithin = index >= 2 && (bytes[index - 2].isWord || ".-+%".utf8.contains(bytes[index - 2]))
        guard !isWithin else { return false }
        if contains(.names), bytes[index].isWord { return true }
        guard contains(.users) else { return false }
        // The longest user id has 255 bytes (Matrix, appendices, "User Identifiers").
        let rest = bytes[index...].prefix(255)
        guard let end = rest.firstIndex(where: { !$0.isWord && !".-+=/".utf8.contains($0) }), end > index else { return false }
        return bytes[end] == UInt8(ascii: ":")
    }

    /// Whether one of some words, in whatever case, stands at a place.
    private func starts(_ words: [String], _ bytes: [UInt8], _ index: Int) -> Bool {
        words.contains { word in
            let there = bytes[min(index, bytes.count)...].prefix(word.utf8.count)
            return there.count == word.utf8.count && zip(there, word.utf8).allSatisfy { ($0.isLetter ? $0 | 0x20 : $0) == $1 }
        }
    }
}

extension UInt8 {
    fileprivate var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
    fileprivate var isWord: Bool { isLetter || self == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
