import Glibc
import LegworkCore
import Testing

@Suite("MCP over HTTP, with tokens")
struct SpeakingMCPWithTokens {
    private func ask(_ port: Port, _ token: String, _ method: String, _ params: JSONObject = [:]) async throws -> Reply {
        let body = try JSONValue(parsing: MCPVisitor.message(method, MCPHost.modern(params)))
        return try await port.request("POST", "/mcp", token: token, headers: MCPVisitor.fields(method, params), body: body)
    }

    @Test("what a token has no right to is refused, also when it is a tool that does it")
    func rights() async throws {
        try await Site.use { site in
            let (_, port) = try await site.serveTCP()
            let cases: [(right: String, method: String, params: JSONObject)] = [
                ("read", "server/discover", [:]), ("read", "tools/list", [:]), ("read", "tasks/get", ["taskId": "x"]),
                ("read", "tools/call", ["name": "list_tasks"]),
                ("read", "tools/call", ["name": "check_task", "arguments": ["task_id": "x"]]),
                ("call", "tools/call", ["name": "run_command", "arguments": ["argv": ["true"]]]),
                ("call", "tasks/update", ["taskId": "x", "inputResponses": [:]]),
                ("cancel", "tasks/cancel", ["taskId": "x"]),
                ("cancel", "tools/call", ["name": "cancel_task", "arguments": ["task_id": "x"]]),
            ]
            for right in ["read", "call", "cancel"] {
                let token = try await site.token("--rights", right, "--owner", "ann")
                for test in cases {
                    let reply = try await ask(port, token, test.method, test.params)
                    let name = "\(right): \(test.method) \(test.params["name"]?.string ?? "")"
                    #expect(reply.status == (test.right == right ? 200 : 403), "\(name): \(reply)")
                    if test.right != right { #expect(reply.mcpCode == 403 && reply.json["id"] == 1, "\(name): \(reply)") }
                }
            }
        }
    }

    @Test("a session is its owner's, and a token for another owner knows none of it")
    func owners() async throws {
        try await Site.use { site in
            let (_, port) = try await site.serveTCP()
            let ann = try await site.token("--owner", "ann")
            let bob = try await site.token("--owner", "bob")
            let opened = try await port.request(
                "POST",
                "/mcp",
                token: ann,
                headers: MCPVisitor.kinds,
                body: try JSONValue(parsing: MCPVisitor.initialize())
            )
            let session = MCPVisitor.kinds + ["Mcp-Session-Id: \(try #require(opened.header("Mcp-Session-Id")))"]
            let ping = try JSONValue(parsing: MCPVisitor.message("ping", nil))
            #expect(try await port.request("POST", "/mcp", token: ann, headers: session, body: ping).status == 200)
            for method in ["POST", "GET", "DELETE"] {
                #expect(try await port.request(method, "/mcp", token: bob, headers: session, body: ping).status == 404, "\(method)")
            }
        }
    }

    @Test("a token that is revoked in the middle of a stream ends the stream, and the daemon lives on")
    func revoked() async throws {
        try await Site.use { site in
            let (_, port) = try await site.serveTCP()
            let token = try await site.token("--label", "guest")
            let opened = try await port.request(
                "POST",
                "/mcp",
                token: token,
                headers: MCPVisitor.kinds,
                body: try JSONValue(parsing: MCPVisitor.initialize())
            )
            let session = try #require(opened.header("Mcp-Session-Id"))
            let stream = try await offPool {
                let connection = try Connection(port: port.number)
                let fields = ["Authorization: Bearer \(token)", "Mcp-Session-Id: \(session)", "Accept: text/event-stream"]
                connection.send("GET", "/mcp", headers: fields)
                return MCPVisit(connection)
            }
            _ = try await stream.events(1)
            let tokens = try await site.get("/v1/tokens").json["tokens"]?.array ?? []
            let id = try #require(tokens.first { $0["label"] == "guest" }?["id"]?.string)
            #expect(try await site.legwork("token", "revoke", id).code == 0)
            #expect(try await stream.allEvents().count == 1)
            #expect(try await port.request("POST", "/mcp", token: token, headers: MCPVisitor.kinds).status == 401)
            #expect(try await site.get("/health").status == 200)
        }
    }
}
