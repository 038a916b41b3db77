import Legwork
import LegworkTestKit
import Testing

@testable import LegworkMCP

@Suite("A call over MCP")
struct CallingTests {
    private func call(_ name: String, _ arguments: JSONValue = [:], token: JSONValue? = nil) -> JSONObject {
        var params: JSONObject = ["name": .string(name), "arguments": arguments]
        if let token { params["_meta"] = ["progressToken": token] }
        return params
    }

    // MARK: - In time

    @Test("that finishes in time gives the tool's result as it is")
    func inline() async throws {
        let bench = try MCPBench(echo())
        let legacy = try await bench.legacy().ask("tools/call", .object(call("echo", ["a": 1.50])))
        #expect(
            legacy.json()
                == #"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"echo"}],"structuredContent":{"a":1.5},"isError":false}}"#
        )
        let modern = try await bench.server.connect(as: bench.alice, over: .http).askModern("tools/call", call("echo", ["a": 1]))
        #expect(
            modern["result"]?.json() == """
                {"resultType":"complete","content":[{"type":"text","text":"echo"}],"structuredContent":{"a":1},"isError":false,\
                "_meta":{"io.modelcontextprotocol/serverInfo":{"name":"bench","version":"1.0"}}}
                """
        )
        #expect(try await bench.manager.counts(in: .operator).total == 0)
    }

    @Test(
        "without arguments, or with null for them, calls the tool with none",
        arguments: [#"{"name":"echo"}"#, #"{"name":"echo","arguments":null}"#]
    )
    func noArguments(params: String) async throws {
        let bench = try MCPBench(echo())
        let answer = try await bench.legacy().ask("tools/call", json(params))
        #expect(answer["result"]?["structuredContent"] == [:])
    }

    @Test("of an unknown tool is an error of the protocol, and says which tool was perhaps meant")
    func unknownTool() async throws {
        let bench = try MCPBench(echo())
        for connection in [try await bench.legacy(), bench.server.connect(as: bench.alice, over: .stdio)] {
            let error = try await connection.askModern("tools/call", call("ecko"))["error"]
            #expect(error?["code"]?.int == -32602)
            #expect(error?["message"]?.string?.contains("did you mean 'echo'?") == true)
        }
    }

    @Test("with bad arguments gives a result that the model can learn from")
    func badArguments() async throws {
        let bench = try MCPBench(
            echo { $0.inputSchema = ["type": "object", "properties": ["n": ["type": "integer"]], "required": ["n"]] }
        )
        let result = try await bench.legacy().ask("tools/call", .object(call("echo", ["n": "x"])))["result"]
        #expect(result?["isError"] == true)
        #expect(result?["content"]?[0]?["text"]?.string?.contains("arguments.n") == true)
        #expect(try await bench.manager.counts(in: .operator).total == 0)
    }

    @Test("whose tool throws gives a result that is an error")
    func toolThrows() async throws {
        let tool = ClosureTool(ToolDescriptor(name: "bad", description: "")) { _, _ in throw ToolFault(description: "no disk left") }
        let result = try await MCPBench(tool).legacy().ask("tools/call", .object(call("bad")))["result"]
        #expect(result?["isError"] == true)
        #expect(result?["content"]?[0]?["text"] == "no disk left")
    }

    @Test("during shutdown is an error of the server")
    func shutdown() async throws {
        let bench = try MCPBench(echo())
        await bench.manager.shutdown()
        let error = try await bench.legacy().ask("tools/call", .object(call("echo")))["error"]
        #expect(error?["code"]?.int == -32603)
        #expect(error?["message"]?.string?.contains("shutting down") == true)
    }

    // MARK: - Longer

    @Test("that takes longer gives a client without tasks a ticket", arguments: ["2024-11-05", "2025-06-18", "2025-11-25", "2026-07-28"])
    func ticket(revision: String) async throws {
        let tool = scripted()
        let bench = try MCPBench(tool)
        let connection = revision == "2026-07-28" ? bench.server.connect(as: bench.alice, over: .stdio) : try await bench.legacy(revision)
        let params = revision == "2026-07-28" ? modern(call("slow"), tasks: false) : .object(call("slow"))
        async let asked = connection.ask("tools/call", params)
        await bench.pass(.seconds(3))
        let result = try #require(try await asked["result"])
        let task = try #require(try await bench.manager.tasks(TaskQuery(in: bench.alice.scope)).tasks.first)
        let ticket = try #require(result["structuredContent"])
        #expect(ticket["task_id"] == .string(task.id.description))
        #expect(ticket["tool_name"] == "slow")
        #expect(ticket["status"] == "running")
        #expect(ticket["next"] == "await_task")
        #expect(ticket["poll_after_ms"] == 1000)
        #expect(result["isError"] == false)
        #expect(result["content"]?[0]?["text"] == ticket["message"])
        #expect(ticket["message"]?.string?.contains(task.id.description) == true)
        #expect(result["resultType"] == (revision == "2026-07-28" ? "complete" : nil))
        tool.mayEnd.fire()
    }

    @Test("that takes longer gives a client with tasks a task, which can be asked after at once")
    func task() async throws {
        let tool = scripted(result: .text("built", structured: ["n": 1]))
        let bench = try MCPBench(tool)
        let connection = bench.server.connect(as: bench.alice, over: .stdio)
        async let asked = connection.askModern("tools/call", call("slow"))
        await bench.pass(.seconds(3))
        let created = try #require(try await asked["result"])
        #expect(created["resultType"] == "task")
        #expect(created["status"] == "working")
        #expect(created["ttlMs"]?.isNull == true)
        #expect(created["pollIntervalMs"] == 1000)
        #expect(created["structuredContent"] == nil)
        let id = try #require(created["taskId"])

        let working = try #require(try await connection.askModern("tasks/get", ["taskId": id])["result"])
        #expect(working["resultType"] == "complete")
        #expect(working["status"] == "working")
        #expect(working["result"] == nil)
        tool.mayEnd.fire()
        let taskID = try #require(TaskID(id.string ?? ""))
        _ = try await bench.manager.wait(for: taskID, atMost: .seconds(60), in: bench.alice.scope)

        let done = try #require(try await connection.askModern("tasks/get", ["taskId": id])["result"])
        #expect(done["status"] == "completed")
        #expect(
            done["result"]?.json()
                == #"{"resultType":"complete","content":[{"type":"text","text":"built"}],"structuredContent":{"n":1},"isError":false}"#
        )
        #expect(done["pollIntervalMs"] == nil)
    }

    @Test("that has become a task answers at once when its tool always runs in the background")
    func always() async throws {
        let tool = scripted { $0.background = .always }
        let bench = try MCPBench(tool)
        let result = try await bench.legacy().ask("tools/call", .object(call("slow")))["result"]
        #expect(result?["structuredContent"]?["status"] == "running")
        tool.mayEnd.fire()
    }

    struct Window: Sendable, CustomTestStringConvertible {
        let tool: String
        let policy: BackgroundPolicy
        let client: String?
        let window: Duration
        var testDescription: String { "\(tool), \(policy), \(client ?? "unknown")" }
    }

    @Test(
        "may take as long as the server says for its tool, else as its client bears, else as the server bears, and less if the tool wants so",
        arguments: [
            Window(tool: "a", policy: .automatic(after: nil), client: nil, window: .seconds(3)),
            Window(tool: "a", policy: .automatic(after: nil), client: "other", window: .seconds(3)),
            Window(tool: "a", policy: .automatic(after: nil), client: "calm", window: .seconds(30)),
            Window(tool: "a", policy: .automatic(after: .seconds(1)), client: nil, window: .seconds(1)),
            Window(tool: "a", policy: .automatic(after: .zero), client: "calm", window: .zero),
            Window(tool: "a", policy: .automatic(after: .seconds(60)), client: nil, window: .seconds(3)),
            Window(tool: "a", policy: .automatic(after: .seconds(60)), client: "calm", window: .seconds(30)),
            Window(tool: "known", policy: .automatic(after: .seconds(1)), client: "calm", window: .seconds(9)),
        ]
    )
    func windows(_ window: Window) {
        var options = MCPServerOptions(info: MCPBench.info)
        options.toolWindows = ["known": .seconds(9)]
        options.clientWindows = ["calm": .seconds(30)]
        let descriptor = ToolDescriptor(name: window.tool, description: "", background: window.policy)
        #expect(options.window(for: descriptor, client: window.client) == window.window)
    }

    @Test("uses the window of its client's name", arguments: [("2025-11-25", true), ("2026-07-28", false)])
    func clientWindow(revision: String, isLegacy: Bool) async throws {
        let tool = scripted()
        let bench = try MCPBench(tool, serving: { $0.clientWindows = ["hasty": .seconds(1)] })
        let connection: MCPConnection
        var params = call("slow")
        if isLegacy {
            connection = try await bench.legacy(revision, client: "hasty")
        } else {
            connection = bench.server.connect(as: bench.alice, over: .http)
            params["_meta"] = [
                "io.modelcontextprotocol/protocolVersion": .string(revision), "io.modelcontextprotocol/clientCapabilities": [:],
                "io.modelcontextprotocol/clientInfo": ["name": "hasty", "version": "1"],
            ]
        }
        async let asked = connection.ask("tools/call", .object(params))
        await bench.pass(.seconds(1))
        #expect(try await asked["result"]?["structuredContent"]?["status"] == "running")
        tool.mayEnd.fire()
    }

    @Test("does not hold up another one of the same connection")
    func concurrent() async throws {
        let tool = scripted()
        let bench = try MCPBench(tool, echo())
        let connection = try await bench.legacy()
        async let slow = connection.ask("tools/call", .object(call("slow")), id: "slow")
        await tool.began.wait()
        #expect(try await connection.ask("tools/call", .object(call("echo")), id: "quick")["id"] == "quick")
        #expect(connection.openRequests == 1)
        tool.mayEnd.fire()
        #expect(try await slow["result"]?["content"]?[0]?["text"] == "done")
        #expect(connection.openRequests == 0)
    }

    @Test("is remembered with the name that its client gives itself, made fit to be shown")
    func origin() async throws {
        let bench = try MCPBench(echo { $0.background = .always })
        _ = try await bench.legacy(client: "host\u{1B}[31m\n").ask("tools/call", .object(call("echo")))
        let task = try #require(try await bench.manager.tasks(TaskQuery(in: bench.alice.scope)).tasks.first)
        let origin = try await bench.manager.task(task.id, in: bench.alice.scope).caller.origin
        #expect(origin == Caller.Origin(platform: "mcp", channel: "host\u{FFFD}[31m\u{FFFD}"))
    }

    // MARK: - What a revision cannot take

    @Test("gives clients of older revisions only what they can read")
    func olderContent() async throws {
        let result = ToolResult(
            content: [
                .resourceLink(uri: "file:///log", name: "log"), .audio(base64: "AAAA", mimeType: "audio/wav"),
                .image(base64: "AAAA", mimeType: "image/png"), .text("end"),
            ],
            structuredContent: [1, 2]
        )
        let tool = ClosureTool(ToolDescriptor(name: "mixed", description: "", outputSchema: ["type": "array"])) { _, _ in result }
        let bench = try MCPBench(tool)
        func types(_ revision: String) async throws -> (types: [String?], structured: JSONValue?, schema: JSONValue?) {
            let connection = try await bench.legacy(revision)
            let answer = try await connection.ask("tools/call", .object(call("mixed")))["result"]
            let listed = try await connection.ask("tools/list")["result"]?["tools"]?[0]
            return (answer?["content"]?.array?.map { $0["type"]?.string } ?? [], answer?["structuredContent"], listed?["outputSchema"])
        }
        let oldest = try await types("2024-11-05")
        #expect(oldest.types == ["text", "text", "image", "text"])
        #expect(try await types("2025-03-26").types == ["text", "audio", "image", "text"])
        let newest = try await types("2025-11-25")
        #expect(newest.types == ["resource_link", "audio", "image", "text"])
        // Structured content that is no object, and a schema that says so, are of the modern era.
        #expect(newest.structured == nil)
        #expect(newest.schema == nil)
        let modern = try await bench.server.connect(as: bench.alice, over: .stdio).askModern("tools/call", call("mixed"))["result"]
        #expect(modern?["structuredContent"] == [1, 2])
    }
}
