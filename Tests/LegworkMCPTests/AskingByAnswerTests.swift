import Legwork
import LegworkMCP
import LegworkTestKit
import Testing

@Suite("A call whose tool asks a client of the modern era")
struct AskingByAnswerTests {
    private static let name: JSONValue = ["type": "object", "properties": ["name": ["type": "string"]], "required": ["name"]]
    private static let nameQuestion = ToolQuestion("Who are you?", schema: name, key: "name")
    private static let form: JSONValue = ["elicitation": [:]]
    private static let everything: JSONValue = [
        "elicitation": [:], "sampling": [:], "roots": [:], "extensions": ["io.modelcontextprotocol/tasks": [:]],
    ]

    static let wanted: [(ClientAbility, JSONValue)] = [
        (.tasks, json(["extensions": ["io.modelcontextprotocol/tasks": [:]]])), (.sampling, json(["sampling": [:]])),
        (.elicitation, json(["elicitation": [:]])), (.roots, json(["roots": [:]])),
    ]

    private static func json(_ value: JSONValue) -> JSONValue { value }

    private static func accept(_ content: JSONValue) -> JSONValue { ["action": "accept", "content": content] }

    private func call(
        _ bench: MCPBench,
        _ more: JSONObject = JSONObject(),
        can: JSONValue = form,
        as caller: Caller? = nil,
        id: JSONValue = 1
    ) async throws -> JSONValue {
        var params: JSONObject = ["name": "asking", "arguments": [:]]
        for member in more.members { params[member.key] = member.value }
        // Each request over a connection of its own, as over HTTP.
        return try await bench.server.connect(as: caller ?? bench.alice, over: .http).askModern("tools/call", params, can: can, id: id)
    }

    private func retry(_ asked: JSONValue, _ responses: JSONValue) throws -> JSONObject {
        ["inputResponses": responses, "requestState": try #require(asked["result"]?["requestState"])]
    }

    @Test("is answered with the questions, and goes on with the next try")
    func asked() async throws {
        let bench = try MCPBench(asking([Self.nameQuestion]))
        let asked = try await call(bench)
        #expect(asked["result"]?["resultType"] == "input_required")
        #expect(
            asked["result"]?["inputRequests"] == [
                "name": [
                    "method": "elicitation/create",
                    "params": ["mode": "form", "message": "Who are you?", "requestedSchema": Self.name],
                ]
            ]
        )
        #expect(asked["result"]?["taskId"] == nil && asked["result"]?["content"] == nil)
        let answer = try await call(bench, retry(asked, ["name": Self.accept(["name": "Ada"])]), id: 2)
        #expect(answer["result"]?["resultType"] == "complete")
        #expect(answer["result"]?["structuredContent"] == ["name": ["name": "Ada"]])
        // One call, one task.
        #expect(try await bench.onlyTask().status == .completed)
    }

    @Test("may be retried once more, which starts nothing and gives the same")
    func twice() async throws {
        let bench = try MCPBench(asking([Self.nameQuestion]))
        let asked = try await call(bench)
        let again = try retry(asked, ["name": Self.accept(["name": "Ada"])])
        _ = try await call(bench, again)
        let other = try retry(asked, ["name": Self.accept(["name": "Eve"])])
        #expect(try await call(bench, other)["result"]?["structuredContent"] == ["name": ["name": "Ada"]])
        #expect(try await bench.onlyTask().status == .completed)
    }

    @Test("asks several things at once, of every kind, and again what is left")
    func several() async throws {
        let questions = [Self.nameQuestion, ToolQuestion(.sampling(["maxTokens": 5]), key: "s"), ToolQuestion(.roots, key: "r")]
        let bench = try MCPBench(asking(questions))
        let can: JSONValue = ["elicitation": [:], "sampling": [:], "roots": [:]]
        let asked = try await call(bench, can: can)
        #expect(asked["result"]?["inputRequests"]?.object?.members.map(\.key) == ["name", "s", "r"])
        #expect(asked["result"]?["inputRequests"]?["r"] == ["method": "roots/list", "params": [:]])
        let partly = try await call(bench, retry(asked, ["name": Self.accept(["name": "Ada"]), "unknown": 5]), can: can)
        #expect(partly["result"]?["resultType"] == "input_required")
        #expect(partly["result"]?["inputRequests"]?.object?.members.map(\.key) == ["s", "r"])
        let rest: JSONValue = ["s": ["role": "assistant", "content": ["type": "text", "text": "x"], "model": "m"], "r": ["roots": []]]
        let answer = try await call(bench, retry(partly, rest), can: can)
        #expect(answer["result"]?["structuredContent"]?["r"] == ["roots": []])
    }

    @Test("goes through as many rounds as the tool wants, each with a state of its own")
    func rounds() async throws {
        let bench = try MCPBench(asking([ToolQuestion("A?", key: "a")], [ToolQuestion("B?", key: "b")]))
        let first = try await call(bench)
        let second = try await call(bench, retry(first, ["a": Self.accept(["answer": "1"])]))
        #expect(second["result"]?["inputRequests"]?.object?.members.map(\.key) == ["b"])
        #expect(second["result"]?["requestState"] != first["result"]?["requestState"])
        let answer = try await call(bench, retry(second, ["b": Self.accept(["answer": "2"])]))
        #expect(answer["result"]?["structuredContent"] == ["a": "1", "b": "2"])
    }

    @Test("takes answers that come with the first try, and asks for what they lack")
    func early() async throws {
        let bench = try MCPBench(asking([Self.nameQuestion]))
        let extra: JSONValue = ["name": Self.accept(["name": "Ada"]), "more": Self.accept(["x": 1])]
        #expect(try await call(bench, ["inputResponses": extra])["result"]?["structuredContent"] == ["name": ["name": "Ada"]])
        for useless in [["wrong": Self.accept([:])], ["name": 12345], ["name": Self.accept(["name": 5])]] as [JSONValue] {
            #expect(try await call(bench, ["inputResponses": useless])["result"]?["resultType"] == "input_required")
        }
        let error = try await call(bench, ["inputResponses": .null])["error"]
        #expect(error?["code"] == -32602)
    }

    @Test("refuses answers that do not fit, with the path, and can be tried again")
    func unfit() async throws {
        let bench = try MCPBench(asking([Self.nameQuestion]))
        let asked = try await call(bench)
        for wrong in [5, ["action": "accept", "content": ["name": 5]], ["action": "perhaps"]] as [JSONValue] {
            let error = try await call(bench, retry(asked, ["name": wrong]))["error"]
            #expect(error?["code"] == -32602)
            #expect(error?["message"]?.string?.contains("name") == true)
        }
        let answer = try await call(bench, retry(asked, ["name": Self.accept(["name": "Ada"])]))
        #expect(answer["result"]?["resultType"] == "complete")
    }

    @Test("refuses a state that is changed, another's, or for other arguments, without a word of the task")
    func foreign() async throws {
        let bench = try MCPBench(asking([Self.nameQuestion]))
        let asked = try await call(bench)
        var good = try retry(asked, ["name": Self.accept(["name": "Ada"])])
        let state = try #require(good["requestState"]?.string)
        for (more, caller) in [
            (["requestState": .string(state + "-TAMPERED")], nil), (["arguments": ["x": 1]], nil), (JSONObject(), bench.bob),
            (["requestState": 5], nil), (["requestState": .string(String(repeating: "x", count: 2000))], nil),
        ] as [(JSONObject, Caller?)] {
            var params = good
            for member in more.members { params[member.key] = member.value }
            let error = try await call(bench, params, as: caller)["error"]
            #expect(error?["code"] == -32602)
            #expect(error?["message"]?.string?.contains("task_") == false)
        }
        good["inputResponses"] = ["name": ["action": "decline"]]
        #expect(try await call(bench, good)["result"]?["structuredContent"] == ["name": "declined"])
    }

    @Test("asks only what the client can be asked")
    func abilities() async throws {
        let questions = [Self.nameQuestion, ToolQuestion(.sampling(["maxTokens": 5]), key: "s")]
        let bench = try MCPBench(asking(questions))
        let asked = try await call(bench, can: ["sampling": [:]])
        #expect(asked["result"]?["inputRequests"]?.object?.members.map(\.key) == ["s"])
        let written: JSONValue = ["s": ["role": "assistant", "content": ["type": "text", "text": "x"]]]
        let left = try await call(bench, retry(asked, written), can: ["sampling": [:]])
        #expect(left["result"]?["structuredContent"]?["next"] == "await_task")
        let none = try await call(bench, can: [:])
        #expect(none["result"]?["structuredContent"]?["next"] == "await_task")
    }

    @Test("is a task at once for a client that takes tasks, which finds the questions there")
    func task() async throws {
        let bench = try MCPBench(asking([Self.nameQuestion]))
        let created = try await call(bench, can: Self.everything)["result"]
        #expect(created?["resultType"] == "task")
        #expect(created?["requestState"] == nil && created?["inputRequests"] == nil)
    }

    @Test("asks a client that takes tasks too when the tool wants that first, and then becomes a task that has the answer")
    func thenTask() async throws {
        let mayEnd = TestSignal()
        var descriptor = ToolDescriptor(name: "asking", description: "Asks, then works.")
        descriptor.requires = [.tasks]
        descriptor.asksFirst = true
        let tool = ClosureTool(descriptor) { _, context in
            let name = try await context.ask("Who are you?", schema: Self.name, key: "name")
            await mayEnd.wait()
            return .text("Hello, \(name["name"]?.string ?? "")")
        }
        let bench = try MCPBench(tool)
        let asked = try await call(bench, can: Self.everything)
        #expect(asked["result"]?["resultType"] == "input_required")
        #expect(asked["result"]?["taskId"] == nil)
        let created = try await call(bench, retry(asked, ["name": Self.accept(["name": "Ada"])]), can: Self.everything)["result"]
        #expect(created?["resultType"] == "task")
        #expect(created?["requestState"] == nil && created?["inputRequests"] == nil)
        let id = try #require(created?["taskId"]?.string.flatMap { TaskID($0) })
        mayEnd.fire()
        #expect(try await bench.task(id) { $0.status.isTerminal }.result?.text == "Hello, Ada")
    }

    @Test(
        "that only clients can make which can do something is refused with what is missing",
        arguments: wanted
    )
    func missing(ability: ClientAbility, capabilities: JSONValue) async throws {
        let bench = try MCPBench(
            echo {
                $0.name = "asking"; $0.requires = [ability]
            }
        )
        let request = modern(["name": "asking", "arguments": [:]], tasks: false)
        let answer = try #require(
            await bench.server.connect(as: bench.alice, over: .http).handle(message("tools/call", request, id: 1))
        )
        #expect(answer.httpStatus == 400)
        #expect(answer.json["error"]?["code"] == -32021)
        #expect(answer.json["error"]?["data"] == ["requiredCapabilities": capabilities])
        let can: JSONValue = ability == .tasks ? Self.everything : capabilities
        #expect(try await call(bench, can: can)["result"]?["resultType"] == (ability == .tasks ? "task" : "complete"))
    }

    @Test("goes on after the process that asked is gone: the state is still good, and the task is resumed with the answer")
    func restart() async throws {
        let first = try MCPBench(asking([Self.nameQuestion]), serving: { $0.seal = .test(3) })
        let asked = try await call(first)
        await first.manager.shutdown()
        #expect(try await first.onlyTask().status == .stopped)
        let manager = TaskManager(store: first.store, tools: try ToolRegistry([asking([Self.nameQuestion])]), clock: first.clock)
        var options = MCPServerOptions(info: MCPBench.info)
        options.seal = .test(3)
        let second = MCPServer(manager: manager, options: options, clock: first.clock)
        var params = try retry(asked, ["name": Self.accept(["name": "Ada"])])
        params["name"] = "asking"
        params["arguments"] = [:]
        let answer = try await second.connect(as: first.alice, over: .http).askModern("tools/call", params, can: Self.form)
        #expect(answer["result"]?["structuredContent"] == ["name": ["name": "Ada"]])
    }

    @Test("a fault of the protocol is the same error to who waits and to who comes back")
    func fault() async throws {
        var descriptor = ToolDescriptor(name: "asking", description: "Fails.")
        let failing = ClosureTool(descriptor) { _, _ in throw ProtocolFault(code: -32050, message: "gone", data: ["x": 1]) }
        let bench = try MCPBench(failing)
        let error: JSONValue = ["code": -32050, "message": "gone", "data": ["x": 1]]
        #expect(try await call(bench)["error"] == error)
        descriptor.requires = [.tasks]
        let other = try MCPBench(ClosureTool(descriptor) { _, _ in throw ProtocolFault(code: -32050, message: "gone", data: ["x": 1]) })
        let created = try await call(other, can: Self.everything)["result"]
        let id = try #require(created?["taskId"]?.string.flatMap { TaskID($0) })
        try await other.task(id) { $0.status.isTerminal }
        let got = try await other.server.connect(as: other.alice, over: .http).askModern(
            "tasks/get",
            ["taskId": .string(id.description)],
            can: Self.everything
        )
        #expect(got["result"]?["status"] == "failed")
        #expect(got["result"]?["error"] == error)
        #expect(got["result"]?["result"] == nil)
    }
}
