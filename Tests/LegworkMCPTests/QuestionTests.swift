import Legwork
import LegworkMCP
import LegworkTestKit
import Testing

@testable import LegworkMCP

@Suite("Questions of a task on the wire")
struct QuestionTests {
    private static let yesOrNo: JSONValue = [
        "type": "object", "properties": ["ok": ["type": "boolean", "title": "Deploy?"]], "required": ["ok"],
    ]

    private static func asking(_ questions: (key: String, message: String, schema: JSONValue?)...) -> ClosureTool {
        ClosureTool(ToolDescriptor(name: "asking", description: "Asks.")) { _, context in
            let answers = try await withThrowingTaskGroup(of: (String, JSONValue).self) { group in
                for question in questions {
                    group.addTask {
                        do {
                            return (question.key, try await context.ask(question.message, schema: question.schema, key: question.key))
                        } catch let error as ToolError where error.code == .inputDeclined {
                            return (question.key, "declined")
                        }
                    }
                }
                return try await group.reduce(into: JSONObject()) { $0[$1.0] = $1.1 }
            }
            return .text("ok", structured: .object(answers))
        }
    }

    private func get(_ id: String, over connection: MCPConnection) async throws -> JSONValue {
        try #require(try await connection.askModern("tasks/get", ["taskId": .string(id)])["result"])
    }

    private func update(_ id: String, _ responses: JSONObject, over connection: MCPConnection) async throws -> JSONValue {
        try await connection.askModern("tasks/update", ["taskId": .string(id), "inputResponses": .object(responses)])
    }

    @Test("a call that asks is a task at once, shows its question as a form, and goes on with what the form gives")
    func form() async throws {
        let bench = try MCPBench(Self.asking(("approve-1", "Deploy to staging?", Self.yesOrNo)))
        let connection = bench.server.connect(as: bench.alice, over: .http)
        let created = try await connection.askModern("tools/call", ["name": "asking", "arguments": [:]])["result"]
        #expect(created?["resultType"] == "task")
        let id = try #require(created?["taskId"]?.string)
        _ = try await bench.manager.wait(for: try #require(TaskID(id)), atMost: .seconds(60), in: .operator)
        let waiting = try await get(id, over: connection)
        #expect(waiting["resultType"] == "complete")
        #expect(waiting["status"] == "input_required")
        #expect(waiting["statusMessage"] == "waits for an answer: Deploy to staging?")
        #expect(
            waiting["inputRequests"] == [
                "approve-1": [
                    "method": "elicitation/create",
                    "params": ["mode": "form", "message": "Deploy to staging?", "requestedSchema": Self.yesOrNo],
                ]
            ]
        )
        #expect(waiting["result"] == nil && waiting["error"] == nil)
        let answer = try await update(id, ["approve-1": ["action": "accept", "content": ["ok": true]]], over: connection)
        #expect(answer["result"]?["resultType"] == "complete")
        let ended = try await bench.manager.wait(for: try #require(TaskID(id)), atMost: .seconds(60), in: .operator)
        #expect(ended.result?.structuredContent == ["approve-1": ["ok": true]])
        let got = try await get(id, over: connection)
        #expect(got["status"] == "completed")
        #expect(got["inputRequests"] == nil)
    }

    @Test("partial answers leave the rest on the wire; unknown and answered keys, and answers after the end, are passed over")
    func partial() async throws {
        let bench = try MCPBench(Self.asking(("a", "A?", nil), ("b", "B?", nil)))
        let connection = bench.server.connect(as: bench.alice, over: .http)
        let task = try #require(try await bench.manager.call("asking", as: bench.alice, options: .background).task).id
        while try await bench.manager.task(task, in: .operator).openInputs.count < 2 { await Task.yield() }
        let id = task.description
        let text: JSONValue = ["action": "accept", "content": ["answer": "yes"]]
        #expect(try await update(id, ["a": text, "unknown": text], over: connection)["result"] != nil)
        let between = try await get(id, over: connection)
        #expect(between["status"] == "input_required")
        #expect(between["inputRequests"]?.object?.members.map(\.key) == ["b"])
        let other: JSONValue = ["action": "accept", "content": ["answer": "no"]]
        #expect(try await update(id, ["a": other, "b": text], over: connection)["result"] != nil)
        let ended = try await bench.manager.wait(for: task, atMost: .seconds(60), in: .operator)
        #expect(ended.result?.structuredContent?["a"] == "yes")
        #expect(ended.result?.structuredContent?["b"] == "yes")
        #expect(try await update(id, ["a": other], over: connection)["result"]?["resultType"] == "complete")
    }

    @Test("a form that is declined or closed tells the tool that nobody answers", arguments: ["decline", "cancel"])
    func declined(action: JSONValue) async throws {
        let bench = try MCPBench(Self.asking(("a", "A?", nil)))
        let connection = bench.server.connect(as: bench.alice, over: .http)
        let task = try #require(try await bench.manager.call("asking", as: bench.alice, options: .background).task).id
        _ = try await bench.manager.wait(for: task, atMost: .seconds(60), in: .operator)
        _ = try await update(task.description, ["a": ["action": action]], over: connection)
        let ended = try await bench.manager.wait(for: task, atMost: .seconds(60), in: .operator)
        #expect(ended.result?.structuredContent == ["a": "declined"])
    }

    @Test("answers that do not fit are refused with the path, and the question stays")
    func unfit() async throws {
        let bench = try MCPBench(Self.asking(("a", "A?", Self.yesOrNo)))
        let connection = bench.server.connect(as: bench.alice, over: .http)
        let task = try #require(try await bench.manager.call("asking", as: bench.alice, options: .background).task).id
        _ = try await bench.manager.wait(for: task, atMost: .seconds(60), in: .operator)
        for (response, words) in [
            (["action": "accept", "content": ["ok": "perhaps"]], "a.ok"), (["action": "accept"], "ok"), (["action": "maybe"], "'accept'"),
            ([:], "'accept'"), ("yes", "'accept'"), (nil, "'accept'"),
        ] as [(JSONValue, String)] {
            let error = try await update(task.description, ["a": response], over: connection)["error"]
            #expect(error?["code"]?.int == -32602)
            #expect(error?["message"]?.string?.contains(words) == true)
        }
        let other = bench.server.connect(as: bench.bob, over: .http)
        let foreign = try await update(task.description, ["a": ["action": "decline"]], over: other)["error"]
        #expect(foreign?["message"] == "Task not found")
        #expect(try await bench.manager.task(task, in: .operator).status == .inputRequired)
        try await bench.manager.decline(task, ["a"], in: .operator)
    }

    struct Shape: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let schema: JSONValue?
        let requested: JSONValue
        let content: JSONValue
        let answer: JSONValue
    }

    private static func field(_ property: JSONValue) -> JSONValue {
        ["type": "object", "properties": ["answer": property], "required": ["answer"]]
    }

    static let shapes: [Shape] = [
        Shape(testDescription: "anything", schema: nil, requested: field(["type": "string"]), content: ["answer": "x"], answer: "x"),
        Shape(
            testDescription: "a boolean",
            schema: ["type": "boolean"],
            requested: field(["type": "boolean"]),
            content: ["answer": true],
            answer: true
        ),
        Shape(
            testDescription: "a choice",
            schema: ["type": "string", "enum": ["a", "b"], "pattern": "."],
            requested: field(["type": "string", "enum": ["a", "b"]]),
            content: ["answer": "a"],
            answer: "a"
        ),
        Shape(
            testDescription: "several choices",
            schema: ["type": "array", "items": ["type": "string", "enum": ["a", "b"]], "minItems": 1],
            requested: field(["type": "array", "items": ["type": "string", "enum": ["a", "b"]], "minItems": 1]),
            content: ["answer": ["a"]],
            answer: ["a"]
        ),
        Shape(
            testDescription: "a flat object",
            schema: [
                "type": "object", "additionalProperties": false,
                "properties": ["n": ["type": "integer", "minimum": 1], "f": ["type": "string", "format": "ipv4"]], "required": ["n"],
            ],
            requested: [
                "type": "object", "properties": ["n": ["type": "integer", "minimum": 1], "f": ["type": "string"]], "required": ["n"],
            ],
            content: ["n": 2],
            answer: ["n": 2]
        ),
        Shape(
            testDescription: "a list of numbers, as text",
            schema: ["type": "array", "items": ["type": "integer"]],
            requested: field([
                "type": "string", "description": #"JSON that fits this schema: {"type":"array","items":{"type":"integer"}}"#,
            ]),
            content: ["answer": "[1, 2]"],
            answer: [1, 2]
        ),
    ]

    @Test("have a form for every schema", arguments: shapes)
    func shape(_ shape: Shape) throws {
        let question = MCPQuestion(InputRequest(key: "k", message: "?", schema: shape.schema, askedAt: Timestamp(milliseconds: 0)))
        #expect(question.json(in: .november2025)["params"]?["requestedSchema"] == shape.requested)
        #expect(try question.response(["action": "accept", "content": shape.content]) == .answer(shape.answer))
    }

    @Test("text that should be JSON and is none is refused")
    func noJSON() throws {
        let request = InputRequest(key: "k", message: "?", schema: ["type": "array"], askedAt: Timestamp(milliseconds: 0))
        let error = try #require(throws: MCPError.self) {
            try MCPQuestion(request).response(["action": "accept", "content": ["answer": "[1,"]])
        }
        #expect(error.code == .invalidParams)
    }
}
