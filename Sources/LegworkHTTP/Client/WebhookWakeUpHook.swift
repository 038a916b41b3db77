public import LegworkCore

/// Wakes an owner by an HTTP request: `POST` with `{"owner", "session", "notices": […]}`. An answer of 200 to 299 means that it worked; with
/// any other it is sent again later.
///
/// It goes to no private, local or otherwise special address, whatever the host's name says at that moment, unless that is allowed.
public struct WebhookWakeUpHook: WakeUpHook {
    /// The largest body.
    private static let limit = 16 << 20

    private let client: HTTPClient
    private let request: HTTPClientRequest

    /// Makes a hook.
    ///
    /// - Parameters:
    ///   - url: an `http` or `https` URL.
    ///   - client: sends the requests.
    ///   - token: sent as `Authorization: Bearer TOKEN`, where there is one.
    ///   - allowsPrivateAddresses: whether it may go to this machine and its network.
    /// - Throws: ``HTTPError`` for a URL that is none.
    public init(url: String, client: HTTPClient, token: String? = nil, allowsPrivateAddresses: Bool = false) throws(HTTPError) {
        var request = HTTPClientRequest(method: "POST", destination: .url(url), headers: ["Content-Type": "application/json"])
        if let token { request.headers.add("Authorization", "Bearer \(token)") }
        request.avoidsPrivateAddresses = !allowsPrivateAddresses
        _ = try request.checked()
        self.client = client
        self.request = request
    }

    /// Sends the request.
    ///
    /// - Throws: ``HTTPError``.
    public func wake(_ owner: Owner, session: String?, notices: [Notice]) async throws {
        var request = request
        request.body = Notice.wakeUp(owner, session: session, notices, limit: Self.limit)
        let response = try await client.send(request)
        guard (200..<300).contains(response.status) else {
            throw HTTPError(.failed, "The webhook answered \(response.status) and not 2xx; it is sent again later.")
        }
    }
}
