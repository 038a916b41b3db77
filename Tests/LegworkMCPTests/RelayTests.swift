import LegworkCore
import LegworkMCP
import Testing

@Suite("What a relay remembers of a client")
struct RelayTests {
    private func relay(_ lines: String...) -> MCPRelay {
        var relay = MCPRelay()
        for line in lines { _ = relay.pass(Array(line.utf8)) }
        return relay
    }

    private func opening(_ relay: MCPRelay) throws -> [JSONValue] { try relay.opening.map { try JSONValue(parsing: $0) } }

    private static let initialize = #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}"#
    private static let initialized = #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#
    private static func level(_ level: String) -> String {
        #"{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"\#(level)"}}"#
    }
    private static func about(_ uri: String, _ method: String = "subscribe") -> String {
        #"{"jsonrpc":"2.0","id":2,"method":"resources/\#(method)","params":{"uri":"\#(uri)"}}"#
    }

    @Test("is its introduction, and what it wants to hear of, in this order")
    func opening() throws {
        let relay = relay(
            Self.initialize,
            Self.about("task://a"),
            Self.level("info"),
            Self.initialized,
            Self.about("task://b"),
            Self.level("error"),
            Self.about("task://a"),
            Self.about("task://b", "unsubscribe"),
            #"{"jsonrpc":"2.0","id":3,"method":"tools/list"}"#
        )
        let opening = try opening(relay)
        #expect(
            opening.map(\.["method"]) == ["initialize", "notifications/initialized", "logging/setLevel", "resources/subscribe"]
        )
        #expect(opening[0]["params"]?["protocolVersion"] == "2025-11-25")
        #expect(opening[2]["params"]?["level"] == "error")
        #expect(opening[3]["params"]?["uri"] == "task://a")
    }

    @Test("is repeated with ids that the client has not used")
    func ids() throws {
        let opening = try opening(relay(Self.initialize, Self.level("info"), Self.about("task://a")))
        let ids = opening.compactMap { $0["id"]?.string }
        #expect(Set(ids).count == 3 && ids.allSatisfy { $0.hasPrefix("legwork-again-") }, "\(ids)")
    }

    @Test("is nothing of a client that says everything with each request, and of what is no message")
    func nothing() {
        #expect(
            relay(#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, "{", "[]", #"{"jsonrpc":"2.0","id":1,"result":{}}"#).opening.isEmpty
        )
    }
}
