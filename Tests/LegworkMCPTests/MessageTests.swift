import Legwork
import LegworkMCP
import Testing

@Suite("A message")
struct MessageTests {
    private func parse(_ text: String) throws(MCPRejection) -> MCPMessage { try MCPMessage(parsing: Array(text.utf8)) }

    @Test("is a request, a notification or a response")
    func kinds() throws {
        #expect(try parse(#"{"jsonrpc":"2.0","id":1,"method":"m"}"#) == .request(MCPRequest(id: .integer(1), method: "m")))
        #expect(
            try parse(#"{"jsonrpc":"2.0","id":"a","method":"m","params":{"x":[1]}}"#)
                == .request(MCPRequest(id: .string("a"), method: "m", params: ["x": [1]]))
        )
        #expect(try parse(#"{"jsonrpc":"2.0","method":"m"}"#) == .notification(method: "m", params: [:]))
        #expect(try parse(#"{"jsonrpc":"2.0","method":"m","params":[1]}"#) == .notification(method: "m", params: [:]))
        #expect(try parse(#"{"jsonrpc":"2.0","id":1,"result":{}}"#) == .response(MCPResponse(id: .integer(1), outcome: .result([:]))))
        #expect(
            try parse(#"{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":""}}"#)
                == .response(MCPResponse(id: nil, outcome: .error(["code": 1, "message": ""])))
        )
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let text: String
        let code: Int
        let id: JSONValue
        var testDescription: String { String(text.prefix(60)) }
    }

    static let bad: [Bad] = [
        Bad(text: "", code: -32700, id: .null),
        Bad(text: "{", code: -32700, id: .null),
        Bad(text: "nonsense", code: -32700, id: .null),
        Bad(text: "{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"m\"}", code: -32700, id: .null),
        Bad(text: "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\u{0001}\"}", code: -32700, id: .null),
        Bad(text: String(repeating: "[", count: 100_000), code: -32700, id: .null),
        Bad(text: "[]", code: -32600, id: .null),
        Bad(text: #"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, code: -32600, id: .null),
        Bad(text: "null", code: -32600, id: .null),
        Bad(text: "17", code: -32600, id: .null),
        Bad(text: "{}", code: -32600, id: .null),
        Bad(text: #"{"id":7,"method":"m"}"#, code: -32600, id: 7),
        Bad(text: #"{"jsonrpc":"1.0","id":"x","method":"m"}"#, code: -32600, id: "x"),
        Bad(text: #"{"jsonrpc":2.0,"id":7,"method":"m"}"#, code: -32600, id: 7),
        Bad(text: #"{"jsonrpc":"2.0","id":7}"#, code: -32600, id: 7),
        Bad(text: #"{"jsonrpc":"2.0","id":7,"method":5}"#, code: -32600, id: 7),
        Bad(text: #"{"jsonrpc":"2.0","id":null,"method":"m"}"#, code: -32600, id: .null),
        Bad(text: #"{"jsonrpc":"2.0","id":1.5,"method":"m"}"#, code: -32600, id: .null),
        Bad(text: #"{"jsonrpc":"2.0","id":99999999999999999999,"method":"m"}"#, code: -32600, id: .null),
        Bad(text: #"{"jsonrpc":"2.0","id":[1],"method":"m"}"#, code: -32600, id: .null),
        Bad(text: #"{"jsonrpc":"2.0","id":{},"method":"m"}"#, code: -32600, id: .null),
        Bad(text: #"{"jsonrpc":"2.0","id":true,"method":"m"}"#, code: -32600, id: .null),
        Bad(text: #"{"jsonrpc":"2.0","id":"\#(String(repeating: "x", count: 1025))","method":"m"}"#, code: -32600, id: .null),
        Bad(text: #"{"jsonrpc":"2.0","id":7,"method":"m","params":[1]}"#, code: -32602, id: 7),
        Bad(text: #"{"jsonrpc":"2.0","id":7,"method":"m","params":"x"}"#, code: -32602, id: 7),
    ]

    @Test("that is none is answered with an error that names its id whenever it has one", arguments: bad)
    func malformed(_ bad: Bad) {
        let rejection = #expect(throws: MCPRejection.self) { try parse(bad.text) }
        let answer = rejection?.answer.json
        #expect(answer?["jsonrpc"] == "2.0")
        #expect(answer?["id"] == bad.id)
        #expect(answer?["error"]?["code"]?.int == bad.code)
        #expect(answer?["error"]?["message"]?.string?.isEmpty == false)
        #expect(answer?["result"] == nil)
        #expect(rejection?.answer.httpStatus == 400)
    }

    @Test("may be as large and as deep as the limits say, and no more")
    func limits() {
        let deep = JSONLimits(depth: 8, bytes: 1000)
        #expect(throws: Never.self) {
            try MCPMessage(parsing: Array(#"{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":[[[[[0]]]]]}}"#.utf8), limits: deep)
        }
        #expect(throws: MCPRejection.self) {
            try MCPMessage(parsing: Array(#"{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":[[[[[[[0]]]]]]]}}"#.utf8), limits: deep)
        }
        let long = #"{"jsonrpc":"2.0","id":1,"method":"\#(String(repeating: "m", count: 1000))"}"#
        #expect(throws: MCPRejection.self) { try MCPMessage(parsing: Array(long.utf8), limits: deep) }
    }
}
