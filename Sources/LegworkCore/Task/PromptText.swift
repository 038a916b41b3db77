/// Text that others wrote, as it may stand in a block of a prompt: nothing in it can close the block and pose as something else.
package enum PromptText {
    /// The text with `&`, `<` and `>` escaped.
    package static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The text escaped, and on one line.
    package static func line(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { line.append(isBreak(scalar) ? " " : scalar) }
        return escaped(String(line))
    }

    /// The text for an attribute in double quotes.
    package static func attribute(_ text: String) -> String { line(text).replacing("\"", with: "&quot;") }

    private static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
