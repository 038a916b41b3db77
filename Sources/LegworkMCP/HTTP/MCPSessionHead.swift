import LegworkCore

/// What the header of a request says of the session that it belongs to. Pure.
public struct MCPSessionHead: Sendable {
    /// The field that names the session.
    public static let session = "Mcp-Session-Id"

    private let headers: MCPHTTPHeaders

    /// Looks at a header.
    public init(_ headers: MCPHTTPHeaders) { self.headers = headers }

    /// Whether its sender speaks a revision that has no sessions.
    var isModern: Bool { headers.values(MCPStandardHeaders.version).contains { MCPRevision(rawValue: $0)?.isModern == true } }

    /// The id of the session.
    ///
    /// - Throws: an error with the status 400 when none is named, or a version that is not spoken here. Without a version it is the one
    ///   that the session agreed on (2025-11-25, basic/transports).
    func session() throws(MCPError) -> String {
        let ids = headers.values(Self.session)
        for version in headers.values(MCPStandardHeaders.version) where MCPRevision(rawValue: version) == nil {
            // Who knows sessions would not know what to do about the modern era's error.
            guard !ids.isEmpty else { throw MCPError(unsupported: version) }
            let text =
                "the protocol version '\(version.truncated(toBytes: 50))' is not spoken here; name the one that 'initialize' agreed on"
            throw MCPError(.invalidRequest, text, httpStatus: 400)
        }
        guard ids.count == 1 else {
            let text = """
                the header has to name one session as \(Self.session), which 'initialize' opens; or send what 2026-07-28 demands, which \
                knows no sessions
                """
            throw MCPError(.invalidRequest, text, httpStatus: 400)
        }
        return ids[0]
    }

    /// The session that a GET or DELETE is about.
    ///
    /// - Throws: ``MCPRejection`` with the status 400, or 405 for a client that speaks a revision without sessions.
    public func sessionToListenTo() throws(MCPRejection) -> String {
        guard !isModern else {
            throw MCPRejection(nil, MCPError(.invalidRequest, "since 2026-07-28 there is only POST here", httpStatus: 405))
        }
        do {
            return try session()
        } catch {
            throw MCPRejection(nil, error)
        }
    }

    /// The event after which a client that comes back wants to go on; nil for one that comes for the first time.
    ///
    /// - Throws: ``MCPRejection`` with the status 400 for an id that was never given to an event here, 406 when the client takes no stream.
    public func resumption() throws(MCPRejection) -> MCPEventID? {
        guard headers.accepts("text/event-stream") else {
            throw MCPRejection(nil, MCPError(.invalidRequest, "the Accept header has to list text/event-stream", httpStatus: 406))
        }
        guard let text = headers.values("Last-Event-ID").last, !text.isEmpty else { return nil }
        guard let id = MCPEventID(text) else {
            let message = "Last-Event-ID is no id of an event of this server; leave it out to listen anew"
            throw MCPRejection(nil, MCPError(.invalidRequest, message, httpStatus: 400))
        }
        return id
    }
}

extension MCPError {
    /// A protocol version that is not spoken here, with those that can be sent instead: sessions begin with 'initialize'.
    init(unsupported version: String) {
        self.init(
            .unsupportedVersion,
            "the protocol version '\(version.truncated(toBytes: 50))' is not spoken here",
            data: [
                "supported": .array(MCPRevision.newestFirst.filter(\.isModern).map { .string($0.rawValue) }),
                "requested": .string(version.truncated(toBytes: 100)),
            ],
            httpStatus: 400
        )
    }
}
