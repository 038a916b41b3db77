import Legwork
import LegworkMCP
import LegworkTestKit
import Testing

@Suite("Tasks that a client drives itself (2025-11-25)")
struct DrivenTaskTests {
    private static let related = "io.modelcontextprotocol/related-task"
    private static let form: JSONValue = ["elicitation": ["form": [:]]]

    private func start(_ connection: MCPConnection, _ name: JSONValue = "slow", meta: JSONValue? = nil) async throws -> JSONObject {
        var params: JSONObject = ["name": name, "task": ["ttl": 60_000]]
        params["_meta"] = meta
        let result = try await connection.ask("tools/call", .object(params), id: "create")["result"]
        return try #require(result?["task"]?.object)
    }

    private func id(_ task: JSONObject) throws -> TaskID { try #require(task["taskId"]?.string.flatMap { TaskID($0) }) }

    @Test("are declared in that revision, each tool with what it allows")
    func declared() async throws {
        let bench = try MCPBench(
            echo { $0.name = "a" },
            echo {
                $0.name = "b"; $0.background = .never
            },
            echo {
                $0.name = "c"; $0.requires = [.tasks]
            },
            echo {
                $0.name = "d"; $0.background = .onRequest
            }
        )
        let tools = try #require(try await bench.legacy().ask("tools/list")["result"]?["tools"]?.array)
        #expect(tools.prefix(4).map { $0["execution"]?["taskSupport"] } == ["optional", "forbidden", "required", "optional"])
        let older = try #require(try await bench.legacy("2025-06-18").ask("tools/list")["result"]?["tools"]?.array)
        #expect(older.allSatisfy { $0["execution"] == nil })
    }

    @Test("are there at once, with the names of that revision, even when the work is done already")
    func created() async throws {
        let tool = scripted()
        let bench = try MCPBench(tool, echo())
        let connection = try await bench.legacy()
        let answer = try await connection.ask("tools/call", ["name": "slow", "task": [:]])["result"]
        let task = try #require(answer?["task"]?.object)
        #expect(task.members.map(\.key) == ["taskId", "status", "createdAt", "lastUpdatedAt", "ttl", "pollInterval"])
        #expect(task["status"] == "working")
        #expect(task["ttl"] == .null)
        #expect(task["pollInterval"]?.int.map { $0 > 0 } == true)
        #expect(answer?["_meta"]?["io.modelcontextprotocol/model-immediate-response"]?.string?.contains(try id(task).description) == true)
        #expect(answer?["content"] == nil && answer?["resultType"] == nil)
        tool.mayEnd.fire()
        let quick = try await start(connection, "echo")
        #expect(quick["taskId"] != nil)
    }

    @Test("give exactly what the call would have given, and the name of the task, when they have ended")
    func result() async throws {
        let tool = scripted(result: .text("done", structured: ["n": 1]))
        let bench = try MCPBench(tool)
        let connection = try await bench.legacy()
        let task = try id(await start(connection))
        async let result = connection.ask("tasks/result", ["taskId": .string(task.description)], id: 2)
        #expect(try await connection.ask("tasks/get", ["taskId": .string(task.description)], id: 3)["result"]?["status"] == "working")
        tool.mayEnd.fire()
        #expect(
            try await result["result"] == [
                "content": [["type": "text", "text": "done"]], "structuredContent": ["n": 1], "isError": false,
                "_meta": [Self.related: ["taskId": .string(task.description)]],
            ]
        )
        let got = try await connection.ask("tasks/get", ["taskId": .string(task.description)], id: 4)["result"]
        #expect(got?["status"] == "completed")
        #expect(got?["pollInterval"] == nil)
    }

    @Test("have failed when the tool says so, and give its result all the same; a fault of the protocol is the same error")
    func failed() async throws {
        let failing = scripted("failing", result: .error("broken"))
        let faulty = ClosureTool(ToolDescriptor(name: "faulty", description: "Fails.")) { _, _ in
            throw ProtocolFault(code: -32050, message: "gone", data: [1])
        }
        let bench = try MCPBench(failing, faulty)
        let connection = try await bench.legacy()
        failing.mayEnd.fire()
        let first = try id(await start(connection, "failing"))
        let result = try await connection.ask("tasks/result", ["taskId": .string(first.description)])["result"]
        #expect(result?["isError"] == true)
        let got = try await connection.ask("tasks/get", ["taskId": .string(first.description)])["result"]
        #expect(got?["status"] == "failed")
        #expect(got?["statusMessage"] == "broken")
        let second = try id(await start(connection, "faulty"))
        let error = try await connection.ask("tasks/result", ["taskId": .string(second.description)])["error"]
        #expect(error == ["code": -32050, "message": "gone", "data": [1]])
    }

    @Test("are cancelled before the cancel is answered, and not once they have ended")
    func cancel() async throws {
        let tool = scripted()
        let bench = try MCPBench(tool)
        let connection = try await bench.legacy()
        let task = try id(await start(connection))
        let params: JSONValue = ["taskId": .string(task.description)]
        let cancelled = try await connection.ask("tasks/cancel", params)["result"]
        #expect(cancelled?["status"] == "cancelled")
        #expect(cancelled?["taskId"] == .string(task.description))
        let again = try await connection.ask("tasks/cancel", params)["error"]
        #expect(again?["code"] == -32602)
        #expect(again?["message"] == "Cannot cancel task: already in terminal status 'cancelled'")
        #expect(try await connection.ask("tasks/result", params)["error"]?["code"] == -32603)
    }

    @Test("that are unknown, or another's, are not found", arguments: ["tasks/get", "tasks/result", "tasks/cancel"])
    func unknown(method: String) async throws {
        let tool = scripted()
        let bench = try MCPBench(tool)
        let connection = try await bench.legacy()
        let task = try id(await start(connection))
        let other = bench.server.connect(as: bench.bob, over: .http)
        _ = try await other.ask("initialize", ["protocolVersion": "2025-11-25", "capabilities": [:]], id: "init")
        for (client, text) in [(other, task.description), (connection, "task_nope"), (connection, "")] {
            let error = try await client.ask(method, ["taskId": .string(text)])["error"]
            #expect(error?["code"] == -32602)
            #expect(error?["message"] == "Task not found")
        }
        #expect(try await connection.ask(method, [:])["error"]?["code"] == -32602)
        #expect(try await other.ask("tasks/list")["result"]?["tasks"] == [])
        tool.mayEnd.fire()
    }

    @Test("are listed in pages, the newest first, and all of them")
    func list() async throws {
        let bench = try MCPBench(echo())
        let connection = try await bench.legacy()
        for _ in 0..<105 { _ = try await start(connection, "echo") }
        let first = try #require(try await connection.ask("tasks/list")["result"])
        #expect(first["tasks"]?.array?.count == 100)
        let cursor = try #require(first["nextCursor"])
        let second = try #require(try await connection.ask("tasks/list", ["cursor": cursor])["result"])
        #expect(second["tasks"]?.array?.count == 5)
        #expect(second["nextCursor"] == nil)
        let ids = [first, second].flatMap { $0["tasks"]?.array ?? [] }.map { $0["taskId"] }
        #expect(Set(ids).count == 105)
        for cursor in ["", "nope"] as [JSONValue] {
            #expect(try await connection.ask("tasks/list", ["cursor": cursor])["error"]?["code"] == -32602)
        }
    }

    @Test("cannot be made of tools that forbid it, and must be of those that demand it")
    func support() async throws {
        let bench = try MCPBench(
            echo {
                $0.name = "never"; $0.background = .never
            },
            echo {
                $0.name = "only"; $0.requires = [.tasks]
            }
        )
        let connection = try await bench.legacy()
        #expect(try await connection.ask("tools/call", ["name": "never", "task": [:]])["error"]?["code"] == -32601)
        #expect(try await connection.ask("tools/call", ["name": "only"])["error"]?["code"] == -32601)
        #expect(try await connection.ask("tools/call", ["name": "only", "task": [:]])["result"]?["task"] != nil)
        for task in [5, ["ttl": "long"], ["ttl": -1]] as [JSONValue] {
            #expect(try await connection.ask("tools/call", ["name": "only", "task": task])["error"]?["code"] == -32602)
        }
    }

    @Test("are no matter of other revisions, where the wish for one is passed over", arguments: ["2025-06-18", "2025-03-26", "2024-11-05"])
    func otherRevisions(revision: String) async throws {
        let bench = try MCPBench(echo())
        let connection = try await bench.legacy(revision)
        #expect(try await connection.ask("tools/call", ["name": "echo", "task": [:]])["result"]?["content"] != nil)
        for method in ["tasks/get", "tasks/result", "tasks/list", "tasks/cancel"] {
            #expect(try await connection.ask(method, ["taskId": "x"])["error"]?["code"] == -32601)
        }
    }

    @Test("are no matter of the modern era", arguments: ["tasks/result", "tasks/list"])
    func modernEra(method: String) async throws {
        let connection = try MCPBench(echo()).server.connect(as: Caller(owner: "x"), over: .http)
        #expect(try await connection.askModern(method, ["taskId": "x"])["error"]?["code"] == -32601)
        let answer = try await connection.askModern("tools/call", ["name": "echo", "task": ["ttl": 5]])["result"]
        #expect(answer?["resultType"] == "complete")
    }

    @Test("ask the client that waits for their result, and say for which task")
    func asks() async throws {
        let bench = try MCPBench(asking([ToolQuestion("Go?", key: "go")]))
        let client = AskedClient(try await bench.legacy(can: Self.form)) { _ in
            ["result": ["action": "accept", "content": ["answer": "yes"]]]
        }
        let task = try id(await start(client.connection, "asking"))
        try await bench.task(task) { $0.status == .inputRequired }
        let got = try await client.ask("tasks/get", ["taskId": .string(task.description)])["result"]
        #expect(got?["status"] == "input_required")
        #expect(client.requests.isEmpty)
        let result = try await client.ask("tasks/result", ["taskId": .string(task.description)])["result"]
        #expect(result?["structuredContent"] == ["go": "yes"])
        #expect(client.requests.count == 1)
        #expect(client.requests[0]["method"] == "elicitation/create")
        #expect(client.requests[0]["params"]?["_meta"]?[Self.related] == ["taskId": .string(task.description)])
    }

    @Test("are told of as they change, with progress under the call's own token, by messages that belong to no request")
    func notifications() async throws {
        let mayCount = TestSignal()
        let mayEnd = TestSignal()
        let tool = ClosureTool(ToolDescriptor(name: "counting", description: "Counts.")) { _, context in
            await mayCount.wait()
            context.progress(3, of: 9, "third")
            await mayEnd.wait()
            return .text("done")
        }
        let bench = try MCPBench(tool)
        let connection = try await bench.legacy()
        let inbox = Inbox()
        let attachment = connection.attach { inbox.add($0) }
        let task = try id(await start(connection, "counting", meta: ["progressToken": "t"]))
        mayCount.fire()
        await bench.pass(.milliseconds(250))
        while inbox.all.isEmpty { await Task.yield() }
        let progress = inbox.all[0]
        #expect(progress["method"] == "notifications/progress")
        #expect(progress["params"] == ["progressToken": "t", "progress": 3, "total": 9, "message": "third"])
        mayEnd.fire()
        while inbox.all.last?["method"] != "notifications/tasks/status" { await Task.yield() }
        let status = try #require(inbox.all.last?["params"])
        #expect(status["taskId"] == .string(task.description))
        #expect(status["status"] == "completed")
        #expect(status["createdAt"] != nil && status["lastUpdatedAt"] != nil && status["ttl"] == .null)
        attachment.cancel()
    }
}
