import LegworkHTTP

/// Who may come in over TCP: those who have the token, and who mean this server. Pure.
///
/// Over the Unix socket the kernel vouches for the user, which is checked when a connection is accepted.
struct Admission: Sendable {
    private static let ownNames = ["127.0.0.1", "localhost", "[::1]"]

    /// nil where nothing listens at TCP.
    let token: BearerToken?

    /// Why a request is turned away; nil to let it in.
    func refusal(of request: HTTPRequest) -> HTTPRejection? {
        guard case .tcp = request.peer else { return nil }
        let host = request.headers["Host"] ?? ""
        // A web page can have its own name lead here, and would then be of the same origin as this server.
        guard Self.ownNames.contains(Self.name(in: host).lowercased()) else {
            return HTTPRejection(
                status: 421,
                code: "misdirected",
                message: "this server is 127.0.0.1 or localhost, and goes by no other name"
            )
        }
        guard request.headers.values("Origin").allSatisfy({ $0.lowercased() == "http://\(host.lowercased())" }) else {
            return HTTPRejection(status: 403, code: "foreign_origin", message: "pages of other servers may not use this one")
        }
        guard token?.matches(authorization: request.headers["Authorization"]) == true else {
            return HTTPRejection(
                status: 401,
                code: "unauthorized",
                message: "send the token that lies in the state folder's file 'token' as 'Authorization: Bearer …'",
                headers: ["WWW-Authenticate": "Bearer"]
            )
        }
        return nil
    }

    /// A host without its port.
    private static func name(in host: String) -> Substring {
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") { return host[...end] }
        return host.prefix { $0 != ":" }
    }
}
