import LegworkCore
import Testing

@Suite("Asking MCP clients over HTTP")
struct AskingOverHTTP {
    private static let tool = "test_input_required_result_elicitation"
    private static let abilities: JSONValue = ["elicitation": ["form": [:]]]
    private static let accepted: JSONValue = ["action": "accept", "content": ["name": "Ada"]]

    private func call(_ visitor: MCPVisitor, _ more: JSONObject = JSONObject()) async throws -> Reply {
        var params: JSONObject = ["name": .string(Self.tool), "arguments": [:]]
        for member in more.members { params[member.key] = member.value }
        var stamped = params
        stamped["_meta"] = [
            "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": Self.abilities,
        ]
        let message = MCPVisitor.message("tools/call", .object(stamped))
        return try await visitor.send("POST", MCPVisitor.fields("tools/call", params), message)
    }

    @Test("a call that asked goes on after the daemon was killed and started again")
    func killed() async throws {
        try await Site.use { site in
            let first = try await site.serve("--fixtures")
            let visitor = MCPVisitor(site)
            let asked = try await call(visitor)
            #expect(asked.json["result"]?["resultType"] == "input_required", "\(asked)")
            let state = try #require(asked.json["result"]?["requestState"])
            try await first.killNow()
            _ = try await site.serve("--fixtures")
            let answered = try await call(visitor, ["requestState": state, "inputResponses": ["user_name": Self.accepted]])
            #expect(answered.json["result"]?["content"]?[0]?["text"] == "Hello, Ada!", "\(answered)")
            #expect(try await site.legwork("list", "-q").output.split(separator: "\n").count == 1)
        }
    }

    @Test("a session's call asks on its own stream, and goes on with the response that comes beside it")
    func session() async throws {
        try await Site.use { site in
            _ = try await site.serve("--fixtures")
            var visitor = MCPVisitor(site)
            let params: JSONValue = [
                "protocolVersion": "2025-11-25", "capabilities": Self.abilities, "clientInfo": ["name": "tests", "version": "1"],
            ]
            let opened = try await visitor.send("POST", MCPVisitor.kinds, MCPVisitor.message("initialize", params, id: 0))
            let id = try #require(opened.header("Mcp-Session-Id"), "\(opened)")
            visitor.headers += ["Mcp-Session-Id: \(id)", "MCP-Protocol-Version: 2025-11-25"]
            let message = MCPVisitor.message("tools/call", ["name": .string(Self.tool), "arguments": [:]])
            let visit = try await visitor.open("POST", MCPVisitor.kinds, message)
            var asked = JSONValue.null
            for count in 1...3 where asked == .null {
                // The stream may begin with an event that holds nothing.
                let event = try await visit.events(count)[count - 1].json
                if event["method"] == "elicitation/create" { asked = event }
            }
            #expect(asked["params"]?["message"] == "What is your name?", "\(asked)")
            let response: JSONValue = ["jsonrpc": "2.0", "id": asked["id"] ?? .null, "result": Self.accepted]
            let taken = try await visitor.send("POST", MCPVisitor.kinds, response.jsonBytes())
            #expect(taken.status == 202 && taken.body.isEmpty, "\(taken)")
            #expect(try await visit.answer()["result"]?["content"]?[0]?["text"] == "Hello, Ada!")
        }
    }
}
