import LegworkCore

/// What a client asks, of whom, and how long it waits.
public struct HTTPClientRequest: Sendable {
    /// Where the request goes.
    public enum Destination: Sendable, Hashable {
        /// An `http` or `https` URL.
        case url(String)
        /// A server of this machine that listens at a path, and the target to ask it for, such as `/v1/tasks?limit=10`.
        case unixSocket(path: String, target: String)
    }

    /// The method; case matters.
    public var method: String
    /// Where the request goes.
    public var destination: Destination
    /// The header fields; `Host` and `Content-Length` are added.
    public var headers: HTTPHeaders
    /// The body; nil sends none, an empty one sends `Content-Length: 0`.
    public var body: [UInt8]?
    /// Whether to connect to public addresses only, decided at the moment of connecting: for URLs that somebody else chose. No proxy is used.
    public var avoidsPrivateAddresses = false
    /// A file of certificates in PEM to trust instead of the system's.
    package var trustedCertificates: String?
    /// How long connecting may take (10 s).
    public var connectTimeout = Duration.seconds(10)
    /// How long the transfer may go without a byte in either direction (60 s); nil waits for ever. The time in which the reader of the
    /// body does not take what has arrived does not count.
    public var idleTimeout: Duration? = .seconds(60)
    /// How long the whole transfer may take; nil, the default, sets no limit.
    public var totalTimeout: Duration?

    /// Makes a request.
    public init(method: String = "GET", destination: Destination, headers: HTTPHeaders = [:], body: [UInt8]? = nil) {
        self.method = method
        self.destination = destination
        self.headers = headers
        self.body = body
    }

    /// What libcurl is to be given, once it is known that nothing in it can be mistaken for something else.
    func checked() throws(HTTPError) -> (url: String, socket: String?, isLocal: Bool) {
        guard (1...32).contains(method.utf8.count), method.utf8.allSatisfy(HTTPSyntax.isToken) else {
            throw HTTPError(.invalidRequest, "The method \(method.debugDescription) is malformed.")
        }
        for field in headers {
            guard !field.name.isEmpty, field.name.utf8.allSatisfy(HTTPSyntax.isToken), field.value.utf8.allSatisfy(HTTPSyntax.isFieldValue)
            else { throw HTTPError(.invalidRequest, "The header field \(field.name.debugDescription) is malformed.") }
        }
        switch destination {
        case .url(let url):
            guard Self.isPlain(url), url.hasPrefix("http://") || url.hasPrefix("https://") else {
                throw HTTPError(.invalidRequest, "The URL must begin with http:// or https:// and contain no blanks.")
            }
            return (url, nil, LoopbackHost.isDestination(of: url))
        case .unixSocket(let path, let target):
            guard Self.isPlain(target), target.hasPrefix("/") else {
                throw HTTPError(.invalidRequest, "The target must begin with / and contain no blanks.")
            }
            guard !path.isEmpty, !path.utf8.contains(0), path.utf8.count <= 107 else {
                throw HTTPError(.invalidRequest, "A Unix socket's path has 1 to 107 bytes, this one has \(path.utf8.count).")
            }
            return ("http://localhost" + target, path, true)
        }
    }

    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
    }
}
