import LegworkCore
import LegworkHTTP
import LegworkMCP

/// Where `legwork mcp` passes on the lines of an MCP client: one request per line, one session per client.
///
/// The answer to a line comes as lines too, each with a letter before it: `n` for a notification, and in the end `a` for the answer or `e`
/// where there is none to give; what ends with neither was lost. The head of the answer is sent when the line has been taken, and the next
/// line may be sent then: what has an order keeps it, and slow calls run side by side.
struct MCPEndpoint: Sendable {
    private let connections: MCPConnections
    private let log: DaemonLog
    private let opening: RequestBody

    init(_ server: MCPServer, log: DaemonLog) throws {
        opening = RequestBody(.body(["conversation?": .text(1...128)]))
        connections = MCPConnections(server)
        self.log = log
    }

    func install(on routes: inout HTTPRouter.Routes) {
        routes.on("POST", "/v1/mcp", faultsTo: log) { request, _, writer in
            let conversation = try opening.read(request)["conversation"]?.string
            let caller = try Self.principal(request).caller(platform: "mcp", session: conversation)
            let (id, _) = connections.open(as: caller, over: .stdio)
            let body: JSONValue = ["session": .string(id)]
            await writer.send(status: 201, headers: ["Content-Type": "application/json"], body: body.jsonBytes())
        }
        routes.on("POST", "/v1/mcp/{session}", faultsTo: log) { request, parameters, writer in
            let owner = try Self.principal(request).owner
            guard let connection = connections.connection(parameters["session"] ?? "", of: owner) else {
                throw APIFault(status: 404, code: "unknown_session", message: "there is no such session; open one with POST /v1/mcp")
            }
            try await pass(request.body, to: connection, writer)
        }
        routes.on("DELETE", "/v1/mcp/{session}", faultsTo: log) { request, parameters, writer in
            connections.close(parameters["session"] ?? "", of: try Self.principal(request).owner)
            await writer.send(status: 204)
        }
    }

    /// Lines are passed on unread, so who sends them has every right that a line may need.
    private static func principal(_ request: HTTPRequest) throws(APIFault) -> Principal {
        let principal = try Principal(request)
        for right in [Right.read, .call, .cancel] { try principal.check(right) }
        return principal
    }

    private func pass(_ line: [UInt8], to connection: MCPConnection, _ writer: HTTPResponseWriter) async throws {
        let reply = connection.begin(line)
        await writer.start(status: 200, headers: ["Content-Type": "application/octet-stream"])
        let answer: MCPAnswer?
        switch reply {
        case .none: answer = nil
        case .answer(let ready): answer = ready
        case .pending(let pending):
            let (notifications, sender) = AsyncStream.makeStream(of: [UInt8].self, bufferingPolicy: .bufferingNewest(100))
            async let pumping: Void = {
                for await bytes in notifications { try await writer.write(Self.line("n", bytes)) }
            }()
            answer = await pending.answer { sender.yield($0.json.jsonBytes()) }
            sender.finish()
            try await pumping
        }
        try await writer.write(answer.map { Self.line("a", $0.bytes) } ?? Self.line("e", []))
        await writer.finish()
    }

    private static func line(_ kind: Character, _ bytes: [UInt8]) -> [UInt8] { Array(String(kind).utf8) + bytes + [0x0A] }
}
