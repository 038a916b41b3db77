import Legwork
import LegworkFixtures
import LegworkTestKit
import Testing

@testable import LegworkMCP

@Suite("Fixtures")
struct FixtureTests {
    private func bench() throws -> MCPBench {
        let bench = try MCPBench(serving: Fixtures.equip)
        for tool in try Fixtures.tools() { try bench.manager.tools.register(tool) }
        return bench
    }

    private func modern(abilities: JSONValue = ["elicitation": [:], "sampling": [:], "roots": [:]], tasks: Bool = false) -> JSONValue {
        var capabilities = abilities.object ?? [:]
        if tasks { capabilities["extensions"] = ["io.modelcontextprotocol/tasks": [:]] }
        return [
            "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": .object(capabilities),
        ]
    }

    private func call(
        _ name: String,
        _ more: JSONObject = [:],
        on connection: MCPConnection,
        meta: JSONValue,
        notify: @escaping @Sendable (MCPNotification) -> Void = { _ in }
    ) async throws -> JSONValue {
        var params: JSONObject = ["name": .string(name), "_meta": meta]
        for member in more.members { params[member.key] = member.value }
        return try await connection.ask("tools/call", .object(params), notify: notify)
    }

    @Test(
        "return each kind of content",
        arguments: [
            ("test_simple_text", ["text"]), ("test_image_content", ["image"]), ("test_audio_content", ["audio"]),
            ("test_embedded_resource", ["resource"]), ("test_multiple_content_types", ["text", "image", "resource"]),
        ]
    )
    func contents(name: String, types: [String]) async throws {
        let bench = try bench()
        let connection = bench.server.connect(as: bench.alice, over: .http)
        let result = try await call(name, on: connection, meta: modern())["result"]
        #expect(result?["content"]?.array?.map { $0["type"]?.string } == types)
        #expect(result?["isError"] == false)
    }

    @Test("fail as tools do, and as protocols do")
    func failing() async throws {
        let bench = try bench()
        let connection = bench.server.connect(as: bench.alice, over: .http)
        let failed = try await call("test_error_handling", on: connection, meta: modern())["result"]
        #expect(failed?["isError"] == true)
        let broken = try await call("protocol_error_job", on: connection, meta: modern())
        #expect(broken["error"]?["code"]?.int == -32603)
        let task = try await call("protocol_error_job", on: connection, meta: modern(tasks: true))["result"]
        let id = try #require(task?["taskId"]?.string.flatMap { TaskID($0) })
        _ = try await bench.manager.wait(for: id, atMost: .seconds(60), in: .operator)
        let got = try await connection.askModern("tasks/get", ["taskId": .string(id.description)])["result"]
        #expect(got?["status"] == "failed")
        #expect(got?["error"]?["message"] == "The server behind this job has gone away.")
    }

    @Test("become tasks at once for clients that take tasks, and answer all others")
    func tasks() async throws {
        let bench = try bench()
        let connection = bench.server.connect(as: bench.alice, over: .http)
        let arguments: JSONObject = ["arguments": ["seconds": 0, "label": "quick"]]
        let task = try await call("slow_compute", arguments, on: connection, meta: modern(tasks: true))["result"]
        #expect(task?["resultType"] == "task")
        let result = try await call("slow_compute", arguments, on: connection, meta: modern())["result"]
        #expect(result?["content"]?[0]?["text"] == "quick took 0 s")
        let greeting = try await call("greet", ["arguments": ["name": "World"]], on: connection, meta: modern(tasks: true))["result"]
        #expect(greeting?["content"]?[0]?["text"] == "Hello, World!")
    }

    @Test("that can only be tasks, or need more of a client, refuse clients that do not have it")
    func required() async throws {
        let bench = try bench()
        let connection = bench.server.connect(as: bench.alice, over: .http)
        let job = try await call("failing_job", on: connection, meta: modern())["error"]
        #expect(job?["code"]?.int == -32021)
        #expect(job?["data"]?["requiredCapabilities"]?["extensions"]?["io.modelcontextprotocol/tasks"] == [:])
        let sampling = try await call("test_missing_capability", on: connection, meta: modern(abilities: [:]))["error"]
        #expect(sampling?["code"]?.int == -32021)
        #expect(sampling?["data"] == ["requiredCapabilities": ["sampling": [:]]])
    }

    @Test("ask first and then go on as a task")
    func asksFirst() async throws {
        let bench = try bench()
        let connection = bench.server.connect(as: bench.alice, over: .http)
        let meta = modern(tasks: true)
        let asked = try #require(try await call("test_tool_with_task", on: connection, meta: meta)["result"])
        #expect(asked["resultType"] == "input_required")
        #expect(asked["taskId"] == nil)
        let retry: JSONObject = [
            "inputResponses": ["user_name": ["action": "accept", "content": ["name": "Alice"]]],
            "requestState": asked["requestState"] ?? .null,
        ]
        let task = try #require(try await call("test_tool_with_task", retry, on: connection, meta: meta)["result"])
        #expect(task["resultType"] == "task")
        let id = try #require(task["taskId"]?.string.flatMap { TaskID($0) })
        let record = try await bench.manager.wait(for: id, atMost: .seconds(60), in: .operator)
        #expect(record.result?.text == "Hello, Alice! This was a task.")
    }

    @Test(
        "ask whoever they can",
        arguments: [
            ("elicitation", ["user_name"]), ("sampling", ["capital_question"]), ("list_roots", ["client_roots"]),
            ("multiple_inputs", ["user_name", "greeting", "client_roots"]), ("multi_round", ["step1"]), ("request_state", ["confirm"]),
            ("tampered_state", ["confirm"]), ("capabilities", ["elicit_input", "sample_input"]),
        ]
    )
    func asks(name: String, keys: [String]) async throws {
        let bench = try bench()
        let connection = bench.server.connect(as: bench.alice, over: .http)
        let asked = try await call("test_input_required_result_\(name)", on: connection, meta: modern())["result"]
        #expect(asked?["resultType"] == "input_required")
        #expect(asked?["inputRequests"]?.object?.members.map(\.key) == keys)
    }

    @Test("log and report progress")
    func reports() async throws {
        let bench = try bench()
        let connection = bench.server.connect(as: bench.alice, over: .http)
        let (quiet, inbox) = (Inbox(), Inbox())
        _ = try await call("test_logging_tool", on: connection, meta: modern()) { quiet.add($0) }
        #expect(quiet.all.isEmpty)
        var meta = modern().object ?? [:]
        meta["io.modelcontextprotocol/logLevel"] = "warning"
        _ = try await call("test_logging_tool", on: connection, meta: .object(meta)) { inbox.add($0) }
        #expect(inbox.all.map { $0["params"]?["level"]?.string } == ["warning", "error", "critical", "alert", "emergency"])
        #expect(inbox.all.allSatisfy { $0["method"] == "notifications/message" && $0["params"]?["logger"] == "test_logging_tool" })
    }

    @Test("are in the lists, with resources first that can be read by anybody")
    func lists() async throws {
        let connection = try await bench().legacy()
        let prompts = try await connection.ask("prompts/list")["result"]?["prompts"]?.array?.count
        #expect(prompts == 5)
        let resources = try #require(try await connection.ask("resources/list")["result"]?["resources"]?.array)
        for resource in resources {
            let contents = try await connection.ask("resources/read", ["uri": resource["uri"] ?? .null])["result"]?["contents"]?[0]
            #expect(contents?["mimeType"] == resource["mimeType"])
        }
        let data = try await connection.ask("resources/read", ["uri": "test://template/123/data"])["result"]?["contents"]?[0]?["text"]
        #expect(data == #"{"id":"123","templateTest":true,"data":"Data for ID: 123"}"#)
    }
}
