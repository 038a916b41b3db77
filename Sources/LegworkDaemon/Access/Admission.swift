import LegworkHTTP

/// Who may come in. Over a Unix socket the kernel vouches for the user; over TCP it is those who mean this server, and have a token.
struct Admission: Sendable {
    /// What everybody may ask, also without a token.
    static let openPaths: Set<String> = ["/health"]
    /// Where what is asked carries its own proof, in its path or its signature.
    static let ownProofPaths = ["/v1/answers/", "/v1/inbound/"]
    /// The most bytes that are taken there.
    static let maximumProvenBytes = 64 << 10

    private let user: UInt32
    private let others: AllowedUsers
    private let tokens: TokenKeeper
    private let names: Set<String>
    private let publicNames: Set<String>
    private let linkName: @Sendable () -> String?
    private let isSecure: Bool

    /// - Parameters:
    ///   - user: who may do everything over a Unix socket.
    ///   - ownNames: what the server is called, without a port; IPv6 addresses in brackets.
    ///   - publicNames: what else it is called, perhaps by a proxy before it.
    ///   - linkName: what it is called in the links of messages at the moment.
    ///   - isSecure: whether TCP is spoken through TLS only.
    init(
        user: UInt32,
        others: AllowedUsers,
        tokens: TokenKeeper,
        ownNames: Set<String>,
        publicNames: [String],
        linkName: @escaping @Sendable () -> String?,
        isSecure: Bool
    ) {
        self.user = user
        self.others = others
        self.tokens = tokens
        self.publicNames = Set(publicNames.map { $0.lowercased() })
        names = self.publicNames.union(ownNames)
        self.linkName = linkName
        self.isSecure = isSecure
    }

    /// Whether anything is heard of somebody at all.
    func mayConnect(_ peer: HTTPPeer) -> Bool {
        switch peer {
        case .unix(_, let uid, _): grant(of: uid) != nil
        case .tcp: true
        }
    }

    private func grant(of uid: UInt32) -> Grant? { uid == user ? .user : others[uid] }

    /// Whether a request is let in, and with which grant.
    func admit(_ request: HTTPRequest) -> HTTPAdmission {
        if case .unix(_, let uid, _) = request.peer {
            guard let grant = grant(of: uid) else {
                return .refused(HTTPRejection(status: 403, code: "forbidden", message: "this user may not use the daemon"))
            }
            return .admitted(grant)
        }
        let host = (request.headers["Host"] ?? "").lowercased()
        let name = String(Self.name(in: host))
        // A web page can have its own name lead here, and would then be of the same origin as this server.
        let isPublic = publicNames.contains(name) || linkName() == name
        guard isPublic || names.contains(name) else {
            return .refused(
                HTTPRejection(
                    status: 421,
                    code: "misdirected",
                    message:
                        "this server does not go by the name that 'Host' gives; names beside localhost are those of legwork serve --public-name"
                )
            )
        }
        // A page that lets no referrer out has the origin 'null', and nothing that a browser adds by itself counts here.
        if Self.hasOwnProof(request) { return .admitted(Grant.anonymous) }
        let origins = Self.origins(of: host, isSecure: isSecure, isPublic: isPublic)
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

    /// Whether a request is for a place where it is looked at closer, and small enough for that.
    private static func hasOwnProof(_ request: HTTPRequest) -> Bool {
        guard ownProofPaths.contains(where: request.path.hasPrefix), !request.headers.contains("Transfer-Encoding") else { return false }
        let lengths = request.headers.values("Content-Length")
        return lengths.isEmpty || lengths.count == 1 && (Int(lengths[0]).map { (0...maximumProvenBytes).contains($0) } ?? false)
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
