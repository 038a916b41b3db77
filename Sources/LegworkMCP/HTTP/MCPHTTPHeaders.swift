import LegworkCore

/// The header fields of an HTTP request, as the MCP endpoint looks at them: by name, without regard to its case.
public struct MCPHTTPHeaders: Sendable, Hashable {
    private struct Field: Sendable, Hashable {
        var name: String
        var value: String
    }

    // Not by name in a dictionary: there are few, and each is looked for once or twice.
    private let fields: [Field]

    /// Takes fields in order, their values without surrounding blanks.
    public init(_ fields: some Sequence<(name: String, value: String)>) {
        self.fields = fields.map { Field(name: $0.name, value: $0.value) }
    }

    /// All values of that name, in order.
    public func values(_ name: String) -> [String] {
        var values: [String] = []
        for field in fields where ASCIICase.isSame(field.name, name) { values.append(field.value) }
        return values
    }

    /// Whether a field that lists media types lets an answer of this type be sent. A request without it takes any.
    func accepts(_ type: String) -> Bool {
        let wanted = values("Accept").flatMap { $0.utf8.split(separator: UInt8(ascii: ",")) }
        guard !wanted.isEmpty else { return true }
        return wanted.contains { range in
            let parts = range.split(separator: UInt8(ascii: ";"))
            guard let name = parts.first.map(Self.trimmed), Self.covers(name, type.utf8[...]) else { return false }
            // A quality of nothing says that this type is not wanted (RFC 9110 §12.4.2).
            return !parts.dropFirst().contains { part in
                let text = String(Substring(part)).filter { $0 != " " && $0 != "\t" }.lowercased()
                return text.hasPrefix("q=") && Double(text.dropFirst(2)) == 0
            }
        }
    }

    /// Whether the body says that it is JSON.
    var saysJSON: Bool {
        let types = values("Content-Type")
        guard types.count == 1, let type = types[0].utf8.split(separator: UInt8(ascii: ";")).first else { return false }
        return ASCIICase.isSame(Self.trimmed(type), "application/json".utf8[...])
    }

    /// Whether a media range, such as `text/*`, has this type in it.
    private static func covers(_ range: Substring.UTF8View, _ type: Substring.UTF8View) -> Bool {
        if ASCIICase.isSame(range, type) || ASCIICase.isSame(range, "*/*".utf8[...]) { return true }
        guard range.last == UInt8(ascii: "*"), let slash = type.firstIndex(of: UInt8(ascii: "/")) else { return false }
        return ASCIICase.isSame(range.dropLast(), type[...slash])
    }

    private static func trimmed(_ text: Substring.UTF8View) -> Substring.UTF8View {
        let isBlank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        var text = text.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }
}
