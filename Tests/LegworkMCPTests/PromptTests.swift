import Legwork
import LegworkTestKit
import Testing

@testable import LegworkMCP

@Suite("Prompts")
struct PromptTests {
    private static let greeting = MCPPrompt(
        name: "greet",
        title: "Greeting",
        description: "Says hello.",
        arguments: [
            MCPPrompt.Argument("name", description: "Who is greeted.", isRequired: true) { typed, caller in
                .matching(typed, in: ["Alice", "Albert", "Bob", caller.owner.name])
            },
            MCPPrompt.Argument("language"),
        ]
    ) { request in
        [.user("Hello, \(request.arguments["name"] ?? "")!"), MCPPrompt.Message(.assistant, .image(base64: "AAAA", mimeType: "image/png"))]
    }

    private func connection() async throws -> MCPConnection {
        try await MCPBench(serving: { $0.prompts = [Self.greeting] }).legacy()
    }

    @Test("are listed with their blanks")
    func list() async throws {
        let result = try await connection().ask("prompts/list")["result"]
        #expect(
            result?.json() == """
                {"prompts":[{"name":"greet","title":"Greeting","description":"Says hello.","arguments":[{"name":"name",\
                "description":"Who is greeted.","required":true},{"name":"language","required":false}]}]}
                """
        )
    }

    @Test("are filled in")
    func get() async throws {
        let result = try await connection().ask("prompts/get", ["name": "greet", "arguments": ["name": "Bob", "more": "x"]])["result"]
        #expect(
            result?.json() == """
                {"description":"Says hello.","messages":[{"role":"user","content":{"type":"text","text":"Hello, Bob!"}},\
                {"role":"assistant","content":{"type":"image","data":"AAAA","mimeType":"image/png"}}]}
                """
        )
    }

    @Test(
        "that are unknown, or not filled in as they must be, are refused",
        arguments: [
            [:], ["name": 5], ["name": "nothing"], ["name": "greet"], ["name": "greet", "arguments": ["language": "de"]],
            ["name": "greet", "arguments": ["name": 5]], ["name": "greet", "arguments": []],
        ] as [JSONValue]
    )
    func refused(params: JSONValue) async throws {
        #expect(try await connection().ask("prompts/get", params)["error"]?["code"]?.int == -32602)
    }

    private static let asking = MCPPrompt(
        name: "ask",
        questions: [
            ToolQuestion(
                "Which context?",
                schema: ["type": "object", "properties": ["context": ["type": "string"]], "required": ["context"]],
                key: "context"
            ),
            ToolQuestion(.sampling(["messages": [], "maxTokens": 5]), key: "draft"),
        ]
    ) { request in
        [.user("\(request.answers["context"]?["context"]?.string ?? "-") \(request.answers["draft"]?["content"]?.string ?? "-")")]
    }

    private static func retry(_ responses: JSONObject, abilities: JSONValue = ["elicitation": [:], "sampling": [:]]) -> JSONObject {
        [
            "name": "ask", "inputResponses": .object(responses),
            "_meta": [
                "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": abilities,
            ],
        ]
    }

    @Test("that ask first are given in the modern era to whoever answers with the request")
    func asks() async throws {
        let bench = try MCPBench(serving: { $0.prompts = [Self.asking] })
        let connection = bench.server.connect(as: bench.alice, over: .http)
        func get(_ responses: JSONObject) async throws -> JSONValue {
            try await connection.ask("prompts/get", .object(Self.retry(responses)))
        }
        let form: JSONValue = ["action": "accept", "content": ["context": "here"]]
        let asked = try #require(try await get([:])["result"])
        #expect(asked["resultType"] == "input_required")
        #expect(asked["requestState"] == nil)
        #expect(asked["inputRequests"]?["context"]?["method"] == "elicitation/create")
        #expect(asked["inputRequests"]?["draft"]?["params"] == ["messages": [], "maxTokens": 5])
        // What is missing, or does not fit, is asked again.
        let again = try await get(["context": form, "draft": 5, "other": form])["result"]
        #expect(again?["inputRequests"]?.object?.members.map(\.key) == ["draft"])
        let result = try await get(["context": form, "draft": ["role": "assistant", "content": "text", "model": "m"]])["result"]
        #expect(result?["resultType"] == "complete")
        #expect(result?["messages"]?[0]?["content"]?["text"] == "here text")
        #expect(try await get(["context": ["action": "decline"]])["error"]?["code"]?.int == -32602)
    }

    @Test("that ask first say what a client must be able to do, when it cannot")
    func cannotBeAsked() async throws {
        let bench = try MCPBench(serving: { $0.prompts = [Self.asking] })
        let connection = bench.server.connect(as: bench.alice, over: .http)
        let answer = try await connection.ask("prompts/get", .object(Self.retry([:], abilities: ["elicitation": [:]])))
        #expect(answer["error"]?["code"]?.int == -32021)
        #expect(answer["error"]?["data"] == ["requiredCapabilities": ["sampling": [:]]])
        #expect(try await bench.legacy().ask("prompts/get", ["name": "ask"])["error"]?["code"]?.int == -32602)
    }

    @Test("are declared only by a server that has some")
    func declared() async throws {
        let with = try MCPBench(serving: { $0.prompts = [Self.greeting] })
        let without = try MCPBench()
        func prompts(_ bench: MCPBench) async throws -> JSONValue? {
            try await bench.server.connect(as: bench.alice, over: .http).askModern("server/discover")["result"]?["capabilities"]?["prompts"]
        }
        #expect(try await prompts(with) == [:])
        #expect(try await prompts(without) == nil)
        for method in ["prompts/list", "prompts/get"] {
            #expect(try await without.legacy().ask(method, ["name": "greet"])["error"]?["code"]?.int == -32601)
        }
    }

    @Test("of the daemon have a model look through the caller's tasks")
    func review() async throws {
        let tool = scripted()
        let bench = try MCPBench(tool)
        let server = {
            var options = MCPServerOptions(info: MCPBench.info)
            options.prompts = [.taskReview(bench.manager, clock: bench.clock)]
            return MCPServer(manager: bench.manager, options: options, clock: bench.clock)
        }()
        let connection = server.connect(as: bench.alice, over: .http)
        func review(_ arguments: JSONValue = [:]) async throws -> JSONValue {
            try await connection.askModern("prompts/get", ["name": "review_tasks", "arguments": arguments])
        }
        func text(_ answer: JSONValue) -> String? { answer["result"]?["messages"]?[0]?["content"]?["text"]?.string }
        #expect(text(try await review())?.hasSuffix("There are none.") == true)
        let mine = try #require(try await bench.manager.call("slow", as: bench.alice, options: .background).task).id
        let foreign = try #require(try await bench.manager.call("slow", as: bench.bob, options: .background).task).id
        #expect(text(try await review())?.contains("Task \(mine) (slow) has been running") == true)
        #expect(text(try await review())?.contains("\(foreign)") == false)
        #expect(text(try await review(["status": "failed"]))?.hasSuffix("There are none.") == true)
        #expect(try await review(["status": "sleeping"])["error"]?["code"]?.int == -32602)
        tool.mayEnd.fire()
    }
}

@Suite("Completion")
struct CompletionTests {
    private func complete(
        _ ref: JSONValue,
        _ name: JSONValue,
        _ value: JSONValue,
        on connection: MCPConnection
    ) async throws -> JSONValue {
        try await connection.ask("completion/complete", ["ref": ref, "argument": ["name": name, "value": value]])
    }

    private func bench() throws -> MCPBench {
        let argument = MCPPrompt.Argument("a") { typed, _ in .matching(typed, in: ["One", "Two", "Twelve"]) }
        let template = MCPResourceTemplate(
            pattern: "n:{day}",
            name: "n",
            complete: { name, typed, _ in MCPCompletion(["\(name)-\(typed)"]) },
            read: { _, _ in nil }
        )
        return try MCPBench(
            echo { $0.background = .always },
            serving: { options in
                options.prompts = [MCPPrompt(name: "p", arguments: [argument]) { _ in [] }]
                options.resourceTemplates = [template]
            }
        )
    }

    @Test("of a prompt's argument gives the values that begin with what is typed")
    func prompt() async throws {
        let connection = try await bench().legacy()
        let ref: JSONValue = ["type": "ref/prompt", "name": "p"]
        #expect(
            try await complete(ref, "a", "tw", on: connection)["result"]
                == ["completion": ["values": ["Two", "Twelve"], "total": 2, "hasMore": false]]
        )
        #expect(try await complete(ref, "a", "", on: connection)["result"]?["completion"]?["total"] == 3)
        #expect(try await complete(ref, "a", "x", on: connection)["result"]?["completion"]?["values"] == [])
    }

    @Test("of a task's template gives the caller's task ids, the newest first, at most a hundred")
    func tasks() async throws {
        let bench = try bench()
        var ids: [String] = []
        for _ in 0..<130 { ids.append(try #require(try await bench.manager.call("echo", as: bench.alice).task).id.description) }
        _ = try await bench.manager.call("echo", as: bench.bob)
        let connection = try await bench.legacy()
        for pattern in ["task://{id}", "task://{id}/timeline", "task://{id}/output"] {
            let ref: JSONValue = ["type": "ref/resource", "uri": .string(pattern)]
            let all = try await complete(ref, "id", "", on: connection)["result"]?["completion"]
            #expect(all?["values"]?.array?.map(\.string) == ids.reversed().prefix(100).map { $0 })
            #expect(all?["total"] == 130)
            #expect(all?["hasMore"] == true)
            let one = try await complete(ref, "id", .string(String(ids[3].prefix(20))), on: connection)["result"]?["completion"]
            #expect(one == ["values": [.string(ids[3])], "total": 1, "hasMore": false])
            let bare = try await complete(ref, "id", .string(String(ids[3].dropFirst(5).prefix(15))), on: connection)
            #expect(bare["result"]?["completion"]?["values"] == [.string(ids[3])])
        }
    }

    @Test("of a program's template asks the program")
    func template() async throws {
        let answer = try await complete(["type": "ref/resource", "uri": "n:{day}"], "day", "m", on: bench().legacy())
        #expect(answer["result"]?["completion"]?["values"] == ["day-m"])
    }

    struct Bad: Sendable {
        var ref: JSONValue
        var name: JSONValue = "a"
        var value: JSONValue = ""
    }

    @Test(
        "of what is not there is refused",
        arguments: [
            Bad(ref: ["type": "ref/prompt", "name": "q"]), Bad(ref: ["type": "ref/prompt", "name": "p"], name: "b"),
            Bad(ref: ["type": "ref/prompt", "name": "p"], value: 5), Bad(ref: ["type": "ref/prompt", "name": "p"], name: nil),
            Bad(ref: ["type": "ref/prompt"]), Bad(ref: ["type": "ref/tool", "name": "echo"]), Bad(ref: nil),
            Bad(ref: ["type": "ref/resource", "uri": "task://{id}"], name: "day"), Bad(ref: ["type": "ref/resource", "uri": "x:{y}"]),
            Bad(ref: ["type": "ref/resource", "uri": "n:{day}"], name: "id"), Bad(ref: ["type": "ref/resource"]),
        ]
    )
    func refused(bad: Bad) async throws {
        #expect(try await complete(bad.ref, bad.name, bad.value, on: bench().legacy())["error"]?["code"]?.int == -32602)
    }
}
