import Glibc
import LegworkCore
import LegworkEventLoop
import LegworkHTTP
import Testing

@Suite("legwork mcp")
struct SpeakingMCP {
    @Test("an older client is introduced, lists the tools, and gets a quick answer inline")
    func inline() async throws {
        try await Site.use { site in
            let host = try MCPHost(site)
            let initialized = try await host.initialize()
            #expect(initialized["result"]?["protocolVersion"] == "2025-11-25")
            #expect(initialized["result"]?["serverInfo"]?["name"] == "legwork")
            let tools = try await host.ask("tools/list", id: 1)["result"]?["tools"]?.array ?? []
            #expect(tools.contains { $0["name"] == "run_command" } && tools.contains { $0["name"] == "await_task" })
            let result = try await host.ask("tools/call", .object(MCPHost.call("echo hello", in: site)), id: 2)["result"]
            #expect(result?["content"]?[0]?["text"] == "hello\nexit code 0")
            #expect(result?["isError"] == false)
            host.child.closeInput()
            let end = try await host.child.end()
            #expect(end.code == 0 && end.error.isEmpty, "\(end)")
        }
    }

    @Test("an older client gets a ticket for a slow call, and its end by await_task")
    func ticket() async throws {
        try await Site.use { site in
            _ = try await site.serve("--mcp-window", "200ms")
            try site.pipes.make("gate")
            let host = try MCPHost(site)
            try await host.initialize()
            let slow = MCPHost.call("read line <gate; echo $line", in: site)
            let ticket = try await host.ask("tools/call", .object(slow), id: 1)["result"]?["structuredContent"]
            let id = try #require(ticket?["task_id"]?.string)
            #expect(try await site.status(id) == "running")
            let waiting: JSONObject = ["name": "await_task", "arguments": ["task_id": .string(id)]]
            try await host.send("tools/call", .object(waiting), id: 2)
            // Other requests are answered while that one waits.
            #expect(try await host.ask("ping", id: 3)["result"] == [:])
            try site.open("gate", "the end")
            let end = try await host.answer(2)
            #expect(end["result"]?.json().contains("the end") == true, "\(end.json())")
        }
    }

    @Test("a modern client gets a task for a slow call, and asks after it until it is completed")
    func modern() async throws {
        try await Site.use { site in
            _ = try await site.serve("--mcp-window", "200ms")
            try site.pipes.make("gate")
            let host = try MCPHost(site)
            let slow = MCPHost.modern(MCPHost.call("read line <gate; echo $line", in: site))
            let created = try await host.ask("tools/call", slow, id: 1)["result"]
            #expect(created?["resultType"] == "task", "\(created?.json() ?? "nothing")")
            let id = try #require(created?["taskId"]?.string ?? created?["task"]?["taskId"]?.string)
            let question = MCPHost.modern(["taskId": .string(id)])
            let working = try await host.ask("tasks/get", question, id: 2)["result"]
            #expect(working?["status"] == "working", "\(working?.json() ?? "nothing")")
            try site.open("gate", "the end")
            #expect(try await site.legwork("wait", id).code == 0)
            let completed = try await host.ask("tasks/get", question, id: 3)["result"]
            #expect(completed?["status"] == "completed")
            #expect(completed?["result"]?["content"]?[0]?["text"] == "the end\nexit code 0", "\(completed?.json() ?? "nothing")")
            let inline = try await host.ask("tools/call", MCPHost.modern(MCPHost.call("echo quick", in: site)), id: 4)["result"]
            #expect(inline?["resultType"] == "complete")
        }
    }

    @Test("a line that is no message is answered with an error, and the next one is served")
    func badLines() async throws {
        try await Site.use { site in
            let host = try MCPHost(site)
            try await host.initialize()
            let bad = [
                "{", "hello", "[]", "5", "null", #"{"jsonrpc":"2.0"}"#, #"{"jsonrpc":"1.0","id":7,"method":"ping"}"#,
                #"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, "\u{FFFD}\u{01}", String(repeating: "[", count: 200_000),
                String(repeating: #"{"a":"#, count: 100_000),
            ]
            for (number, line) in bad.enumerated() {
                let before = host.child.now.lines.count
                try await host.send(line)
                let view = try await host.child.view { $0.output.hasSuffix("\n") && $0.lines.count > before }
                let answer = try JSONValue(parsing: view.lines[before])
                #expect([-32700, -32600].contains(answer["error"]?["code"]?.int), "\(line.prefix(50)): \(answer.json())")
                #expect(try await host.ask("ping", id: 100 + number)["result"] == [:])
            }
            // Empty lines mean nothing.
            try await host.send("\n\n")
            #expect(try await host.ask("ping", id: 99)["result"] == [:])
        }
    }

    @Test("a line of 17 MB is answered with an error, and the next one is served")
    func longLine() async throws {
        try await Site.use { site in
            let host = try MCPHost(site)
            try await host.initialize()
            try await host.send(String(repeating: "x", count: 17 << 20))
            #expect(try await host.answer(.null)["error"]?["code"]?.int == -32600)
            #expect(try await host.ask("ping", id: 1)["result"] == [:])
        }
    }

    @Test("a client that ends its input during a call leaves the call behind as a task")
    func endOfInput() async throws {
        try await leave { $0.closeInput() }
    }

    @Test("a shim that is killed during a call leaves the call behind as a task")
    func killedShim() async throws {
        try await leave { $0.signal(SIGKILL) }
    }

    private func leave(_ how: (Child) -> Void) async throws {
        try await Site.use { site in
            _ = try await site.serve("--mcp-window", "10m")
            for pipe in ["up", "gate"] { try site.pipes.make(pipe) }
            let host = try MCPHost(site)
            try await host.initialize()
            try await host.send("tools/call", .object(MCPHost.call("echo up >up; read line <gate; echo $line", in: site)), id: 1)
            try await site.pipes.hear("up")
            how(host.child)
            _ = try await host.child.end()
            try site.open("gate", "on its own")
            let id = try await site.legwork("list", "-q").output.trimmed
            #expect(try await site.legwork("wait", id).code == 0)
            #expect(try await site.legwork("logs", id).output == "on its own\n")
        }
    }

    @Test("a daemon that is killed between two lines is started again by the next, and knows the client")
    func killedDaemon() async throws {
        try await Site.use { site in
            var daemon = try await site.serve()
            let host = try MCPHost(site)
            try await host.initialize()
            #expect(try await host.ask("ping", id: 1)["result"] == [:])
            try await daemon.killNow()
            let result = try await host.ask("tools/call", .object(MCPHost.call("echo again", in: site)), id: 2)
            #expect(result["result"]?["content"]?[0]?["text"] == "again\nexit code 0", "\(result.json())")
            // The introduction was repeated, but not its answer.
            #expect(host.child.now.lines.count == 3, "\(host.child.now)")

            try await site.legwork("stop")
            daemon = try await site.serve()
            let modern = try await host.ask("tools/list", MCPHost.modern(), id: 3)
            #expect(modern["result"]?["tools"] != nil, "\(modern.json())")
        }
    }

    @Test("a daemon that is killed during a call: the call is answered with an error, and the session goes on")
    func killedDuringCall() async throws {
        try await Site.use { site in
            let daemon = try await site.serve("--mcp-window", "10m")
            try site.pipes.make("up")
            let host = try MCPHost(site)
            try await host.initialize()
            try await host.send("tools/call", .object(MCPHost.call("echo up >up; exec sleep 3600", in: site)), id: 1)
            try await site.pipes.hear("up")
            try await daemon.killNow()
            let lost = try await host.answer(1)
            #expect(lost["error"]?["code"]?.int == -32603, "\(lost.json())")
            #expect(lost["error"]?["message"]?.string?.contains("list_tasks") == true)
            let listed = try await host.ask("tools/call", ["name": "list_tasks", "arguments": [:]], id: 2)
            #expect(listed["result"]?["isError"] == false)
            let id = try await site.legwork("list", "-q").output.trimmed
            #expect(try await site.status(id) == "stopped")
        }
    }

    @Test("whatever the daemon makes of a request, the client gets one answer to it, and no line that is none")
    func strangeDaemon() async throws {
        try await Site.use { site in
            mkdir(site.state, 0o700)
            let loop = try EventLoop(name: "strange")
            let server = HTTPServer(loop: loop) { request, writer in
                let line = String(decoding: request.body, as: UTF8.self)
                if request.method == "DELETE" {
                    await writer.send(status: 204)
                } else if request.path == "/v1/mcp" {
                    await writer.send(status: 201, body: Array(#"{"session":"s"}"#.utf8))
                } else if line.contains("forgotten") {
                    await writer.send(status: 404, body: Array(#"{"code":"unknown_session","detail":"gone"}"#.utf8))
                } else if line.contains("refused") {
                    await writer.send(status: 503, body: Array("no JSON\nand two lines".utf8))
                } else if line.contains("calledOff") {
                    await writer.send(status: 200, body: Array("e\n".utf8))
                } else {
                    await writer.send(status: 200, body: Array("xanything\n".utf8))
                }
            }
            try server.listen(unixSocket: site.socket)
            let host = try MCPHost(site)
            for (id, method) in ["forgotten", "refused", "silent"].enumerated() {
                #expect(try await host.ask(method, id: id)["error"]?["code"]?.int == -32603, "\(method)")
            }
            try await host.send("calledOff", id: 7)
            host.child.closeInput()
            let view = try await host.child.end()
            #expect(view.code == 0 && view.lines.count == 3, "\(view)")
            await server.shutdown()
            loop.stop()
        }
    }

    @Test("many calls side by side are answered each with its own")
    func sideBySide() async throws {
        try await Site.use { site in
            let host = try MCPHost(site)
            try await host.initialize()
            for number in 1...50 { try await host.send("tools/call", .object(MCPHost.call("echo number \(number)", in: site)), id: number) }
            for number in 1...50 {
                let text = try await host.answer(JSONValue(number))["result"]?["content"]?[0]?["text"]
                #expect(text?.string == "number \(number)\nexit code 0")
            }
        }
    }
}
