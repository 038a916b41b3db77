import LegworkCore
import LegworkMCP
import Testing

/// The rules of 2026-07-28 and 2025-11-25, basic/transports, for what is posted.
@Suite("A message that is posted")
struct PostTests {
    private static let usual = [("Content-Type", "application/json"), ("Accept", "application/json, text/event-stream")]

    /// What comes of a message: `modern`, `opening`, `session <id>`, or the status and code of its refusal.
    private static func sort(_ body: String, _ fields: [(String, String)] = [], usual: [(String, String)] = Self.usual) -> String {
        do {
            let headers = MCPHTTPHeaders((usual + fields).map { (name: $0.0, value: $0.1) })
            switch try MCPPost(headers: headers, body: Array(body.utf8)) {
            case .modern: return "modern"
            case .opening: return "opening"
            case .session(let id, _): return "session \(id)"
            }
        } catch {
            return "\(error.answer.httpStatus) \(error.answer.json["error"]?["code"]?.int ?? 0)"
        }
    }

    private static let meta = """
        "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}
        """
    private static let list = #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{\#(meta)}}"#
    private static let ping = #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#
    private static let initialize = #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}"#
    private static func call(_ name: String) -> String {
        #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":\#(JSONValue.string(name).json()),\#(meta)}}"#
    }
    private static func about(_ method: String, _ member: String, _ value: String) -> String {
        #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":{"\#(member)":"\#(value)",\#(meta)}}"#
    }
    private static let version = ("MCP-Protocol-Version", "2026-07-28")

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let body: String
        let fields: [(String, String)]
        let outcome: String
        var testDescription: String { name }
    }

    static let eraCases: [Case] = [
        Case(name: "with its version is modern", body: list, fields: [version, ("Mcp-Method", "tools/list")], outcome: "modern"),
        Case(
            name: "that is modern needs no session, whatever its header says of one",
            body: list,
            fields: [version, ("Mcp-Method", "tools/list"), ("Mcp-Session-Id", "s"), ("Last-Event-ID", "1-1")],
            outcome: "modern"
        ),
        Case(
            name: "whose header alone says so is modern",
            body: ping,
            fields: [version, ("Mcp-Method", "ping")],
            outcome: "modern"
        ),
        Case(
            name: "in a notification is modern",
            body: #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#,
            fields: [version],
            outcome: "modern"
        ),
        Case(name: "that opens a session", body: initialize, fields: [], outcome: "opening"),
        Case(
            name: "that opens a session may name the version it hopes for, and a session that is gone",
            body: initialize,
            fields: [("MCP-Protocol-Version", "2025-11-25"), ("Mcp-Session-Id", "gone")],
            outcome: "opening"
        ),
        Case(
            name: "to open what is not opened in the modern era names no method",
            body: #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{\#(meta)}}"#,
            fields: [version, ("Mcp-Method", "initialize")],
            outcome: "404 -32601"
        ),
        Case(name: "of a session", body: ping, fields: [("Mcp-Session-Id", "s")], outcome: "session s"),
        Case(
            name: "of a session, with its version",
            body: ping,
            fields: [("mcp-session-id", "s"), ("mcp-protocol-version", "2025-06-18")],
            outcome: "session s"
        ),
        Case(
            name: "of a session, with a version that is not spoken",
            body: ping,
            fields: [("Mcp-Session-Id", "s"), ("MCP-Protocol-Version", "2024-01-01")],
            outcome: "400 -32600"
        ),
        Case(
            name: "of no session, with a version that is not spoken",
            body: ping,
            fields: [("MCP-Protocol-Version", "2027-01-01")],
            outcome: "400 -32022"
        ),
        Case(name: "without a session", body: ping, fields: [], outcome: "400 -32600"),
        Case(
            name: "with two sessions",
            body: ping,
            fields: [("Mcp-Session-Id", "s"), ("Mcp-Session-Id", "t")],
            outcome: "400 -32600"
        ),
        Case(
            name: "a response belongs to a session",
            body: #"{"jsonrpc":"2.0","id":1,"result":{}}"#,
            fields: [("Mcp-Session-Id", "s")],
            outcome: "session s"
        ),
        Case(
            name: "a response is none of the modern era's messages",
            body: #"{"jsonrpc":"2.0","id":1,"result":{}}"#,
            fields: [version],
            outcome: "400 -32600"
        ),
        Case(name: "a batch is refused", body: "[\(ping)]", fields: [("Mcp-Session-Id", "s")], outcome: "400 -32600"),
        Case(name: "no JSON is refused", body: "{", fields: [version], outcome: "400 -32700"),
        Case(name: "nothing is refused", body: "", fields: [], outcome: "400 -32700"),
    ]

    @Test("has an era", arguments: eraCases)
    func eras(_ test: Case) { #expect(Self.sort(test.body, test.fields) == test.outcome) }

    static let headerCases: [Case] = [
        Case(name: "the version is missing", body: list, fields: [("Mcp-Method", "tools/list")], outcome: "400 -32020"),
        Case(
            name: "the version is another one",
            body: list,
            fields: [("MCP-Protocol-Version", "2025-11-25"), ("Mcp-Method", "tools/list")],
            outcome: "400 -32020"
        ),
        Case(name: "the method is missing", body: list, fields: [version], outcome: "400 -32020"),
        Case(name: "the method is another one", body: list, fields: [version, ("Mcp-Method", "prompts/list")], outcome: "400 -32020"),
        Case(name: "the method's case differs", body: list, fields: [version, ("Mcp-Method", "TOOLS/LIST")], outcome: "400 -32020"),
        Case(
            name: "the method comes twice",
            body: list,
            fields: [version, ("Mcp-Method", "tools/list"), ("Mcp-Method", "tools/list")],
            outcome: "400 -32020"
        ),
        Case(name: "the field's case does not matter", body: list, fields: [version, ("MCP-METHOD", "tools/list")], outcome: "modern"),
        Case(
            name: "the method is not encoded",
            body: list,
            fields: [version, ("Mcp-Method", "=?base64?dG9vbHMvbGlzdA==?=")],
            outcome: "400 -32020"
        ),
        Case(name: "a tool's name is missing", body: call("x"), fields: [version, ("Mcp-Method", "tools/call")], outcome: "400 -32020"),
        Case(
            name: "a tool's name is there",
            body: call("x"),
            fields: [version, ("Mcp-Method", "tools/call"), ("Mcp-Name", "x")],
            outcome: "modern"
        ),
        Case(
            name: "a tool's name is another one",
            body: call("x"),
            fields: [version, ("Mcp-Method", "tools/call"), ("Mcp-Name", "X")],
            outcome: "400 -32020"
        ),
        Case(
            name: "a name in base64",
            body: call("Hello, 世界"),
            fields: [version, ("Mcp-Method", "tools/call"), ("Mcp-Name", "=?base64?SGVsbG8sIOS4lueVjA==?=")],
            outcome: "modern"
        ),
        Case(
            name: "a name in base64 that only looks like it",
            body: call("=?base64?literal?="),
            fields: [version, ("Mcp-Method", "tools/call"), ("Mcp-Name", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=")],
            outcome: "modern"
        ),
        Case(
            name: "a name in base64 without its padding",
            body: call("Hello"),
            fields: [version, ("Mcp-Method", "tools/call"), ("Mcp-Name", "=?base64?SGVsbG8?=")],
            outcome: "400 -32020"
        ),
        Case(
            name: "a name in base64 with other characters",
            body: call("Hello"),
            fields: [version, ("Mcp-Method", "tools/call"), ("Mcp-Name", "=?base64?SGVs!!!!?=")],
            outcome: "400 -32020"
        ),
        Case(
            name: "a name in base64 that is no UTF-8",
            body: call("Hello"),
            fields: [version, ("Mcp-Method", "tools/call"), ("Mcp-Name", "=?base64?/w==?=")],
            outcome: "400 -32020"
        ),
        Case(
            name: "an open beginning of base64 is a name like others",
            body: call("=?base64?"),
            fields: [version, ("Mcp-Method", "tools/call"), ("Mcp-Name", "=?base64?")],
            outcome: "modern"
        ),
        Case(
            name: "a name that is not ASCII has to be encoded",
            body: call("é"),
            fields: [version, ("Mcp-Method", "tools/call"), ("Mcp-Name", "é")],
            outcome: "400 -32020"
        ),
        Case(
            name: "a resource is named by its URI",
            body: about("resources/read", "uri", "task://a"),
            fields: [version, ("Mcp-Method", "resources/read"), ("Mcp-Name", "task://b")],
            outcome: "400 -32020"
        ),
        Case(
            name: "a prompt is named by its name",
            body: about("prompts/get", "name", "a"),
            fields: [version, ("Mcp-Method", "prompts/get"), ("Mcp-Name", "a")],
            outcome: "modern"
        ),
        Case(
            name: "a task may be left out",
            body: about("tasks/get", "taskId", "a"),
            fields: [version, ("Mcp-Method", "tasks/get")],
            outcome: "modern"
        ),
        Case(
            name: "a task has to be the right one",
            body: about("tasks/cancel", "taskId", "a"),
            fields: [version, ("Mcp-Method", "tasks/cancel"), ("Mcp-Name", "b")],
            outcome: "400 -32020"
        ),
        Case(
            name: "a name that the body should have and has not is refused for that, later",
            body: #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{\#(meta)}}"#,
            fields: [version, ("Mcp-Method", "tools/call"), ("Mcp-Name", "x")],
            outcome: "modern"
        ),
    ]

    @Test("has a header that repeats its body", arguments: headerCases)
    func headers(_ test: Case) { #expect(Self.sort(test.body, test.fields) == test.outcome) }

    @Test(
        "may be JSON only, and takes both kinds of answers",
        arguments: [
            ("application/json", "application/json, text/event-stream", "session s"),
            ("Application/JSON; charset=utf-8", "text/event-stream;q=0.5,application/json", "session s"),
            ("application/json", "*/*", "session s"),
            ("application/json", "application/*, text/*", "session s"),
            ("application/json", "", "session s"),
            ("application/json", "application/json", "406 -32600"),
            ("application/json", "text/event-stream", "406 -32600"),
            ("application/json", "application/json, text/event-stream;q=0", "406 -32600"),
            ("application/json", "text/html", "406 -32600"),
            ("text/plain", "*/*", "415 -32600"),
            ("application/jsonx", "*/*", "415 -32600"),
            ("", "*/*", "415 -32600"),
        ]
    )
    func types(_ content: String, _ accept: String, _ outcome: String) {
        let fields = [("Content-Type", content), ("Accept", accept)].filter { !$0.1.isEmpty }
        #expect(Self.sort(Self.ping, [("Mcp-Session-Id", "s")], usual: fields) == outcome)
    }

    @Test("is refused with its own id, where it has one")
    func ids() throws {
        let headers = MCPHTTPHeaders(Self.usual.map { (name: $0.0, value: $0.1) })
        let rejection = #expect(throws: MCPRejection.self) { try MCPPost(headers: headers, body: Array(Self.ping.utf8)) }
        #expect(rejection?.answer.json["id"] == 1)
    }
}

@Suite("A client that listens")
struct ListeningHeadTests {
    private func head(_ fields: (String, String)...) -> MCPSessionHead {
        MCPSessionHead(MCPHTTPHeaders(fields.map { (name: $0.0, value: $0.1) }))
    }

    private func status(_ body: () throws -> Any?) -> Int {
        do {
            _ = try body()
            return 200
        } catch {
            return (error as? MCPRejection)?.answer.httpStatus ?? 0
        }
    }

    @Test("names its session, and speaks a revision that has sessions")
    func session() throws {
        #expect(try head(("Mcp-Session-Id", "s")).sessionToListenTo() == "s")
        #expect(status { try head().sessionToListenTo() } == 400)
        #expect(status { try head(("Mcp-Session-Id", "s"), ("MCP-Protocol-Version", "2026-07-28")).sessionToListenTo() } == 405)
        #expect(status { try head(("MCP-Protocol-Version", "2026-07-28")).sessionToListenTo() } == 405)
        #expect(status { try head(("Mcp-Session-Id", "s"), ("MCP-Protocol-Version", "x")).sessionToListenTo() } == 400)
    }

    @Test("takes a stream, and may come back to one")
    func resumption() throws {
        #expect(try head(("Accept", "text/event-stream")).resumption() == nil)
        #expect(try head(("Last-Event-ID", "3-17")).resumption() == MCPEventID(stream: 3, position: 17))
        #expect(status { try head(("Accept", "application/json")).resumption() } == 406)
        for bad in ["3", "3-", "-3", "a-b", "3-17-1", "3 - 17", "+3-17", "99999999999999999999-1"] {
            #expect(status { try head(("Last-Event-ID", bad)).resumption() } == 400, "\(bad)")
        }
    }
}
