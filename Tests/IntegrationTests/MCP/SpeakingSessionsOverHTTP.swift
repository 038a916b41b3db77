import Glibc
import LegworkCore
import Testing

@Suite("MCP over HTTP, with sessions")
struct SpeakingSessionsOverHTTP {
    /// A session with a call, of the id 7, that goes on until the pipe `gate` is opened.
    private func gatedCall(_ site: Site) async throws -> (MCPVisitor, MCPVisit) {
        for pipe in ["up", "gate"] { try site.pipes.make(pipe) }
        let visitor = try await MCPVisitor(site).session()
        let call = MCPHost.call("echo up >up; read line <gate; echo $line", in: site)
        let visit = try await visitor.open("POST", MCPVisitor.kinds, MCPVisitor.message("tools/call", .object(call), id: 7))
        try await site.pipes.hear("up")
        return (visitor, visit)
    }

    /// Returns when the daemon has noticed the end of all connections but that which asks.
    private func onlyOneConnection(_ site: Site) async throws {
        var text = ""
        while !text.contains("\nlegwork_http_connections{transport=\"unix\"} 1\n") {
            text = String(decoding: try await site.http("GET", "/metrics", headers: ["Legwork-Scope: operator"]).body, as: UTF8.self)
        }
    }

    @Test("a client is introduced, and its session serves it until it ends it", arguments: ["2025-03-26", "2025-06-18", "2025-11-25"])
    func session(_ revision: String) async throws {
        try await Site.use { site in
            _ = try await site.serve()
            let visitor = try await MCPVisitor(site).session(revision)
            #expect(try await visitor.askInSession("ping").json["result"] == [:])
            let tools = try await visitor.askInSession("tools/list")
            #expect(tools.header("Content-Type") == "application/json")
            #expect(tools.json["result"]?["tools"]?.array?.contains { $0["name"] == "await_task" } == true)
            let called = try await visitor.askInSession("tools/call", .object(MCPHost.call("echo hello", in: site)))
            #expect(called.json["result"]?["content"]?[0]?["text"] == "hello\nexit code 0", "\(called)")
            let answered = try await visitor.send("POST", MCPVisitor.kinds, Array(#"{"jsonrpc":"2.0","id":9,"result":{}}"#.utf8))
            #expect(answered.status == 202 && answered.body.isEmpty)

            #expect(try await visitor.send("DELETE").status == 204)
            for method in ["POST", "GET", "DELETE"] {
                let gone = try await visitor.send(method, MCPVisitor.kinds, MCPVisitor.message("ping", nil))
                #expect(gone.status == 404, "\(method): \(gone)")
            }
        }
    }

    @Test("who names no session is refused, and who names another's is told as much as of one that never was")
    func sessions() async throws {
        try await Site.use { site in
            _ = try await site.serve()
            let visitor = MCPVisitor(site)
            let mine = try await visitor.session()
            var foreign = mine
            foreign.headers.append("Legwork-Owner: somebody-else")
            let ping = MCPVisitor.message("ping", nil)
            for method in ["POST", "GET", "DELETE"] {
                #expect(try await visitor.send(method, MCPVisitor.kinds, ping).status == 400, "\(method)")
                let unknown = try await visitor.send(method, MCPVisitor.kinds + ["Mcp-Session-Id: 0123456789abcdef"], ping)
                let other = try await foreign.send(method, MCPVisitor.kinds, ping)
                #expect(unknown.status == 404 && other.status == 404 && unknown.body == other.body, "\(method): \(unknown), \(other)")
            }
            let bad = try await visitor.send("POST", MCPVisitor.kinds + [mine.headers[0], "MCP-Protocol-Version: 1999-01-01"], ping)
            #expect(bad.status == 400, "\(bad)")
            // Without a version it is the one that the session agreed on.
            #expect(try await visitor.send("POST", MCPVisitor.kinds + [mine.headers[0]], ping).status == 200)
            #expect(try await mine.askInSession("no/method").json["error"]?["code"] == -32601)
            let unopened = try await visitor.send("POST", MCPVisitor.kinds, MCPVisitor.message("initialize", [:]))
            #expect(unopened.header("Mcp-Session-Id") == nil && unopened.mcpCode == -32602, "\(unopened)")
        }
    }

    @Test("a lost response calls nothing off: the call becomes a task, and its client finds the answer when it comes back")
    func resumed() async throws {
        try await Site.use { site in
            _ = try await site.serve("--mcp-window", "10m")
            let (visitor, visit) = try await gatedCall(site)
            // The stream begins with an event that has an id and nothing else.
            let first = try await visit.events(1)[0]
            let last = try #require(first.id)
            #expect(first.data.isEmpty)
            visit.close()
            // Whoever is back before the loss was noticed finds the call still going on.
            try await onlyOneConnection(site)
            let resumed = try await visitor.open("GET", ["Accept: text/event-stream", "Last-Event-ID: \(last)"])
            let answer = try #require(try await resumed.allEvents().last)
            #expect(answer.id != last && answer.json["id"] == 7, "\(answer)")
            let id = try #require(answer.json["result"]?["structuredContent"]?["task_id"]?.string, "\(answer)")
            try site.open("gate", "on its own")
            #expect(try await site.legwork("wait", id).code == 0)
            #expect(try await site.legwork("logs", id).output == "on its own\n")
            // It can come back again, and from where it was: after the answer there is nothing.
            let again = try await visitor.open("GET", ["Accept: text/event-stream", "Last-Event-ID: \(last)"])
            #expect(try await again.allEvents().last?.json["id"] == 7)
            let beyond = "\(last.prefix { $0 != "-" })-\(Int.max)"
            let end = try await visitor.open("GET", ["Accept: text/event-stream", "Last-Event-ID: \(beyond)"])
            #expect(try await end.allEvents().isEmpty)
            let after = try await visitor.open("GET", ["Accept: text/event-stream", "Last-Event-ID: \(answer.id ?? "")"])
            #expect(try await after.allEvents().isEmpty)
        }
    }

    @Test("a response that is lost before its stream has begun leaves a task behind")
    func left() async throws {
        try await Site.use { site in
            _ = try await site.serve("--mcp-window", "10m")
            let (_, visit) = try await gatedCall(site)
            visit.close()
            try site.open("gate", "on its own")
            let id = try await site.legwork("list", "-q").output.trimmed
            #expect(try await site.legwork("wait", id).code == 0)
        }
    }

    @Test("a call that is called off gets no answer, and its response ends")
    func calledOff() async throws {
        try await Site.use { site in
            _ = try await site.serve("--mcp-window", "10m")
            try site.pipes.make("up")
            let visitor = try await MCPVisitor(site).session()
            let call = MCPHost.call("echo up >up; exec sleep 3600", in: site)
            let visit = try await visitor.open("POST", MCPVisitor.kinds, MCPVisitor.message("tools/call", .object(call), id: 7))
            try await site.pipes.hear("up")
            let told = try await visitor.send(
                "POST",
                MCPVisitor.kinds,
                MCPVisitor.message("notifications/cancelled", ["requestId": 7], id: nil)
            )
            #expect(told.status == 202)
            #expect(try await visit.allEvents().allSatisfy { $0.data.isEmpty })
            let id = try await site.legwork("list", "-q").output.trimmed
            #expect(try await site.legwork("wait", id).code == 1)
        }
    }

    @Test("the same id twice at once is refused, and the first goes on")
    func duplicate() async throws {
        try await Site.use { site in
            _ = try await site.serve("--mcp-window", "10m")
            let (visitor, visit) = try await gatedCall(site)
            let second = try await visitor.askInSession("tools/list", id: 7)
            #expect(second.status == 400 && second.mcpCode == -32600, "\(second)")
            #expect(try await visitor.askInSession("tools/list", id: 8).status == 200)
            try site.open()
            #expect(try await visit.answer()["result"]?["content"]?[0]?["text"] == "done\nexit code 0")
        }
    }

    @Test("several streams may listen; each is told its place, and all end with the session and with the daemon")
    func listening() async throws {
        try await Site.use { site in
            let daemon = try await site.serve()
            let visitor = try await MCPVisitor(site).session()
            var visits: [MCPVisit] = []
            for _ in 0..<8 {
                let visit = try await visitor.open("GET", ["Accept: text/event-stream"])
                #expect(try await visit.reply().header("Content-Type") == "text/event-stream")
                visits.append(visit)
            }
            var ids: Set<String?> = []
            for visit in visits { ids.insert(try await visit.events(1)[0].id) }
            #expect(ids.count == 8 && !ids.contains(nil), "\(ids)")
            #expect(try await visitor.send("GET", ["Accept: text/event-stream"]).status == 429)
            #expect(try await visitor.send("GET", ["Accept: application/json"]).status == 406)
            for last in ["nonsense", "99-1"] {
                #expect(try await visitor.send("GET", ["Accept: text/event-stream", "Last-Event-ID: \(last)"]).status == 400)
            }
            // Coming back to a stream takes it over from a connection that may be dead.
            let id = try #require(try await visits[0].events(1)[0].id)
            let resumed = try await visitor.open("GET", ["Accept: text/event-stream", "Last-Event-ID: \(id)"])
            #expect(try await resumed.events(1)[0].id == id)
            #expect(try await visits[0].allEvents().count == 1)
            #expect(try await visitor.send("DELETE").status == 204)
            for visit in visits + [resumed] { #expect(try await visit.allEvents().count == 1) }

            let other = try await MCPVisitor(site).session()
            let last = try await other.open("GET", ["Accept: text/event-stream"])
            _ = try await last.events(1)
            daemon.signal(SIGTERM)
            #expect(try await last.allEvents().count == 1)
            #expect(try await daemon.end().code == 0)
        }
    }

    @Test("what belongs to no request comes on one stream, the newest, and again to a client that has lost it")
    func announced() async throws {
        try await Site.use { site in
            _ = try await site.serve()
            let visitor = try await MCPVisitor(site).session()
            // It changes once, when it is cancelled.
            let work: JSONValue = ["tool": "run_command", "arguments": ["argv": ["true"], "cwd": "/"], "delay_ms": 3_600_000]
            let id = try #require(try await site.post("/v1/tasks", work).json["task"]?["id"]?.string)
            let subscribed = try await visitor.askInSession("resources/subscribe", ["uri": .string("task://\(id)")])
            #expect(subscribed.json["result"] != nil, "\(subscribed)")
            let older = try await visitor.open("GET", ["Accept: text/event-stream"])
            _ = try await older.events(1)
            let newer = try await visitor.open("GET", ["Accept: text/event-stream"])
            let first = try #require(try await newer.events(1)[0].id)
            #expect(try await site.legwork("cancel", id).code == 0)
            let told = try await newer.events(2)[1]
            #expect(told.json["method"] == "notifications/resources/updated", "\(told)")
            newer.close()
            let resumed = try await visitor.open("GET", ["Accept: text/event-stream", "Last-Event-ID: \(first)"])
            #expect(try await resumed.events(2)[1].id == told.id)
            #expect(try await visitor.send("DELETE").status == 204)
            #expect(try await older.allEvents().count == 1)
        }
    }

    @Test("clients of older revisions get no event without a message")
    func noPriming() async throws {
        try await Site.use { site in
            _ = try await site.serve("--mcp-window", "700ms")
            try site.pipes.make("gate")
            let visitor = try await MCPVisitor(site).session("2025-06-18")
            let call = MCPHost.call("read line <gate", in: site)
            let visit = try await visitor.open("POST", MCPVisitor.kinds, MCPVisitor.message("tools/call", .object(call)))
            let events = try await visit.allEvents()
            #expect(events.count == 1 && events[0].id != nil && events[0].json["result"] != nil, "\(events)")
        }
    }

    @Test("a daemon that is killed and started again knows no session; the client begins a new one, and its task is still there")
    func killed() async throws {
        try await Site.use { site in
            let first = try await site.serve("--workers", "1")
            let old = try await MCPVisitor(site).session()
            let submitted = try await old.askInSession(
                "tools/call",
                [
                    "name": "submit_task",
                    "arguments": ["tool": "run_command", "name": "later", "arguments": ["argv": ["echo", "at last"]]],
                ]
            )
            let id = try #require(submitted.json["result"]?["structuredContent"]?["task_id"], "\(submitted)")
            let listener = try await old.open("GET", ["Accept: text/event-stream"])
            _ = try await listener.events(1)
            try await first.killNow()
            #expect(try await listener.allEvents().count == 1)
            _ = try await site.serve("--workers", "1")
            let gone = try await old.askInSession("tools/call", ["name": "check_task", "arguments": ["task_id": id]])
            #expect(gone.status == 404, "\(gone)")
            let new = try await MCPVisitor(site).session()
            let awaited = try await new.askInSession("tools/call", ["name": "await_task", "arguments": ["task_id": id]])
            #expect(awaited.body.firstRange(of: Array("at last".utf8)) != nil, "\(awaited)")
        }
    }
}
