import Legwork
import LegworkMCP
import LegworkTestKit
import Testing

@Suite("Connections by session id")
struct ConnectionsTests {
    @Test("are found by their owner only, until they are closed")
    func lookup() throws {
        let bench = try MCPBench()
        let connections = MCPConnections(bench.server)
        let (id, connection) = connections.open(as: bench.alice, over: .http)
        #expect(id.utf8.count == 32)
        #expect(id.utf8.allSatisfy { (0x21...0x7E).contains($0) })
        #expect(connections.connection(id, of: "alice") === connection)
        #expect(connections.connection(id, of: "bob") == nil)
        #expect(connections.connection("unknown", of: "alice") == nil)
        #expect(!connections.close(id, of: "bob"))
        #expect(connections.close(id, of: "alice"))
        #expect(connections.connection(id, of: "alice") == nil)
        #expect(!connections.close(id, of: "alice"))
    }

    @Test("are bounded: the one that was idle for longest goes first, and those at work stay")
    func bounded() async throws {
        let tool = scripted { $0.background = .never }
        let bench = try MCPBench(tool)
        let connections = MCPConnections(bench.server, limit: 3)
        let busy = connections.open(as: bench.alice, over: .http)
        async let asked = busy.connection.askModern("tools/call", ["name": "slow"])
        await tool.began.wait()
        let (second, third) = (connections.open(as: bench.alice, over: .http).id, connections.open(as: bench.alice, over: .http).id)
        _ = connections.connection(second, of: "alice")
        let fourth = connections.open(as: bench.alice, over: .http).id
        #expect(connections.count == 3)
        #expect(connections.connection(third, of: "alice") == nil)
        for id in [busy.id, second, fourth] { #expect(connections.connection(id, of: "alice") != nil) }
        tool.mayEnd.fire()
        #expect(try await asked["result"]?["isError"] == false)
    }
}
