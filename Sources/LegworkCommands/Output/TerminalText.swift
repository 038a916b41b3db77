/// Text as a program writes it to a terminal, made fit to be shown in one line elsewhere.
package enum TerminalText {
    /// The last line that shows anything, without colours, cursor movements and control characters; nil when there is none.
    ///
    /// A carriage return ends a line too: progress bars draw over themselves.
    ///
    /// - Parameters:
    ///   - bytes: the end of an output; it may begin in the midst of a line.
    ///   - limit: the most UTF-8 bytes of the line; a longer one ends in `…`.
    package static func lastLine(of bytes: ArraySlice<UInt8>, limit: Int) -> String? {
        var rest = bytes
        while !rest.isEmpty {
            let start = rest.lastIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.map { $0 + 1 } ?? rest.startIndex
            let line = cleaned(String(decoding: rest[start...], as: UTF8.self))
            if !line.isEmpty { return line.shortened(toBytes: limit) }
            rest = rest[..<max(start - 1, rest.startIndex)]
        }
        return nil
    }

    /// The text without escape sequences and control characters, and without white space at its ends.
    static func cleaned(_ text: String) -> String {
        var result = ""
        var scanner = EscapeScanner()
        for scalar in text.unicodeScalars where !scanner.isPartOfSequence(scalar) {
            if scalar == "\t" {
                result.unicodeScalars.append(" ")
            } else if !scalar.isControl {
                result.unicodeScalars.append(scalar)
            }
        }
        let isBlank = { (character: Character) in character.isWhitespace }
        let end = result.lastIndex { !isBlank($0) }.map { result.index(after: $0) } ?? result.startIndex
        return String(result[..<end].drop(while: isBlank))
    }
}

/// Recognises ECMA-48 escape sequences one character at a time.
private struct EscapeScanner {
    private enum State {
        case text
        /// After ESC, and perhaps intermediate characters.
        case escape
        /// After ESC [: parameters, up to a final character.
        case control
        /// After ESC ] P X ^ or _: up to BEL or ESC \.
        case string, stringEscape
    }

    private var state = State.text

    mutating func isPartOfSequence(_ scalar: Unicode.Scalar) -> Bool {
        switch state {
        case .text:
            switch scalar.value {
            case 0x1B: state = .escape
            case 0x9B: state = .control
            case 0x90, 0x98, 0x9D...0x9F: state = .string
            default: return false
            }
        case .escape:
            switch scalar {
            case "[": state = .control
            case "]", "P", "X", "^", "_": state = .string
            case " "..."/": break
            default: state = .text
            }
        case .control:
            if ("@"..."~").contains(scalar) || !(" "..."~").contains(scalar) { state = .text }
        case .string:
            if scalar.value == 0x07 || scalar.value == 0x9C { state = .text }
            if scalar.value == 0x1B { state = .stringEscape }
        case .stringEscape:
            state = scalar == "\\" ? .text : .string
        }
        return true
    }
}

extension Unicode.Scalar {
    /// Whether it is a control character, or one that changes the order or the lines of what is shown.
    var isControl: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value) || value == 0x200E || value == 0x200F
        }
    }
}

extension String {
    /// The text itself, or as many whole characters of it as fit with a `…` behind them.
    func shortened(toBytes limit: Int) -> String {
        if utf8.count <= limit { return self }
        let room = limit - "…".utf8.count
        var end = startIndex
        var used = 0
        while end < endIndex {
            let next = index(after: end)
            used += self[end..<next].utf8.count
            if used > room { break }
            end = next
        }
        return self[..<end] + "…"
    }
}
