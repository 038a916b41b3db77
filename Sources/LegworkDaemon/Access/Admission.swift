import LegworkHTTP

/// Who may come in over TCP: those who mean this server, and who have a token. Pure but for the tokens.
///
/// Over the Unix socket the kernel vouches for the user, which is checked when a connection is accepted.
struct Admission: Sendable {
    /// What everybody may ask, also without a token.
    static let openPaths: Set<String> = ["/health"]

    private let tokens: TokenKeeper
    private let names: Set<String>
    private let publicNames: Set<String>
    private let isSecure: Bool

    /// - Parameters:
    ///   - publicNames: what the server is called beside `localhost`, without a port; IPv6 addresses in brackets.
    ///   - isSecure: whether TCP is spoken through TLS only.
    init(tokens: TokenKeeper, publicNames: [String] = [], isSecure: Bool = false) {
        self.tokens = tokens
        self.publicNames = Set(publicNames.map { $0.lowercased() })
        names = self.publicNames.union(["127.0.0.1", "localhost", "[::1]"])
        self.isSecure = isSecure
    }

    /// Whether a request is let in, and with which grant.
    func admit(_ request: HTTPRequest) -> HTTPAdmission {
        guard case .tcp = request.peer else { return .admitted(Grant.user) }
        let host = (request.headers["Host"] ?? "").lowercased()
        let name = String(Self.name(in: host))
        // A web page can have its own name lead here, and would then be of the same origin as this server.
        guard names.contains(name) else {
            return .refused(
                HTTPRejection(
                    status: 421,
                    code: "misdirected",
                    message: "this server does not go by the name that 'Host' gives; names beside localhost are those of legwork serve --public-name"
                )
            )
        }
        let origins = Self.origins(of: host, isSecure: isSecure, isPublic: publicNames.contains(name))
        guard request.headers.values("Origin").allSatisfy({ origins.contains($0.lowercased()) }) else {
            return .refused(HTTPRejection(status: 403, code: "foreign_origin", message: "pages of other servers may not use this one"))
        }
        let authorizations = request.headers.values("Authorization")
        if authorizations.isEmpty, Self.isOpen(request) { return .admitted(Grant.anonymous) }
        guard authorizations.count == 1, let grant = tokens.grant(authorization: authorizations[0]) else {
            return .refused(Self.unauthorized(isTokenSent: !authorizations.isEmpty))
        }
        return .admitted(grant)
    }

    /// The pages that are this server's own. What goes by a public name may have a proxy before it that speaks TLS.
    private static func origins(of host: String, isSecure: Bool, isPublic: Bool) -> Set<String> {
        var origins: Set<String> = [(isSecure ? "https://" : "http://") + host]
        if isPublic { origins.insert("https://" + host) }
        return origins
    }

    /// Nobody without a token makes the server keep anything.
    private static func isOpen(_ request: HTTPRequest) -> Bool {
        openPaths.contains(request.path) && (request.method == "GET" || request.method == "HEAD")
            && !request.headers.contains("Content-Length") && !request.headers.contains("Transfer-Encoding")
    }

    private static func unauthorized(isTokenSent: Bool) -> HTTPRejection {
        // RFC 6750, section 3: what was sent and is no good has a name, what was not sent has none.
        HTTPRejection(
            status: 401,
            code: "unauthorized",
            message: isTokenSent
                ? "the token is not known, was revoked or has expired; legwork token create makes another"
                : "send a token as 'Authorization: Bearer …'; legwork token create makes one, and the state folder's file 'token' holds one",
            headers: ["WWW-Authenticate": isTokenSent ? #"Bearer error="invalid_token""# : "Bearer"]
        )
    }

    /// A host without its port.
    private static func name(in host: String) -> Substring {
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") { return host[...end] }
        return host.prefix { $0 != ":" }
    }
}
