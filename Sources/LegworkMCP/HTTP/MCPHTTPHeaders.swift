/// The header fields of an HTTP request, as the MCP endpoint looks at them: by name, without regard to its case.
public struct MCPHTTPHeaders: Sendable, Hashable {
    private var fields: [String: [String]] = [:]

    /// Takes fields in order, their values without surrounding blanks.
    public init(_ fields: some Sequence<(name: String, value: String)>) {
        for field in fields { self.fields[field.name.lowercased(), default: []].append(field.value) }
    }

    /// All values of that name, in order.
    public func values(_ name: String) -> [String] { fields[name.lowercased()] ?? [] }

    /// Whether a field that lists media types lets an answer of this type be sent. A request without it takes any.
    func accepts(_ type: String) -> Bool {
        let wanted = values("Accept").flatMap { $0.split(separator: ",") }
        guard !wanted.isEmpty else { return true }
        let family = type.prefix { $0 != "/" } + "/*"
        return wanted.contains { range in
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            guard let name = parts.first, name == type || name == family || name == "*/*" else { return false }
            // A quality of nothing says that this type is not wanted (RFC 9110 §12.4.2).
            return !parts.dropFirst().contains { $0.hasPrefix("q=") && Double($0.dropFirst(2)) == 0 }
        }
    }

    /// Whether the body says that it is JSON.
    var saysJSON: Bool {
        let types = values("Content-Type")
        guard types.count == 1, let type = types[0].split(separator: ";").first else { return false }
        return type.filter { $0 != " " && $0 != "\t" }.lowercased() == "application/json"
    }
}
