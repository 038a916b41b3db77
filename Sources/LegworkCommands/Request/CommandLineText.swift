/// Command lines as people read them.
package enum CommandLineText {
    /// The longest title, in UTF-8 bytes.
    package static let maximumTitleLength = 200

    /// One line that names a command: arguments quoted as a shell would need them, or the shell line itself; control characters escaped.
    package static func title(_ line: CommandRequest.CommandLine) -> String {
        switch line {
        case .arguments(let arguments):
            var title = ""
            for argument in arguments {
                if !title.isEmpty { title += " " }
                // No more is quoted than can be shown: an argument may have 128 KiB.
                title += quoted(String(decoding: argument.utf8.prefix(4 * maximumTitleLength), as: UTF8.self))
                if title.utf8.count > maximumTitleLength { break }
            }
            return title.shortened(toBytes: maximumTitleLength)
        case .shell(let line):
            let trimmed = line.utf8.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
            let end = trimmed.lastIndex { $0 != 0x20 && !(0x09...0x0D).contains($0) }.map { trimmed.index(after: $0) } ?? trimmed.startIndex
            let shown = String(decoding: trimmed[..<end].prefix(4 * maximumTitleLength), as: UTF8.self)
            return escaped(shown, alsoEscaping: []).shortened(toBytes: maximumTitleLength)
        }
    }

    /// An argument as a shell needs it: bare when it is harmless, else in single quotes, or as `$'…'` when it has control characters.
    package static func quoted(_ argument: String) -> String {
        if !argument.isEmpty, argument.utf8.allSatisfy(isHarmless) { return argument }
        if argument.unicodeScalars.contains(where: \.isControl) { return "$'" + escaped(argument, alsoEscaping: ["\\", "'"]) + "'" }
        return "'" + argument.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }

    private static func isHarmless(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "_@%+=:,./-".utf8.contains(byte)
        }
    }

    private static func escaped(_ text: String, alsoEscaping special: Set<Unicode.Scalar>) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += #"\n"#
            case "\r": result += #"\r"#
            case "\t": result += #"\t"#
            default:
                if special.contains(scalar) { result += "\\" }
                if scalar.isControl {
                    let digits = String(scalar.value, radix: 16)
                    // `\x` names a byte, which is a character only in ASCII.
                    let isASCII = scalar.isASCII
                    result += (isASCII ? #"\x"# : #"\u"#) + String(repeating: "0", count: (isASCII ? 2 : 4) - digits.count) + digits
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result
    }
}
