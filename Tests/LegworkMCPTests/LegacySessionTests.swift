import Legwork
import LegworkMCP
import Testing

@Suite("A session with a handshake")
struct LegacySessionTests {
    /// A session value that has been told some messages.
    private func session(_ messages: String..., after: (inout MCPSession) -> Void = { _ in }) throws -> MCPSession {
        var session = MCPSession(server: MCPBench.info)
        for text in messages { _ = session.receive(try MCPMessage(json(text))) }
        after(&session)
        return session
    }

    private static let initialize = """
        {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},\
        "clientInfo":{"name":"host","version":"1"}}}
        """

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let message: String
        let answer: String
        var testDescription: String { name }
    }

    static let handshakes: [Case] =
        ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"].map { handshake(wanted: $0, given: $0) }
        // What is unknown, or has no handshake, is answered with the newest revision that has one.
        + ["2026-07-28", "1999-01-01", "", "2025-11-25 "].map { handshake(wanted: $0, given: "2025-11-25") }

    private static func handshake(wanted: String, given: String) -> Case {
        // Tasks that clients drive are in one revision only.
        let tasks = given == "2025-11-25" ? #","tasks":{"list":{},"cancel":{},"requests":{"tools":{"call":{}}}}"# : ""
        return Case(
            name: "'\(wanted)' gives \(given)",
            message: """
                {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"\(wanted)","capabilities":{},\
                "clientInfo":{"name":"host","version":"1"}}}
                """,
            answer: """
                {"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"\(given)","capabilities":{"tools":{},\
                "resources":{"subscribe":true},"logging":{}\(given < "2025-03-26" ? "" : #","completions":{}"#)\(tasks)},\
                "serverInfo":{"name":"bench","version":"1.0"},"instructions":"Be brief."}}
                """
        )
    }

    @Test("agrees on a revision", arguments: handshakes)
    func handshake(_ handshake: Case) throws {
        var session = try session()
        guard case .answer(let answer) = session.receive(try MCPMessage(json(handshake.message))) else {
            Issue.record("no answer")
            return
        }
        #expect(answer.json.json() == handshake.answer)
        #expect(session.negotiatedRevision != nil)
    }

    static let exchanges: [Case] = [
        Case(name: "ping", message: #"{"jsonrpc":"2.0","id":"p","method":"ping"}"#, answer: #"{"jsonrpc":"2.0","id":"p","result":{}}"#),
        Case(
            name: "methods of the modern era are unknown",
            message: #"{"jsonrpc":"2.0","id":1,"method":"server/discover"}"#,
            answer: #"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"there is no method 'server/discover' here"}}"#
        ),
        Case(
            name: "the answers to a task of the later revision are unknown",
            message: #"{"jsonrpc":"2.0","id":1,"method":"tasks/update"}"#,
            answer: #"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"there is no method 'tasks/update' here"}}"#
        ),
        Case(
            name: "log messages from a level on",
            message: #"{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"info"}}"#,
            answer: #"{"jsonrpc":"2.0","id":1,"result":{}}"#
        ),
        Case(
            name: "subscriptions of the modern era are unknown",
            message: #"{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{}}}"#,
            answer: #"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"there is no method 'subscriptions/listen' here"}}"#
        ),
        Case(
            name: "a call needs a name",
            message: #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":{}}}"#,
            answer: #"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"params.name must be a string: the tool's name"}}"#
        ),
        Case(
            name: "arguments are an object",
            message: #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":[1]}}"#,
            answer: #"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"params.arguments must be an object, not array"}}"#
        ),
        Case(
            name: "a cursor is a string",
            message: #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":5}}"#,
            answer: #"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"params.cursor must be a string"}}"#
        ),
        Case(
            name: "initialize needs a version",
            message: #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#,
            answer: """
                {"jsonrpc":"2.0","id":1,"error":{"code":-32602,\
                "message":"params.protocolVersion must be a string such as \\"2025-11-25\\""}}
                """
        ),
    ]

    @Test("answers", arguments: exchanges)
    func answers(_ exchange: Case) throws {
        var session = try session(Self.initialize)
        guard case .answer(let answer) = session.receive(try MCPMessage(json(exchange.message))) else {
            Issue.record("no answer")
            return
        }
        #expect(answer.json.json() == exchange.answer)
        #expect(session.openRequests.isEmpty)
    }

    @Test("hands over calls, with what is needed to answer them")
    func call() throws {
        var session = try session(Self.initialize)
        let text = """
            {"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"name":"build","arguments":{"a":1},"task":{"ttl":5},\
            "_meta":{"progressToken":"t"}}}
            """
        guard case .perform(let operation, let exchange) = session.receive(try MCPMessage(json(text))) else {
            Issue.record("nothing to perform")
            return
        }
        #expect(operation == .callTool(MCPToolCall(name: "build", arguments: ["a": 1], wantsTask: true)))
        #expect(exchange.revision == .november2025)
        #expect(exchange.client == "host")
        #expect(exchange.progressToken == "t")
        // `task` is no opt-in to the tasks of the later revision.
        #expect(!exchange.takesTasks)
        #expect(session.openRequests == [.string("c")])
    }

    @Test("a request that is open can be called off, others cannot")
    func calledOff() throws {
        var session = try session(Self.initialize, #"{"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"name":"build"}}"#)
        func cancel(_ id: String) throws -> MCPSession.Action {
            session.receive(try MCPMessage(json(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(id)}}"#)))
        }
        #expect(try cancel("1") == .none)
        #expect(try cancel("null") == .none)
        #expect(try cancel("\"c\"") == .cancelRequest(.string("c")))
        session.finish(.string("c"))
        #expect(try cancel("\"c\"") == .none)
    }

    @Test("refuses an id that is in use, and more open requests than it may have")
    func openRequests() throws {
        var session = MCPSession(server: MCPBench.info, maximumOpenRequests: 2)
        func send(_ text: String) throws -> MCPSession.Action { session.receive(try MCPMessage(json(text))) }
        func code(_ action: MCPSession.Action) -> Int? {
            guard case .answer(let answer) = action else { return nil }
            return answer.json["error"]?["code"]?.int
        }
        _ = try send(Self.initialize)
        let list = { (id: String) in #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/list"}"# }
        #expect(code(try send(list("1"))) == nil)
        #expect(code(try send(list("1"))) == -32600)
        #expect(code(try send(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)) == -32600)
        #expect(code(try send(list("\"1\""))) == nil)
        #expect(code(try send(list("3"))) == 429)
        // What needs no work is answered all the same.
        #expect(try send(#"{"jsonrpc":"2.0","id":4,"method":"ping"}"#) == .answer(MCPAnswer.empty(4)))
        session.finish(.integer(1))
        #expect(code(try send(list("3"))) == nil)
    }

    @Test("a client that has said nothing yet is told what to do, and never met with silence")
    func beforeHandshake() throws {
        var session = try session()
        func code(_ method: String) throws -> Int? {
            guard case .answer(let answer) = session.receive(.request(MCPRequest(id: .integer(1), method: method))) else { return nil }
            return answer.json["error"]?["code"]?.int ?? 0
        }
        #expect(try code("ping") == 0)
        #expect(try code("tools/list") == -32602)
        #expect(try code("tools/call") == -32602)
        #expect(try code("server/discover") == -32602)
        #expect(try code("resources/list") == -32602)
        #expect(try code("resources/subscribe") == -32601)
        #expect(try code("") == -32601)
        #expect(session.receive(.notification(method: "notifications/initialized", params: [:])) == .none)
        let response = MCPResponse(id: .integer(1), outcome: .result([:]))
        #expect(session.receive(.response(response)) == .deliver(response))
    }
}

extension MCPAnswer {
    /// The answer to a ping.
    static func empty(_ id: Int64) throws -> MCPAnswer {
        var session = MCPSession(server: MCPBench.info)
        guard case .answer(let answer) = session.receive(.request(MCPRequest(id: .integer(id), method: "ping"))) else {
            throw ToolFault(description: "a ping is answered at once")
        }
        return answer
    }
}

struct ToolFault: Error, CustomStringConvertible {
    let description: String
}
