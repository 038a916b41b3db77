import Glibc
import LegworkCore
import Testing

@Suite("MCP over HTTP, since 2026-07-28")
struct SpeakingModernMCPOverHTTP {
    @Test("every request stands for itself: discover, list, a quick call inline, and no session")
    func inline() async throws {
        try await Site.use { site in
            _ = try await site.serve()
            let visitor = MCPVisitor(site)
            let discovered = try await visitor.ask("server/discover")
            #expect(discovered.status == 200 && discovered.header("Content-Type") == "application/json", "\(discovered)")
            #expect(discovered.json["result"]?["supportedVersions"]?.array?.contains("2026-07-28") == true)
            #expect(discovered.header("Mcp-Session-Id") == nil)
            let tools = try await visitor.ask("tools/list").json["result"]
            #expect(tools?["tools"]?.array?.contains { $0["name"] == "run_command" } == true && tools?["resultType"] == "complete")
            let called = try await visitor.ask("tools/call", MCPHost.call("echo hello", in: site))
            #expect(called.json["result"]?["content"]?[0]?["text"] == "hello\nexit code 0", "\(called)")
            // What the older era had is passed over.
            var confused = visitor
            confused.headers = ["Mcp-Session-Id: gone", "Last-Event-ID: 1-1"]
            #expect(try await confused.ask("tools/list").status == 200)
        }
    }

    @Test("a call that takes its time is answered on a stream, with a task")
    func task() async throws {
        try await Site.use { site in
            _ = try await site.serve("--mcp-window", "700ms")
            try site.pipes.make("gate")
            let visitor = MCPVisitor(site)
            let params = MCPHost.call("read line <gate; echo $line", in: site)
            let visit = try await visitor.open(
                "POST",
                MCPVisitor.fields("tools/call", params),
                MCPVisitor.message("tools/call", MCPHost.modern(params))
            )
            let head = try await visit.reply()
            #expect(head.status == 200 && head.header("Content-Type") == "text/event-stream", "\(head)")
            #expect(head.header("X-Accel-Buffering") == "no" && head.header("Cache-Control") == "no-store")
            let events = try await visit.allEvents()
            #expect(events.count == 1 && events[0].id == nil, "\(events)")
            let created = events[0].json["result"]
            #expect(created?["resultType"] == "task", "\(events)")
            let id = try #require(created?["taskId"])
            #expect(try await visitor.ask("tasks/get", ["taskId": id]).json["result"]?["status"] == "working")
            try site.open("gate", "the end")
            #expect(try await site.legwork("wait", id.string ?? "").code == 0)
            let completed = try await visitor.ask("tasks/get", ["taskId": id]).json["result"]
            #expect(completed?["result"]?["content"]?[0]?["text"] == "the end\nexit code 0", "\(completed?.json() ?? "nothing")")
        }
    }

    @Test("closing a response calls its request off, also when a stream has begun", arguments: [false, true])
    func closed(afterHead: Bool) async throws {
        try await Site.use { site in
            _ = try await site.serve("--mcp-window", "10m")
            for pipe in ["up", "gate"] { try site.pipes.make(pipe) }
            let params = MCPHost.call("echo up >up; read line <gate; echo $line", in: site)
            let visit = try await MCPVisitor(site).open(
                "POST",
                MCPVisitor.fields("tools/call", params),
                MCPVisitor.message("tools/call", MCPHost.modern(params))
            )
            try await site.pipes.hear("up")
            if afterHead { _ = try await visit.reply() }
            visit.close()
            let id = try await site.legwork("list", "-q").output.trimmed
            #expect(try await site.legwork("wait", id).code == 1)
            #expect(try await site.status(id) == "cancelled")
        }
    }

    @Test("a daemon that is killed and started again under a client that polls a task: it goes on, and gets the result")
    func killed() async throws {
        try await Site.use { site in
            let first = try await site.serve("--workers", "1")
            let visitor = MCPVisitor(site)
            // The only worker is busy until the end of this daemon.
            let busy = try site.start("run", "--queue", "default", "--", "sh", "-c", "echo up; exec sleep 3600")
            let follower = try site.start("logs", "-f", try await busy.end().output.trimmed)
            try await follower.view { $0.output == "up\n" }
            let submitted = try await visitor.ask(
                "tools/call",
                ["name": "submit_task", "arguments": ["tool": "run_command", "arguments": ["argv": ["echo", "at last"]]]]
            )
            let id = try #require(submitted.json["result"]?["structuredContent"]?["task_id"], "\(submitted)")
            #expect(try await visitor.ask("tasks/get", ["taskId": id]).json["result"]?["status"] == "working")
            try await first.killNow()
            _ = try await site.serve("--workers", "1")
            var polled = try await visitor.ask("tasks/get", ["taskId": id]).json["result"]
            while polled?["status"] == "working" { polled = try await visitor.ask("tasks/get", ["taskId": id]).json["result"] }
            #expect(polled?["status"] == "completed", "\(polled?.json() ?? "nothing")")
            #expect(polled?["result"]?["content"]?[0]?["text"] == "at last\nexit code 0")
        }
    }

    @Test("what makes no sense is refused with status and code, and the daemon lives on")
    func refused() async throws {
        try await Site.use { site in
            _ = try await site.serve()
            let visitor = MCPVisitor(site)
            let list = MCPVisitor.message("tools/list", MCPHost.modern())
            let fields = MCPVisitor.fields("tools/list", [:])
            let capabilities: JSONValue = ["_meta": ["io.modelcontextprotocol/clientCapabilities": [:]]]
            let version: JSONValue = ["_meta": ["io.modelcontextprotocol/protocolVersion": "2026-07-28"]]
            let old: JSONValue = [
                "_meta": [
                    "io.modelcontextprotocol/protocolVersion": "1999-01-01", "io.modelcontextprotocol/clientCapabilities": [:],
                ]
            ]
            let oldFields = MCPVisitor.kinds + ["MCP-Protocol-Version: 1999-01-01", "Mcp-Method: tools/list"]
            let cases: [(name: String, fields: [String], body: [UInt8], status: Int, code: Int)] = [
                ("no JSON", fields, Array("{".utf8), 400, -32700),
                ("no UTF-8", fields, Array(#"{"jsonrpc":"2.0","id":1,"method":"\#u{0}"#.utf8) + [0xFF, 0x22, 0x7D], 400, -32700),
                ("nothing", fields, [], 400, -32700),
                ("too deep", fields, Array(String(repeating: "[", count: 500_000).utf8), 400, -32700),
                ("a batch", fields, Array("[]".utf8), 400, -32600),
                ("an id that is null", fields, MCPVisitor.message("tools/list", MCPHost.modern(), id: .null), 400, -32600),
                ("no metadata", fields, MCPVisitor.message("tools/list", nil), 400, -32602),
                ("no version in the body", fields, MCPVisitor.message("tools/list", capabilities), 400, -32602),
                ("no capabilities", fields, MCPVisitor.message("tools/list", version), 400, -32602),
                ("no version in the header", MCPVisitor.kinds + ["Mcp-Method: tools/list"], list, 400, -32020),
                ("another version in the header", oldFields, list, 400, -32020),
                ("a version that is not spoken", oldFields, MCPVisitor.message("tools/list", old), 400, -32022),
                ("another method in the header", MCPVisitor.fields("tools/call", [:]), list, 400, -32020),
                (
                    "another name in the header", MCPVisitor.fields("tools/call", ["name": "x"]),
                    MCPVisitor.message("tools/call", MCPHost.modern(["name": "y"])), 400, -32020
                ),
                ("an unknown method", MCPVisitor.fields("no/method", [:]), MCPVisitor.message("no/method", MCPHost.modern()), 404, -32601),
                ("ping", MCPVisitor.fields("ping", [:]), MCPVisitor.message("ping", MCPHost.modern()), 404, -32601),
                ("initialize", MCPVisitor.fields("initialize", [:]), MCPVisitor.message("initialize", MCPHost.modern()), 404, -32601),
                (
                    "an unknown task", MCPVisitor.fields("tasks/get", ["taskId": "x"]),
                    MCPVisitor.message("tasks/get", MCPHost.modern(["taskId": "x"])), 200, -32602
                ),
                ("an Accept without streams", ["Accept: application/json"], list, 406, -32600),
            ]
            for test in cases {
                let reply = try await visitor.send("POST", test.fields, test.body)
                #expect(reply.status == test.status && reply.mcpCode == test.code, "\(test.name): \(reply)")
                #expect(reply.header("Content-Type") == "application/json", "\(test.name): \(reply)")
            }
            #expect(try await visitor.ask("tools/list").status == 200)
        }
    }

    @Test("notifications are taken without a word, and there are neither streams nor sessions to ask for")
    func notifications() async throws {
        try await Site.use { site in
            _ = try await site.serve()
            let visitor = MCPVisitor(site)
            let version = ["MCP-Protocol-Version: 2026-07-28"]
            let told = try await visitor.send(
                "POST",
                MCPVisitor.kinds + version,
                MCPVisitor.message("notifications/cancelled", ["requestId": 1], id: nil)
            )
            #expect(told.status == 202 && told.body.isEmpty, "\(told)")
            for method in ["GET", "DELETE"] {
                let reply = try await visitor.send(method, MCPVisitor.kinds + version + ["Mcp-Session-Id: s"])
                #expect(reply.status == 405 && reply.header("Allow") == "POST", "\(reply)")
            }
            for method in ["PUT", "PATCH", "HEAD"] { #expect(try await visitor.send(method).status == 405, "\(method)") }
        }
    }

    @Test("a body of 17 MB is refused, one that is cut off costs nothing, and the same id twice at once is two requests")
    func bodies() async throws {
        try await Site.use { site in
            _ = try await site.serve()
            let visitor = MCPVisitor(site)
            let fields = MCPVisitor.fields("tools/list", [:])
            #expect(try await visitor.send("POST", fields, [UInt8](repeating: 0x20, count: 17 << 20)).status == 413)
            let socket = site.socket
            let cut = try await offPool {
                let connection = try Connection(unix: socket)
                connection.send(
                    Array("POST /mcp HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"json".utf8)
                )
                connection.finishSending()
                return connection.more()
            }
            #expect(cut == nil)
            async let one = visitor.ask("tools/call", MCPHost.call("echo one", in: site))
            async let two = visitor.ask("tools/call", MCPHost.call("echo two", in: site))
            #expect(try await one.json["result"]?["content"]?[0]?["text"] == "one\nexit code 0")
            #expect(try await two.json["result"]?["content"]?[0]?["text"] == "two\nexit code 0")
        }
    }

    @Test("over TCP it is for those who have the token and mean it, and pages of other servers are kept out")
    func admission() async throws {
        try await Site.use { site in
            let daemon = try await site.serve("--port", "0")
            let log = try await daemon.view { $0.error.contains("listening on http://127.0.0.1:") }.error
            let port = try #require(UInt16(log.split(separator: "127.0.0.1:").last?.prefix { $0.isNumber } ?? ""))
            let right = "Authorization: Bearer \(Files.text(site.state + "/token").trimmed)"
            let body = MCPVisitor.message("tools/list", MCPHost.modern())
            func status(_ headers: [String], host: String = "localhost", _ method: String = "POST") async throws -> Int {
                try await offPool {
                    let connection = try Connection(port: port)
                    connection.send(method, "/mcp", host: host, headers: MCPVisitor.fields("tools/list", [:]) + headers, body: body)
                    return try connection.reply().status
                }
            }
            #expect(try await status([right]) == 200)
            #expect(try await status([right, "Origin: http://localhost"]) == 200)
            for method in ["POST", "GET", "DELETE"] {
                #expect(try await status([], host: "localhost", method) == 401)
                #expect(try await status([right, "Origin: http://legwork.example"], host: "localhost", method) == 403)
                #expect(try await status([right], host: "legwork.example", method) == 421)
            }
        }
    }
}
