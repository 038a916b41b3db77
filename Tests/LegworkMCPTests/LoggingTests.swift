import Legwork
import LegworkTestKit
import Testing

@testable import LegworkMCP

@Suite("Log messages")
struct LoggingTests {
    private func exchange(_ session: inout MCPSession, _ params: JSONValue? = nil) throws -> MCPExchange {
        let message = try MCPMessage(JSONValue(parsing: message("tools/list", params, id: 1)))
        guard case .perform(_, let exchange) = session.receive(message) else { throw ToolFault(description: "nothing to perform") }
        session.finish(.integer(1))
        return exchange
    }

    private func level(_ level: JSONValue, in session: inout MCPSession) throws -> JSONValue? {
        let message = try MCPMessage(JSONValue(parsing: message("logging/setLevel", ["level": level], id: 1)))
        guard case .answer(let answer) = session.receive(message) else { return nil }
        return answer.json["result"] ?? answer.json["error"]?["code"]
    }

    @Test("come from the level on that a client with a handshake has set, info before that")
    func legacy() throws {
        var session = MCPSession(server: MCPBench.info)
        _ = session.receive(
            .request(MCPRequest(id: .integer(0), method: "initialize", params: ["protocolVersion": "2025-11-25", "capabilities": [:]]))
        )
        #expect(try exchange(&session).logLevel == .info)
        for name in ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"] {
            #expect(try level(.string(name), in: &session) == [:])
            #expect(try exchange(&session).logLevel?.rawValue == name)
        }
        for bad in ["loud", "", 5, nil, "Debug"] as [JSONValue] { #expect(try level(bad, in: &session) == -32602) }
        #expect(try exchange(&session).logLevel == .emergency)
    }

    @Test("come in the modern era only with a request that says so")
    func modernEra() throws {
        var session = MCPSession(server: MCPBench.info)
        #expect(try exchange(&session, modern()).logLevel == nil)
        #expect(try exchange(&session, modern(["_meta": ["io.modelcontextprotocol/logLevel": "error"]])).logLevel == .error)
        let bad = try MCPMessage(
            JSONValue(parsing: message("tools/list", modern(["_meta": ["io.modelcontextprotocol/logLevel": "x"]]), id: 1))
        )
        guard case .answer(let answer) = session.receive(bad) else {
            Issue.record("no answer")
            return
        }
        #expect(answer.json["error"]?["code"] == -32602)
    }

    @Test("are notifications that name who logs")
    func golden() {
        var log = MCPLog(from: .info, logger: "build")
        #expect(log.take(ToolLogEntry(.debug, "quiet")) == nil)
        #expect(
            log.take(ToolLogEntry(.info, "began"))?.json.json()
                == #"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","logger":"build","data":"began"}}"#
        )
        #expect(
            log.take(ToolLogEntry(.error, "broke", data: [1], logger: "linker"))?.json["params"]
                == ["level": "error", "logger": "linker", "data": ["message": "broke", "data": [1]]]
        )
    }

    @Test("are bounded, and the last one says so")
    func bounded() {
        var log = MCPLog(from: .debug, logger: "chatty")
        for _ in 0..<MCPLog.limit { #expect(log.take(ToolLogEntry(.info, "x")) != nil) }
        #expect(log.take(ToolLogEntry(.info, "x"))?.json["params"]?["level"] == "warning")
        #expect(log.take(ToolLogEntry(.emergency, "x")) == nil)
    }
}
