import Legwork
import LegworkMCP
import Testing

@Suite("A request that says itself what it speaks")
struct ModernSessionTests {
    private func answer(_ method: String, _ params: JSONValue?, in session: inout MCPSession) throws -> JSONValue? {
        let message = try MCPMessage(JSONValue(parsing: LegworkMCPTests.message(method, params, id: 1)))
        guard case .answer(let answer) = session.receive(message) else { return nil }
        return answer.json
    }

    private func answer(_ method: String, _ params: JSONValue?) throws -> JSONValue? {
        var session = MCPSession(server: MCPBench.info)
        return try answer(method, params, in: &session)
    }

    @Test("discovers what the server speaks and can")
    func discover() throws {
        let expected = """
            {"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","supportedVersions":["2026-07-28"],\
            "capabilities":{"tools":{},"resources":{"subscribe":true},"logging":{},"completions":{},\
            "extensions":{"io.modelcontextprotocol/tasks":{}}},"instructions":"Be brief.","ttlMs":60000,\
            "cacheScope":"private","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"bench","version":"1.0"}}}}
            """
        #expect(try answer("server/discover", modern(tasks: false))?.json() == expected)
    }

    struct BadMeta: Sendable, CustomTestStringConvertible {
        let name: String
        let meta: JSONValue
        let code: Int
        var testDescription: String { name }
    }

    private static let version = "io.modelcontextprotocol/protocolVersion"
    private static let capabilities = "io.modelcontextprotocol/clientCapabilities"

    static let badMetas: [BadMeta] = [
        BadMeta(name: "no object", meta: 5, code: -32602),
        BadMeta(name: "empty", meta: [:], code: -32602),
        BadMeta(name: "no capabilities", meta: [version: "2026-07-28"], code: -32602),
        BadMeta(name: "capabilities are null", meta: [version: "2026-07-28", capabilities: nil], code: -32602),
        BadMeta(name: "capabilities are an array", meta: [version: "2026-07-28", capabilities: []], code: -32602),
        BadMeta(name: "no version", meta: [capabilities: [:]], code: -32602),
        BadMeta(name: "version is a number", meta: [version: 2026, capabilities: [:]], code: -32602),
        BadMeta(name: "version is null", meta: [version: nil, capabilities: [:]], code: -32602),
        BadMeta(name: "unknown version", meta: [version: "1900-01-01", capabilities: [:]], code: -32022),
        BadMeta(name: "version with a handshake", meta: [version: "2025-11-25", capabilities: [:]], code: -32022),
        BadMeta(name: "unknown version, no capabilities", meta: [version: "2027-01-01"], code: -32022),
    ]

    @Test("is refused when it does not say so properly", arguments: badMetas)
    func badMeta(_ bad: BadMeta) throws {
        for method in ["server/discover", "tools/list", "tools/call", "tasks/get"] {
            let error = try #require(try answer(method, ["_meta": bad.meta, "name": "x", "taskId": "x"])?["error"])
            #expect(error["code"]?.int == bad.code, "\(method)")
            if bad.code == -32022 {
                #expect(error["data"]?["requested"] == bad.meta[Self.version])
                // The same as server/discover names: what can be said in a request of this era.
                #expect(error["data"]?["supported"] == ["2026-07-28"])
            }
        }
    }

    @Test(
        "does not know what the era has done away with",
        arguments: [
            "ping", "logging/setLevel", "tasks/list", "tasks/result", "resources/subscribe", "resources/unsubscribe", "notifications/x", "",
        ]
    )
    func removed(method: String) throws {
        #expect(try answer(method, modern())?["error"]?["code"]?.int == -32601)
    }

    @Test("asks after tasks only when it declares the extension, each time anew", arguments: ["tasks/get", "tasks/update", "tasks/cancel"])
    func undeclared(method: String) throws {
        var session = MCPSession(server: MCPBench.info)
        let params: JSONObject = ["taskId": "task_x", "inputResponses": [:]]
        #expect(try answer(method, modern(params), in: &session) == nil)
        session.finish(.integer(1))
        let error = try answer(method, modern(params, tasks: false), in: &session)?["error"]
        #expect(error?["code"]?.int == -32021)
        #expect(error?["data"] == ["requiredCapabilities": ["extensions": ["io.modelcontextprotocol/tasks": [:]]]])
    }

    @Test("names a task, and answers for it, in the right shapes")
    func taskParams() throws {
        #expect(try answer("tasks/get", modern())?["error"]?["code"]?.int == -32602)
        #expect(try answer("tasks/get", modern(["taskId": 5]))?["error"]?["code"]?.int == -32602)
        #expect(try answer("tasks/update", modern(["taskId": "x"]))?["error"]?["code"]?.int == -32602)
        #expect(try answer("tasks/update", modern(["taskId": "x", "inputResponses": []]))?["error"]?["code"]?.int == -32602)
    }

    @Test("declares tasks only with an object", arguments: [JSONValue.null, true, "yes", []])
    func declaration(value: JSONValue) throws {
        let params: JSONValue = [
            "taskId": "x",
            "_meta": [
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": ["extensions": ["io.modelcontextprotocol/tasks": value]],
            ],
        ]
        #expect(try answer("tasks/get", params)?["error"]?["code"]?.int == -32021)
    }

    @Test("is served beside a handshake, and the handshake is not forgotten")
    func bothEras() throws {
        var session = MCPSession(server: MCPBench.info)
        #expect(try answer("server/discover", modern(), in: &session)?["result"]?["resultType"] == "complete")
        let initialize: JSONValue = ["protocolVersion": "2025-06-18", "capabilities": [:], "clientInfo": ["name": "a", "version": "1"]]
        #expect(try answer("initialize", initialize, in: &session)?["result"]?["protocolVersion"] == "2025-06-18")
        #expect(try answer("ping", nil, in: &session)?["result"] == [:])
        #expect(try answer("ping", modern(), in: &session)?["error"]?["code"]?.int == -32601)
        #expect(session.negotiatedRevision == .june2025)
    }

    @Test("initialize is a handshake even when it is stamped like a modern request")
    func stampedInitialize() throws {
        let params = modern(["protocolVersion": "2025-11-25", "capabilities": [:], "clientInfo": ["name": "a", "version": "1"]])
        #expect(try answer("initialize", params)?["result"]?["protocolVersion"] == "2025-11-25")
    }
}
