import Legwork
import LegworkMCP
import LegworkTestKit
import Testing

@Suite("The list of tools")
struct ToolListTests {
    @Test("shows each tool as hosts demand it, the companions after the program's own")
    func listed() async throws {
        let bench = try MCPBench(
            echo {
                $0.title = "Echo"
                $0.annotations = ["readOnlyHint": true]
                $0.inputSchema = ["type": "object"]
            }
        )
        let tools = try #require(try await bench.legacy().ask("tools/list")["result"]?["tools"]?.array)
        #expect(
            tools[0].json() == """
                {"name":"echo","title":"Echo","description":"Gives back its arguments.","inputSchema":{"type":"object","properties":{}},\
                "annotations":{"readOnlyHint":true},"execution":{"taskSupport":"optional"}}
                """
        )
        #expect(tools.dropFirst().map { $0["name"]?.string } == CompanionTools.names)
        for tool in tools {
            #expect(tool["inputSchema"]?["type"] == "object")
            #expect(tool["inputSchema"]?["properties"]?.object != nil)
            #expect(tool["name"]?.string?.wholeMatch(of: /[a-z0-9_-]{1,64}/) != nil)
        }
    }

    @Test("says in the modern era how long it may be kept, and by whom")
    func cache() async throws {
        let result = try await MCPBench(echo()).server.connect(as: Caller(owner: "x"), over: .http).askModern("tools/list")["result"]
        #expect(result?["resultType"] == "complete")
        #expect(result?["ttlMs"] == 60_000)
        #expect(result?["cacheScope"] == "private")
        #expect(result?["nextCursor"] == nil)
    }

    @Test("is the same whatever happened before")
    func stable() async throws {
        let tool = scripted { $0.background = .always }
        let bench = try MCPBench(tool, echo())
        let first = try await bench.legacy().ask("tools/list")
        _ = try await bench.legacy().ask("tools/call", ["name": "slow"])
        #expect(try await bench.legacy(client: "another").ask("tools/list") == first)
        tool.mayEnd.fire()
    }

    @Test("comes in pages when it is very long, and refuses cursors that are none")
    func pages() async throws {
        let bench = try MCPBench()
        for number in 0..<1500 { try bench.manager.tools.register(echo { $0.name = "tool_\(number)" }) }
        let connection = try await bench.legacy()
        let first = try #require(try await connection.ask("tools/list")["result"])
        #expect(first["tools"]?.array?.count == 1000)
        let cursor = try #require(first["nextCursor"])
        let second = try #require(try await connection.ask("tools/list", ["cursor": cursor])["result"])
        #expect(second["tools"]?.array?.count == 500 + CompanionTools.names.count)
        #expect(second["nextCursor"] == nil)
        let names = ((first["tools"]?.array ?? []) + (second["tools"]?.array ?? [])).compactMap { $0["name"]?.string }
        #expect(Set(names).count == 1500 + CompanionTools.names.count)
        for bad in ["", "t", "t0", "t-1", "t\(1500 + CompanionTools.names.count)", "t99999999999999999999", "1000", "x", "t1e3"] {
            #expect(try await connection.ask("tools/list", ["cursor": .string(bad)])["error"]?["code"]?.int == -32602, "'\(bad)'")
        }
    }

    @Test("says of structured content that it may be a ticket, or clients would refuse tickets")
    func outputSchema() async throws {
        let own: JSONValue = [
            "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "$defs": ["n": ["type": "integer"]],
            "properties": ["count": ["$ref": "#/$defs/n"]], "required": ["count"],
        ]
        let tool = scripted("slow") { $0.outputSchema = own }
        let quick = echo {
            $0.name = "quick"
            $0.outputSchema = own
            $0.background = .never
        }
        let recursive = echo {
            $0.name = "recursive"
            $0.outputSchema = ["type": "object", "properties": ["child": ["$ref": "#"]]]
        }
        let bench = try MCPBench(tool, quick, recursive)
        let connection = try await bench.legacy()
        let tools = try #require(try await connection.ask("tools/list")["result"]?["tools"]?.array)
        // What never becomes a task gives no tickets.
        #expect(tools[1]["outputSchema"] == own)
        // A reference to the root would mean something else inside of another schema.
        #expect(tools[2]["outputSchema"] == nil)
        let schema = try #require(tools[0]["outputSchema"])
        #expect(schema["type"] == "object")
        let checker = try JSONSchemaChecker(JSONSchema(schema))
        #expect(checker.check(["count": 1]).isEmpty)
        #expect(!checker.check(["count": "one"]).isEmpty)
        #expect(!checker.check([:]).isEmpty)

        async let asked = connection.ask("tools/call", ["name": "slow"])
        await bench.pass(.seconds(3))
        let ticket = try #require(try await asked["result"]?["structuredContent"])
        #expect(checker.check(ticket).isEmpty)
        tool.mayEnd.fire()
    }
}
