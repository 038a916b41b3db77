/// Text from outside without what acts on whoever shows it: terminal sequences, control characters, and what turns the order of the letters.
enum HarmlessText {
    /// The longest terminal sequence with words in it, such as a window's title. What seems to be a longer one is text.
    private static let longestSequence = 1024

    /// The text with `\n` as its only end of a line. Sequences and turns of direction are left out; other control characters are shown as the
    /// signs that stand for them, such as `␀`.
    static func cleaned(_ text: Substring) -> String {
        let scalars = text.unicodeScalars
        var result = String.UnicodeScalarView()
        var index = scalars.startIndex
        while index < scalars.endIndex {
            if let end = end(ofSequenceIn: scalars[index...]) {
                index = end
                continue
            }
            let scalar = scalars[index]
            index = scalars.index(after: index)
            switch scalar.value {
            case 0x0D:
                result.append("\n")
                if index < scalars.endIndex, scalars[index] == "\n" { index = scalars.index(after: index) }
            case 0x0B, 0x0C, 0x85, 0x2028, 0x2029: result.append("\n")
            case 0x09, 0x0A: result.append(scalar)
            case 0x7F: result.append("␡")
            case ..<0x20: result.append(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}")
            case 0x80...0x9F, 0xFFFE, 0xFFFF: result.append("\u{FFFD}")
            case 0x202A...0x202E, 0x2066...0x2069: break
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// The text cleaned, in one line, and no longer than so many characters.
    static func line(_ text: String, atMost count: Int = 500) -> String {
        let words = cleaned(text.prefix(count + 1)).split { $0.isNewline || $0 == "\t" || $0 == " " }
        let line = words.joined(separator: " ")
        return line.count > count ? line.prefix(count - 1) + "…" : line
    }

    /// Where the terminal sequence ends that a text begins with (ECMA-48, sections 5.3 to 5.6); nil when there is none, or it does not end.
    private static func end(ofSequenceIn text: Substring.UnicodeScalarView) -> String.Index? {
        guard let first = text.first else { return nil }
        var rest = text.dropFirst()
        switch first.value {
        case 0x9B: return end(ofControlSequenceIn: rest)
        case 0x90, 0x98, 0x9D...0x9F: return end(ofStringIn: rest)
        case 0x1B: break
        default: return nil
        }
        switch rest.first {
        case "[": return end(ofControlSequenceIn: rest.dropFirst())
        case "]", "P", "X", "^", "_": return end(ofStringIn: rest.dropFirst())
        default:
            rest = rest.prefix(longestSequence).drop { (" "..."/").contains($0) }
            guard let final = rest.first, ("0"..."~").contains(final) else { return nil }
            return rest.index(after: rest.startIndex)
        }
    }

    private static func end(ofControlSequenceIn text: Substring.UnicodeScalarView) -> String.Index? {
        let rest = text.prefix(longestSequence).drop { (" "..."?").contains($0) }
        guard let final = rest.first, ("@"..."~").contains(final) else { return nil }
        return rest.index(after: rest.startIndex)
    }

    private static func end(ofStringIn text: Substring.UnicodeScalarView) -> String.Index? {
        var wasEscape = false
        for index in text.prefix(longestSequence).indices {
            switch text[index] {
            case "\u{7}", "\u{9C}": return text.index(after: index)
            case "\\" where wasEscape: return text.index(after: index)
            case "\n": return nil
            case let scalar: wasEscape = scalar == "\u{1B}"
            }
        }
        return nil
    }
}
