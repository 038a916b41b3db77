import Glibc
import Legwork
import LegworkTestKit
import Testing

@testable import LegworkMCP

@Suite("Resources")
struct ResourceTests {
    /// A tool that writes bytes and returns.
    private func writer(_ bytes: [UInt8]) -> ClosureTool {
        ClosureTool(ToolDescriptor(name: "writer", description: "", background: .always)) { _, context in
            let output = try context.openOutput()
            try bytes.withUnsafeBytes { try output.append($0) }
            return .text("done", structured: ["ok": true])
        }
    }

    private func temporaryFolder() throws -> String {
        var template = Array("/tmp/legwork-resource-XXXXXX".utf8CString)
        return try #require(mkdtemp(&template).map { String(cString: $0) })
    }

    /// The contents of a resource of a task that has ended and has written bytes.
    private func contents(_ tail: String, of bytes: [UInt8]) async throws -> (id: TaskID, contents: [JSONValue]) {
        let folder = try temporaryFolder()
        let bench = try MCPBench(writer(bytes), managing: { $0.outputFolder = folder })
        let id = try #require(try await bench.manager.call("writer", as: bench.alice).task).id
        _ = try await bench.manager.wait(for: id, atMost: .seconds(60), in: .operator)
        let read = try await bench.legacy().ask("resources/read", ["uri": .string("task://\(id)\(tail)")])
        unlink("\(folder)/\(id).log")
        rmdir(folder)
        return (id, try #require(read["result"]?["contents"]?.array))
    }

    // MARK: - Lists

    @Test("are the caller's tasks, the newest first, in pages")
    func tasks() async throws {
        let bench = try MCPBench(echo { $0.background = .always })
        var ids: [String] = []
        for _ in 0..<120 { ids.append(try #require(try await bench.manager.call("echo", as: bench.alice).task).id.description) }
        _ = try await bench.manager.call("echo", as: bench.bob)
        let connection = try await bench.legacy()
        let first = try #require(try await connection.ask("resources/list")["result"])
        let cursor = try #require(first["nextCursor"])
        let second = try #require(try await connection.ask("resources/list", ["cursor": cursor])["result"])
        #expect(second["nextCursor"] == nil)
        let listed = (first["resources"]?.array ?? []) + (second["resources"]?.array ?? [])
        #expect(listed.map { $0["uri"]?.string } == ids.reversed().map { "task://\($0)" })
        #expect(first["resources"]?[0]?["name"]?.string == ids.last)
        #expect(first["resources"]?[0]?["title"] == "echo")
        #expect(first["resources"]?[0]?["mimeType"] == "application/json")
    }

    @Test("that the program adds come first, however many pages they take")
    func added() async throws {
        let names = (0..<150).map { "note \($0)" }
        let bench = try MCPBench(
            echo { $0.background = .always },
            serving: { options in
                options.resources = names.map { name in MCPResource(uri: "notes://\(name)", name: name) { _ in .text(name) } }
            }
        )
        let id = try #require(try await bench.manager.call("echo", as: bench.alice).task).id
        let connection = try await bench.legacy()
        var listed: [String?] = []
        var cursor: JSONValue?
        repeat {
            var params = JSONObject()
            params["cursor"] = cursor
            let page = try #require(try await connection.ask("resources/list", .object(params))["result"])
            #expect((page["resources"]?.array?.count ?? 0) <= 100)
            listed += page["resources"]?.array?.map { $0["name"]?.string } ?? []
            cursor = page["nextCursor"]
        } while cursor != nil
        #expect(listed == names + [id.description])
    }

    @Test("have templates, the tasks' own before the program's")
    func templates() async throws {
        let bench = try MCPBench(serving: { options in
            options.resourceTemplates = [MCPResourceTemplate(pattern: "notes://{day}", name: "note") { _, _ in nil }]
        })
        let listed = try await bench.legacy().ask("resources/templates/list")["result"]?["resourceTemplates"]?.array
        #expect(
            listed?.map { $0["uriTemplate"]?.string } == ["task://{id}", "task://{id}/timeline", "task://{id}/output", "notes://{day}"]
        )
    }

    @Test(
        "and prompts and tools refuse a cursor that is none of theirs, an empty one too",
        arguments: ["resources/list", "resources/templates/list", "prompts/list", "tools/list"]
    )
    func badCursor(method: String) async throws {
        let bench = try MCPBench(echo(), serving: { $0.prompts = [MCPPrompt(name: "p") { _ in [] }] })
        let connection = try await bench.legacy()
        for cursor in ["", "x", "c", "c0", "c-1", "t0", "t-1", "t99999", "m3", "m9999", "p1", "r1", "r0", "c\u{0}1", "cc1"] {
            let answer = try await connection.ask(method, ["cursor": .string(cursor)])
            #expect(answer["error"]?["code"]?.int == -32602, "\(cursor)")
        }
        #expect(try await connection.ask(method, ["cursor": 5])["error"]?["code"]?.int == -32602)
        #expect(try await connection.ask(method, ["cursor": nil])["result"] != nil)
    }

    @Test(
        "and prompts say in the modern era how long they may be kept, and that they are the caller's alone",
        arguments: [
            ("resources/list", 0), ("resources/templates/list", 60_000), ("resources/read", 0), ("prompts/list", 60_000),
            ("tools/list", 60_000), ("server/discover", 60_000),
        ]
    )
    func caching(method: String, lifetime: Int) async throws {
        let bench = try MCPBench(serving: { options in
            options.resources = [MCPResource(uri: "a:b", name: "b") { _ in .text("b") }]
            options.prompts = [MCPPrompt(name: "p") { _ in [] }]
        })
        let params: JSONObject = ["uri": "a:b"]
        let modern = try await bench.server.connect(as: bench.alice, over: .http).askModern(method, params)["result"]
        #expect(modern?["ttlMs"]?.int == lifetime)
        #expect(modern?["cacheScope"] == "private")
        #expect(modern?["resultType"] == "complete")
        guard method != "server/discover" else { return }
        let legacy = try await bench.legacy().ask(method, .object(params))["result"]
        #expect(legacy?["ttlMs"] == nil)
        #expect(legacy?["cacheScope"] == nil)
    }

    // MARK: - Reading

    @Test("of a task: its state with its result")
    func state() async throws {
        let (id, contents) = try await contents("", of: [])
        #expect(contents.count == 1)
        #expect(contents[0]["uri"]?.string == "task://\(id)")
        #expect(contents[0]["mimeType"] == "application/json")
        let state = try json(contents[0]["text"]?.string ?? "")
        #expect(state["task_id"]?.string == id.description)
        #expect(state["status"] == "completed")
        #expect(state["result"] == ["ok": true])
    }

    @Test("of a task: its timeline, a JSON object a line, from any entry on")
    func timeline() async throws {
        let (_, contents) = try await contents("/timeline", of: [])
        let lines = try #require(contents[0]["text"]?.string).split(separator: "\n").map { try json(String($0)) }
        #expect(lines.first?["kind"] == "created")
        #expect(lines.last?["kind"] == "completed")
        #expect(lines.map { $0["sequence"]?.int } == Array(1...lines.count))
        let (_, later) = try await self.contents("/timeline?after=\(lines.count - 1)", of: [])
        #expect(later[0]["text"]?.string?.split(separator: "\n").count == 1)
    }

    @Test("of a task: all of a short output")
    func output() async throws {
        let (id, contents) = try await contents("/output", of: Array("häß\n".utf8))
        #expect(contents.count == 1)
        #expect(
            contents[0].json() == """
                {"uri":"task://\(id)/output","mimeType":"text/plain","text":"häß\\n",\
                "_meta":{"offset":0,"nextOffset":6,"totalBytes":6,"mayGrow":false}}
                """
        )
    }

    @Test("of a task: the end of a long output, no character torn, and how to get the rest")
    func longOutput() async throws {
        // 3 bytes each, so that the end cannot begin with a whole one.
        let bytes = Array(String(repeating: "€", count: 100_000).utf8)
        let (id, contents) = try await contents("/output", of: bytes)
        #expect(contents.count == 2)
        let text = try #require(contents[1]["text"]?.string)
        #expect(text.utf8.count <= MCPServer.outputLimit && text.utf8.count > MCPServer.outputLimit - 3)
        #expect(text.allSatisfy { $0 == "€" })
        let begin = bytes.count - text.utf8.count
        #expect(contents[0]["text"]?.string == "[bytes \(begin) to 300000 of 300000. From the beginning: task://\(id)/output?offset=0.]")
        let (_, start) = try await self.contents("/output?offset=0", of: bytes)
        #expect(start[1]["_meta"]?["nextOffset"]?.int == 65535)
        #expect(start[0]["text"]?.string?.contains("What follows: task://") == true)
    }

    @Test("of a task: bytes that are no text, in base64")
    func binaryOutput() async throws {
        let (_, contents) = try await contents("/output", of: [0x66, 0xff, 0x00, 0x01])
        #expect(contents[0]["blob"] == "Zv8AAQ==")
        #expect(contents[0]["text"] == nil)
        #expect(contents[0]["mimeType"] == "application/octet-stream")
    }

    @Test("that the program adds are read by their URI, or by a template's variables")
    func readAdded() async throws {
        let bench = try MCPBench(serving: { options in
            options.resources = [MCPResource(uri: "me://name", name: "me") { .text($0.owner.name) }]
            options.resourceTemplates = [
                MCPResourceTemplate(pattern: "notes://{day}/text", name: "note") { values, _ in
                    values["day"] == "sunday" ? nil : .bytes(Array((values["day"] ?? "").utf8), mimeType: "image/png")
                }
            ]
        })
        let connection = try await bench.legacy()
        let name = try await connection.ask("resources/read", ["uri": "me://name"])["result"]?["contents"]
        #expect(name == [["uri": "me://name", "mimeType": "text/plain", "text": "alice"]])
        let note = try await connection.ask("resources/read", ["uri": "notes://m%C3%B6nday/text"])["result"]?["contents"]
        #expect(note == [["uri": "notes://m%C3%B6nday/text", "mimeType": "image/png", "blob": "bcO2bmRheQ=="]])
        let missing = try await connection.ask("resources/read", ["uri": "notes://sunday/text"])
        #expect(missing["error"]?["code"]?.int == -32002)
    }

    @Test("that are missing, foreign or misspelt get one answer, with the code of the era")
    func missing() async throws {
        let tool = scripted()
        let bench = try MCPBench(tool)
        let foreign = try #require(try await bench.manager.call("slow", as: bench.bob, options: .background).task).id
        let mine = try #require(try await bench.manager.call("slow", as: bench.alice, options: .background).task).id
        let connection = try await bench.legacy()
        var uris = [
            "", "task://", "task:", "file:///etc/passwd", "task://\(TaskID.random())", "task://\(foreign)/output", "task://\(foreign)",
        ]
        for tail in [
            "/", "/nothing", "/output/", "/output?offset=-1", "/output?offset=x", "/output?x=1", "?x", "/timeline?after=", "\u{0}",
        ] {
            uris.append("task://\(mine)\(tail)")
        }
        for uri in uris {
            let legacy = try await connection.ask("resources/read", ["uri": .string(uri)])
            #expect(legacy["error"] == ["code": -32002, "message": "Resource not found", "data": ["uri": .string(uri)]])
            let modern = try await connection.askModern("resources/read", ["uri": .string(uri)])
            #expect(modern["error"] == ["code": -32602, "message": "Resource not found", "data": ["uri": .string(uri)]])
        }
        #expect(try await connection.ask("resources/read", [:])["error"]?["code"]?.int == -32602)
        tool.mayEnd.fire()
    }

    @Test(
        "are linked to by tickets, for clients that know such links",
        arguments: ["2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"]
    )
    func links(revision: String) async throws {
        let bench = try MCPBench(scripted { $0.background = .always })
        let connection = revision == "2026-07-28" ? bench.server.connect(as: bench.alice, over: .http) : try await bench.legacy(revision)
        let call: JSONObject = ["name": "slow"]
        let answer =
            revision == "2026-07-28"
            ? try await connection.askModern("tools/call", call, tasks: false) : try await connection.ask("tools/call", .object(call))
        let result = try #require(answer["result"])
        let id = try #require(result["structuredContent"]?["task_id"]?.string)
        let link = result["content"]?[1]
        guard revision >= "2025-06-18" else {
            #expect(link == nil)
            return
        }
        #expect(link == ["type": "resource_link", "uri": .string("task://\(id)"), "name": "task", "mimeType": "application/json"])
        #expect(try await connection.ask("resources/read", link.map { ["uri": $0["uri"] ?? .null] })["error"]?["code"]?.int != -32002)
    }
}

@Suite("The pattern of a URI")
struct URIPatternTests {
    @Test("gives the values of its variables")
    func values() {
        let pattern: MCPURIPattern = "test://template/{id}/data"
        #expect(pattern.variables == ["id"])
        #expect(pattern.values(in: "test://template/123/data") == ["id": "123"])
        #expect(pattern.values(in: "test://template/a%20b/data") == ["id": "a b"])
        let two: MCPURIPattern = "x:{a}-{b}.txt"
        #expect(two.values(in: "x:1-2-3.txt") == ["a": "1", "b": "2-3"])
    }

    @Test(
        "fits nothing else",
        arguments: [
            "", "test://template//data", "test://template/1/2/data", "test://template/1/data/", "test://template/1",
            "test://template/%/data",
            "test://template/%ff/data", "test://template/1?x/data", "TEST://template/1/data",
        ]
    )
    func misfits(uri: String) {
        let pattern: MCPURIPattern = "test://template/{id}/data"
        #expect(pattern.values(in: uri) == nil)
    }

    @Test("may have no variable, or a brace that is not closed")
    func literal() {
        #expect(MCPURIPattern("a:b").values(in: "a:b") == [:])
        #expect(MCPURIPattern("a:{b").values(in: "a:{b") == [:])
        #expect(MCPURIPattern("").values(in: "") == [:])
    }
}

@Suite("Bytes in base64")
struct Base64Tests {
    @Test(
        "are as RFC 4648 has them",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ]
    )
    func vectors(text: String, encoded: String) {
        #expect(Base64.text(of: Array(text.utf8)) == encoded)
        #expect(Base64.text(of: [0xfb, 0xff, 0xfe]) == "+//+")
    }
}
