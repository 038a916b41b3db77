import LegworkCore
import LegworkHTTP
import LegworkMCP

/// Where `legwork mcp` passes on the lines of an MCP client: one request per line, one session per client.
///
/// The answer to a line comes as lines too, each with a letter before it: `n` for a notification, `r` for a request of the server's, and in
/// the end `a` for the answer or `e` where there is none to give; what ends with neither was lost. The head of the answer is sent when the
/// line has been taken, and the next line may be sent then: what has an order keeps it, and slow calls run side by side. What belongs to no
/// line comes, in lines of the same kinds, to whoever asks for the session with GET.
struct MCPShimEndpoint: Sendable {
    private static let type: HTTPHeaders = ["Content-Type": "application/octet-stream"]

    private let sessions: MCPSessions<MCPConnection>
    private let server: MCPServer
    private let log: DaemonLog
    private let opening: RequestBody

    init(_ server: MCPServer, log: DaemonLog) {
        opening = RequestBody(.body(["conversation?": .text(1...128)]))
        // All of them may be those of one person.
        var limits = MCPSessionTable<MCPConnection>.Limits()
        limits.perOwner = limits.total
        sessions = MCPSessions(limits: limits)
        self.server = server
        self.log = log
    }

    func install(on routes: inout HTTPRouter.Routes) {
        routes.on("POST", "/v1/mcp", faultsTo: log) { request, _, writer in
            let conversation = try opening.read(request)["conversation"]?.string
            let caller = try principal(request).caller(platform: "mcp", session: conversation)
            guard let id = sessions.add(server.connect(as: caller, over: .stdio), of: caller.owner) else {
                throw APIFault(status: 503, code: "shutting_down", message: "the daemon is shutting down; try again when it is back")
            }
            let body: JSONValue = ["session": .string(id)]
            await writer.send(status: 201, headers: ["Content-Type": "application/json"], body: body.jsonBytes())
        }
        routes.on("POST", "/v1/mcp/{session}", faultsTo: log) { request, parameters, writer in
            let connection = try session(parameters, of: try principal(request).owner)
            try await pass(request.body, to: connection, writer)
        }
        routes.on("GET", "/v1/mcp/{session}", faultsTo: log) { request, parameters, writer in
            let owner = try principal(request).owner
            try await listen(to: try session(parameters, of: owner), writer)
            // However long somebody has listened, the session is idle only from now on.
            _ = try? session(parameters, of: owner)
        }
        routes.on("DELETE", "/v1/mcp/{session}", faultsTo: log) { request, parameters, writer in
            sessions.close(parameters["session"] ?? "", of: try principal(request).owner)
            await writer.send(status: 204)
        }
    }

    /// Ends all sessions; what has an answer still gives it.
    func close() { sessions.closeAll() }

    /// Who asks. Lines are passed on unread, so he needs every right that a line may need.
    private func principal(_ request: HTTPRequest) throws(APIFault) -> Principal {
        let principal = try Principal(request)
        for right in [Right.read, .call, .cancel] { try principal.check(right) }
        return principal
    }

    private func session(_ parameters: HTTPRouter.Parameters, of owner: Owner) throws(APIFault) -> MCPConnection {
        guard let connection = sessions.session(parameters["session"] ?? "", of: owner) else {
            throw APIFault(status: 404, code: "unknown_session", message: "there is no such session; open one with POST /v1/mcp")
        }
        return connection
    }

    private func pass(_ line: [UInt8], to connection: MCPConnection, _ writer: HTTPResponseWriter) async throws {
        let reply = connection.begin(line)
        await writer.start(status: 200, headers: Self.type)
        let answer: MCPAnswer?
        switch reply {
        case .none: answer = nil
        case .answer(let ready): answer = ready
        case .pending(let pending):
            let source = MCPEventSource()
            async let answering: MCPAnswer? = {
                defer { source.finish() }
                return await pending.answer { source.append(Self.line($0)) }
            }()
            try await copy(source, to: writer)
            answer = await answering
        }
        try await writer.write(answer.map { Self.line("a", $0.bytes) } ?? Self.line("e", []))
        await writer.finish()
    }

    private func listen(to connection: MCPConnection, _ writer: HTTPResponseWriter) async throws {
        let source = MCPEventSource()
        let attachment = connection.attach({ source.append(Self.line($0)) }, ended: { source.finish() })
        defer { attachment.cancel() }
        await writer.start(status: 200, headers: Self.type)
        try await copy(source, to: writer)
        await writer.finish()
    }

    private func copy(_ source: MCPEventSource, to writer: HTTPResponseWriter) async throws {
        let reader = source.beginReading()
        var position = 0
        while case .events(let events) = await source.next(after: position, as: reader) {
            for event in events {
                try await writer.write(event.message)
                position = event.position
            }
        }
    }

    private static func line(_ message: MCPNotification) -> [UInt8] { line(message.isRequest ? "r" : "n", message.bytes) }

    private static func line(_ kind: Character, _ bytes: [UInt8]) -> [UInt8] { Array(String(kind).utf8) + bytes + [0x0A] }
}
