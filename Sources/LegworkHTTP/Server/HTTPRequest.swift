/// A request as the server received it, complete and checked.
public struct HTTPRequest: Sendable {
    /// The method, such as `GET`; case matters.
    public var method: String
    /// The target in origin form: path and query as they were sent.
    public var target: String
    /// The path, still percent-encoded; it begins with `/` (or is `*` for `OPTIONS`).
    public var path: String
    /// The header fields.
    public var headers: HTTPHeaders
    /// The body; empty when there is none.
    public var body: [UInt8]
    /// Who asks.
    public var peer: HTTPPeer
    /// What the request was let in with; nil where only its peer says who asks.
    public var credential: (any HTTPCredential)?

    /// Makes a request, as tests do.
    public init(
        method: String,
        target: String,
        headers: HTTPHeaders = [:],
        body: [UInt8] = [],
        peer: HTTPPeer,
        credential: (any HTTPCredential)? = nil
    ) {
        self.method = method
        self.target = target
        self.path = String(HTTPSyntax.path(of: target[...]))
        self.headers = headers
        self.body = body
        self.peer = peer
        self.credential = credential
    }

    /// The names and values of the query, decoded, in order; `+` is a blank. What is not valid percent-encoding stays as it is.
    public var query: [(name: String, value: String)] {
        queryParts.map { name, value in
            (
                HTTPSyntax.percentDecoded(name, plusIsBlank: true) ?? String(name),
                HTTPSyntax.percentDecoded(value, plusIsBlank: true) ?? String(value)
            )
        }
    }

    /// The same; nil when something in it is not valid percent-encoding, no UTF-8, or a zero byte.
    public var checkedQuery: [(name: String, value: String)]? {
        var query: [(name: String, value: String)] = []
        for (name, value) in queryParts {
            guard let name = HTTPSyntax.percentDecoded(name, plusIsBlank: true),
                let value = HTTPSyntax.percentDecoded(value, plusIsBlank: true)
            else { return nil }
            query.append((name, value))
        }
        return query
    }

    private var queryParts: [(Substring, Substring)] {
        guard let mark = target.firstIndex(of: "?") else { return [] }
        return target[target.index(after: mark)...].split(separator: "&").map { pair in
            let name = pair.prefix { $0 != "=" }
            return (name, pair.dropFirst(name.count + 1))
        }
    }

    /// The first value of that name in the query.
    public func query(_ name: String) -> String? {
        query.first { $0.name == name }?.value
    }
}
