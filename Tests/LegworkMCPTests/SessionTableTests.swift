import Legwork
import LegworkCore
import LegworkMCP
import LegworkTestKit
import Testing

@Suite("Sessions by id")
struct SessionTableTests {
    @Test("are found by their owner only, until they are closed")
    func lookup() throws {
        let bench = try MCPBench()
        let sessions = MCPSessions<MCPConnection>(clock: bench.clock)
        let connection = bench.server.connect(as: bench.alice, over: .http)
        let id = try #require(sessions.add(connection, of: "alice"))
        #expect(id.utf8.count == 32)
        #expect(id.utf8.allSatisfy { (0x21...0x7E).contains($0) })
        #expect(sessions.session(id, of: "alice") === connection)
        #expect(sessions.session(id, of: "bob") == nil)
        #expect(sessions.session("unknown", of: "alice") == nil)
        #expect(!sessions.close(id, of: "bob"))
        #expect(sessions.close(id, of: "alice"))
        #expect(sessions.session(id, of: "alice") == nil)
        #expect(!sessions.close(id, of: "alice"))
    }

    @Test("are bounded: the one that was idle for longest goes first, and those at work stay")
    func bounded() async throws {
        let tool = scripted { $0.background = .never }
        let bench = try MCPBench(tool)
        var limits = MCPSessionTable<MCPConnection>.Limits()
        limits.total = 3
        let sessions = MCPSessions<MCPConnection>(limits: limits, clock: bench.clock)
        func open() throws -> (id: String, connection: MCPConnection) {
            let connection = bench.server.connect(as: bench.alice, over: .http)
            return (try #require(sessions.add(connection, of: "alice")), connection)
        }
        let busy = try open()
        async let asked = busy.connection.askModern("tools/call", ["name": "slow"])
        await tool.began.wait()
        let (second, third) = (try open().id, try open().id)
        _ = sessions.session(second, of: "alice")
        let fourth = try open().id
        #expect(sessions.count == 3)
        #expect(sessions.session(third, of: "alice") == nil)
        for id in [busy.id, second, fourth] { #expect(sessions.session(id, of: "alice") != nil) }
        tool.mayEnd.fire()
        #expect(try await asked["result"]?["isError"] == false)
    }

    @Test("of one owner are bounded too, and cost another owner none of his")
    func boundedByOwner() {
        var limits = MCPSessionTable<Int>.Limits()
        limits.perOwner = 2
        limits.total = 4
        var table = MCPSessionTable<Int>(limits: limits)
        func add(_ number: Int, _ owner: Owner, busy: Set<Int> = []) -> Int? {
            table.insert(number, id: "\(number)", of: owner, at: .zero) { busy.contains($0) }
        }
        #expect(add(1, "bob") == nil)
        #expect(add(2, "alice") == nil)
        #expect(add(3, "alice") == nil)
        #expect(add(4, "alice", busy: [2]) == 3)
        #expect(add(5, "alice", busy: [2, 4]) == 2, "when all are busy, the oldest goes")
        #expect(add(6, "carol") == nil)
        #expect(add(7, "dave") == 1, "when there are too many in all, the oldest of all goes")
        #expect(table.count == 4)
    }

    @Test("end when nobody has used them for an hour, unless somebody waits for what they do")
    func idle() async throws {
        let bench = try MCPBench()
        let ended = TestSignal()
        let sessions = MCPSessions<String>(clock: bench.clock, isBusy: { $0 == "busy" }, end: { if $0 == "idle" { ended.fire() } })
        let idle = try #require(sessions.add("idle", of: "alice"))
        let used = try #require(sessions.add("used", of: "alice"))
        let busy = try #require(sessions.add("busy", of: "alice"))
        for _ in 0..<60 {
            #expect(sessions.session(used, of: "alice") == "used")
            await bench.pass(.seconds(60))
        }
        await ended.wait()
        #expect(sessions.session(idle, of: "alice") == nil)
        #expect(sessions.session(used, of: "alice") == "used")
        #expect(sessions.session(busy, of: "alice") == "busy")
    }

    @Test("all end at once, and no new one is taken then")
    func closeAll() throws {
        let bench = try MCPBench()
        let sessions = MCPSessions<MCPConnection>(clock: bench.clock)
        let id = try #require(sessions.add(bench.server.connect(as: bench.alice, over: .http), of: "alice"))
        sessions.closeAll()
        #expect(sessions.session(id, of: "alice") == nil)
        #expect(sessions.add(bench.server.connect(as: bench.alice, over: .http), of: "alice") == nil)
    }
}
