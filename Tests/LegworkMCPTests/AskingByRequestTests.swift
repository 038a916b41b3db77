import Legwork
import LegworkMCP
import LegworkTestKit
import Testing

@Suite("A call whose tool asks a client with a handshake")
struct AskingByRequestTests {
    private static let name: JSONValue = ["type": "object", "properties": ["name": ["type": "string"]], "required": ["name"]]
    private static let nameQuestion = ToolQuestion("Who are you?", schema: name, key: "name")
    private static let form: JSONValue = ["elicitation": [:]]

    private static func accept(_ content: JSONValue) -> JSONObject { ["result": ["action": "accept", "content": content]] }

    private func client(_ bench: MCPBench, can: JSONValue = form, _ respond: @escaping @Sendable (JSONValue) -> JSONObject?) async throws
        -> AskedClient
    {
        AskedClient(try await bench.legacy(can: can), respond)
    }

    @Test("stays a call: the client gets the form on the call's own stream, and the tool goes on with the answer")
    func asked() async throws {
        let bench = try MCPBench(asking([Self.nameQuestion]))
        let client = try await client(bench) { _ in Self.accept(["name": "Ada"]) }
        let answer = try await client.ask("tools/call", ["name": "asking"])
        #expect(answer["result"]?["structuredContent"] == ["name": ["name": "Ada"]])
        #expect(answer["result"]?["isError"] == false)
        let request = try #require(client.requests.first)
        #expect(client.requests.count == 1)
        #expect(request["method"] == "elicitation/create")
        #expect(request["params"] == ["mode": "form", "message": "Who are you?", "requestedSchema": Self.name])
        #expect(request["id"]?.string?.hasPrefix("legwork-") == true)
    }

    @Test("names no mode to clients of the revision that had forms only")
    func june2025() async throws {
        let bench = try MCPBench(asking([Self.nameQuestion]))
        let client = AskedClient(try await bench.legacy(can: Self.form, "2025-06-18")) { _ in Self.accept(["name": "Ada"]) }
        _ = try await client.ask("tools/call", ["name": "asking"])
        #expect(client.requests.first?["params"] == ["message": "Who are you?", "requestedSchema": Self.name])
    }

    @Test("has the client's model write, and learns its roots")
    func samplingAndRoots() async throws {
        let sampling: JSONObject = ["messages": [["role": "user", "content": ["type": "text", "text": "Hi"]]], "maxTokens": 100]
        let bench = try MCPBench(asking([ToolQuestion(.sampling(sampling), key: "s"), ToolQuestion(.roots, key: "r")]))
        let message: JSONValue = ["role": "assistant", "content": ["type": "text", "text": "Hello"], "model": "m"]
        let client = try await client(bench, can: ["sampling": [:], "roots": [:]]) { request in
            request["method"] == "roots/list" ? ["result": ["roots": [["uri": "file:///a"]]]] : ["result": message]
        }
        let answer = try await client.ask("tools/call", ["name": "asking"])
        #expect(answer["result"]?["structuredContent"] == ["s": message, "r": ["roots": [["uri": "file:///a"]]]])
        #expect(Set(client.requests.compactMap { $0["method"]?.string }) == ["sampling/createMessage", "roots/list"])
        #expect(client.requests.first { $0["method"] == "sampling/createMessage" }?["params"] == .object(sampling))
    }

    @Test("gives a tool that asks in the protocol's own words the whole answer, declined or not", arguments: ["decline", "cancel"])
    func raw(action: JSONValue) async throws {
        let question = ToolQuestion(.elicitation(["message": "Sure?", "requestedSchema": Self.name]), key: "k")
        let bench = try MCPBench(asking([question]))
        let client = try await client(bench) { _ in ["result": ["action": action]] }
        let answer = try await client.ask("tools/call", ["name": "asking"])
        #expect(answer["result"]?["structuredContent"] == ["k": ["action": action]])
    }

    @Test("asks several things at once, and one round after the other")
    func rounds() async throws {
        let bench = try MCPBench(asking([ToolQuestion("A?", key: "a"), ToolQuestion("B?", key: "b")], [ToolQuestion("C?", key: "c")]))
        let client = try await client(bench) { request in
            Self.accept(["answer": request["params"]?["message"] ?? .null])
        }
        let answer = try await client.ask("tools/call", ["name": "asking"])
        #expect(answer["result"]?["structuredContent"] == ["a": "A?", "b": "B?", "c": "C?"])
        #expect(client.requests.count == 3)
        #expect(Set(client.requests.map { $0["id"] }).count == 3)
    }

    @Test("takes an error for a no")
    func error() async throws {
        let bench = try MCPBench(asking([Self.nameQuestion]))
        let client = try await client(bench) { _ in ["error": ["code": -32601, "message": "what?"]] }
        let answer = try await client.ask("tools/call", ["name": "asking"])
        #expect(answer["result"]?["structuredContent"] == ["name": "declined"])
    }

    @Test("asks again what was answered with something that does not fit, but not for ever")
    func unfit() async throws {
        let bench = try MCPBench(asking([Self.nameQuestion]))
        let client = try await client(bench) { _ in Self.accept(["name": 5]) }
        let answer = try await client.ask("tools/call", ["name": "asking"])
        #expect(answer["result"]?["structuredContent"] == ["name": "declined"])
        #expect(client.requests.count == 3)
        let odd = try await self.client(bench) { _ in ["result": "odd"] }
        let second = try await odd.ask("tools/call", ["name": "asking"])
        #expect(second["result"]?["structuredContent"] == ["name": "declined"])
    }

    @Test("passes over responses to nothing, and the second to one request")
    func strays() async throws {
        let bench = try MCPBench(asking([Self.nameQuestion]))
        let client = try await client(bench) { _ in nil }
        async let answer = client.ask("tools/call", ["name": "asking"])
        while client.requests.isEmpty { await Task.yield() }
        let id = try #require(client.requests.first?["id"])
        for stray in [1, "legwork-0-1", .null] as [JSONValue] {
            client.send(["jsonrpc": "2.0", "id": stray, "result": ["action": "accept", "content": ["name": "Eve"]]])
        }
        client.send(["jsonrpc": "2.0", "id": id, "result": ["action": "accept", "content": ["name": "Ada"]]])
        client.send(["jsonrpc": "2.0", "id": id, "result": ["action": "accept", "content": ["name": "Eve"]]])
        #expect(try await answer["result"]?["structuredContent"] == ["name": ["name": "Ada"]])
    }

    @Test("another client's response answers nothing")
    func foreign() async throws {
        let bench = try MCPBench(asking([Self.nameQuestion]))
        let client = try await client(bench) { _ in nil }
        let other = try await self.client(bench) { _ in nil }
        async let answer = client.ask("tools/call", ["name": "asking"])
        while client.requests.isEmpty { await Task.yield() }
        let id = try #require(client.requests.first?["id"])
        other.send(["jsonrpc": "2.0", "id": id, "result": ["action": "accept", "content": ["name": "Eve"]]])
        client.send(["jsonrpc": "2.0", "id": id, "result": ["action": "accept", "content": ["name": "Ada"]]])
        #expect(try await answer["result"]?["structuredContent"] == ["name": ["name": "Ada"]])
    }

    @Test(
        "is a ticket for a client that can be asked nothing, and for one that can be asked something else",
        arguments: [
            [:], ["sampling": [:]], ["elicitation": ["url": [:]]],
        ] as [JSONValue]
    )
    func cannot(can: JSONValue) async throws {
        let bench = try MCPBench(asking([Self.nameQuestion]))
        let client = try await client(bench, can: can) { _ in nil }
        let answer = try await client.ask("tools/call", ["name": "asking"])
        #expect(answer["result"]?["structuredContent"]?["next"] == "await_task")
        #expect(client.requests.isEmpty)
        let id = try #require(answer["result"]?["structuredContent"]?["task_id"]?.string.flatMap { TaskID($0) })
        try await bench.task(id) { $0.status == .inputRequired }
        try await bench.manager.decline(id, ["name"], in: .operator)
    }

    @Test("is told that its answer is not needed when somebody else was faster")
    func elsewhere() async throws {
        let bench = try MCPBench(asking([Self.nameQuestion]))
        let client = try await client(bench) { _ in nil }
        async let answer = client.ask("tools/call", ["name": "asking"])
        while client.requests.isEmpty { await Task.yield() }
        let task = try await bench.onlyTask()
        try await bench.manager.answer(task.id, ["name": ["name": "Bob"]], in: .operator)
        #expect(try await answer["result"]?["structuredContent"] == ["name": ["name": "Bob"]])
        let last = try #require(client.inbox.all.last)
        #expect(last["method"] == "notifications/cancelled")
        #expect(last["params"]?["requestId"] == client.requests.first?["id"])
    }

    @Test("becomes a ticket when the client lets its time pass; the question stays")
    func timeOut() async throws {
        let bench = try MCPBench(asking([Self.nameQuestion]))
        let client = try await client(bench) { _ in nil }
        async let answer = client.ask("tools/call", ["name": "asking"])
        while client.requests.isEmpty { await Task.yield() }
        await bench.pass(.seconds(600))
        let ticket = try await answer["result"]?["structuredContent"]
        #expect(ticket?["next"] == "await_task")
        let task = try await bench.onlyTask()
        #expect(task.status == .inputRequired)
        try await bench.manager.decline(task.id, ["name"], in: .operator)
    }

    @Test("waits as a task for whoever comes when the client goes away")
    func leaves() async throws {
        let bench = try MCPBench(asking([Self.nameQuestion]))
        let client = try await client(bench) { _ in nil }
        async let answer = client.connection.handle(message("tools/call", ["name": "asking"], id: 1), notify: { client.notify($0) })
        while client.requests.isEmpty { await Task.yield() }
        client.connection.close()
        let given = await answer
        let task = try await bench.onlyTask()
        #expect(task.status == .inputRequired)
        // For a client that comes back for its answer.
        #expect(given?.json["result"]?["structuredContent"]?["task_id"] == .string(task.id.description))
        try await bench.manager.answer(task.id, ["name": ["name": "Bob"]], in: .operator)
        #expect(try await bench.task(task.id) { $0.status.isTerminal }.status == .completed)
    }

    @Test("is cancelled with its task when the client calls it off while it is asked")
    func calledOff() async throws {
        let bench = try MCPBench(asking([Self.nameQuestion]))
        let client = try await client(bench) { _ in nil }
        async let answer = client.connection.handle(message("tools/call", ["name": "asking"], id: 1), notify: { client.notify($0) })
        while client.requests.isEmpty { await Task.yield() }
        await client.connection.tell("notifications/cancelled", ["requestId": 1])
        #expect(await answer == nil)
        let task = try await bench.onlyTask()
        #expect(try await bench.task(task.id) { $0.status.isTerminal }.status == .cancelled)
    }

    @Test("is a ticket when its tool works on for longer than the window after the answer")
    func slow() async throws {
        let mayEnd = TestSignal()
        let tool = ClosureTool(ToolDescriptor(name: "asking", description: "Asks, then works.")) { _, context in
            _ = try await context.ask("Go?", key: "go")
            await mayEnd.wait()
            return .text("done")
        }
        let bench = try MCPBench(tool)
        let client = try await client(bench) { _ in Self.accept(["answer": "yes"]) }
        async let answer = client.ask("tools/call", ["name": "asking"])
        while client.requests.isEmpty { await Task.yield() }
        let task = try await bench.onlyTask()
        try await bench.task(task.id) { $0.status == .running }
        await bench.pass(.seconds(3))
        #expect(try await answer["result"]?["structuredContent"]?["next"] == "await_task")
        mayEnd.fire()
    }

    @Test("is refused, with words for the model, when its tool needs what the client cannot do")
    func required() async throws {
        let bench = try MCPBench(asking([ToolQuestion(.sampling([:]))]) { $0.requires = [.sampling] })
        let client = try await client(bench) { _ in nil }
        let answer = try await client.ask("tools/call", ["name": "asking"])
        #expect(answer["result"]?["isError"] == true)
        #expect(answer["result"]?["content"]?[0]?["text"]?.string?.contains("sampling") == true)
    }
}
