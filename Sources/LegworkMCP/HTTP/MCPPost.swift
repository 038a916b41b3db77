public import LegworkCore

/// What somebody has posted to the MCP endpoint: of which era it is, and whether it may be passed on. Pure.
///
/// One endpoint serves both eras. A message that carries its protocol version, in its `_meta` or its header, is of the modern one and
/// stands for itself; `initialize` opens a session of the older one, and all else belongs to a session
/// (2026-07-28, basic/versioning; 2025-11-25, basic/transports).
public enum MCPPost: Sendable, Hashable {
    /// A message that stands for itself.
    case modern(MCPMessage)
    /// A request that opens a session.
    case opening(MCPRequest)
    /// A message of a session, which is yet to be found.
    case session(String, MCPMessage)

    /// Reads what was posted.
    ///
    /// - Parameters:
    ///   - headers: the request's header.
    ///   - body: its body: one message.
    ///   - limits: how large and deep that may be.
    /// - Throws: ``MCPRejection``, with the answer and its status: 400, 404 (no such method), 406 or 415.
    public init(headers: MCPHTTPHeaders, body: [UInt8], limits: JSONLimits = JSONLimits()) throws(MCPRejection) {
        guard headers.saysJSON else {
            throw MCPRejection(nil, MCPError(.invalidRequest, "the Content-Type has to be application/json", httpStatus: 415))
        }
        guard headers.accepts("application/json"), headers.accepts("text/event-stream") else {
            let text = "the Accept header has to list application/json and text/event-stream: the answer may be either"
            throw MCPRejection(nil, MCPError(.invalidRequest, text, httpStatus: 406))
        }
        let message = try MCPMessage(parsing: body, limits: limits)
        do {
            self = try Self.sort(message, headers)
        } catch {
            throw MCPRejection(message.requestID, error)
        }
    }

    private static func sort(_ message: MCPMessage, _ headers: MCPHTTPHeaders) throws(MCPError) -> MCPPost {
        let meta = message.params?["_meta"]?.object
        let isStamped = meta?[MCPName.protocolVersion] != nil || meta?[MCPName.clientCapabilities] != nil
        if case .request(let request) = message, request.method == "initialize" {
            guard !isStamped else {
                throw MCPError(.methodNotFound, "there is no 'initialize' since 2026-07-28: send any other request", httpStatus: 404)
            }
            // Its header cannot name a version that is yet to be agreed on, nor a session.
            return .opening(request)
        }
        let head = MCPSessionHead(headers)
        guard isStamped || head.isModern else { return .session(try head.session(), message) }
        switch message {
        case .request(let request): try MCPStandardHeaders.check(request, headers)
        case .notification: break
        case .response: throw MCPError(.invalidRequest, "since 2026-07-28 a client sends no responses", httpStatus: 400)
        }
        return .modern(message)
    }
}

extension MCPMessage {
    /// The parameters; nil for a response.
    fileprivate var params: JSONObject? {
        switch self {
        case .request(let request): request.params
        case .notification(_, let params): params
        case .response: nil
        }
    }

    /// The id that an answer would name.
    public var requestID: MCPRequestID? {
        guard case .request(let request) = self else { return nil }
        return request.id
    }
}

extension MCPRejection {
    /// A message that is none of ours to work on, and why.
    public init(_ id: MCPRequestID?, _ error: MCPError) { answer = .error(id, error) }
}
