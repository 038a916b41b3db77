extension TaskMessage {
    /// The message as a block that can be put into the prompt of a model:
    ///
    /// ```
    /// <message from="worker-1" task="task_…" id="msg_…">
    /// The build is done.
    /// </message>
    /// ```
    ///
    /// `&`, `<` and `>` of what was sent, and quotes and control characters in attributes, are escaped, so that no content can close the block
    /// and pose as something else. The block says who sent the content; whether to believe it is the reader's affair.
    ///
    /// - Parameter limit: the most bytes of content; what is longer is cut and marked.
    public func promptBlock(limit: Int = 16 << 10) -> String {
        var head = "<message"
        if let name = sender.name { head += " from=\"\(Self.attribute(name))\"" }
        if let task = sender.task { head += " task=\"\(task)\"" }
        head += " id=\"\(Self.attribute(id.text))\">"
        return head + "\n" + Self.escaped(text.truncated(toBytes: limit)) + "\n</message>"
    }

    private static func attribute(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let breaks = scalar.value < 0x20 || scalar.value == 0x7F || scalar.properties.isNewline
            line.append(breaks ? " " : scalar)
        }
        return escaped(String(line)).replacing("\"", with: "&quot;")
    }

    private static func escaped(_ text: String) -> String {
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
}

extension Unicode.Scalar.Properties {
    /// Whether it begins a new line.
    fileprivate var isNewline: Bool { generalCategory == .lineSeparator || generalCategory == .paragraphSeparator }
}
