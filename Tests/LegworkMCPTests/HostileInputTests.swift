import Legwork
import LegworkMCP
import LegworkTestKit
import Testing

@Suite("Hostile input")
struct HostileInputTests {
    /// Repeatable chance.
    private struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let valid: [[UInt8]] = [
        message("initialize", ["protocolVersion": "2025-11-25", "capabilities": [:], "clientInfo": ["name": "a", "version": "1"]], id: 1),
        message("notifications/initialized", id: nil),
        message("notifications/cancelled", ["requestId": 1], id: nil),
        message("ping", id: "p"),
        message("tools/list", ["cursor": "t1"], id: 2),
        message("tools/call", ["name": "echo", "arguments": ["text": "h\u{E9}llo", "n": 1.5e3], "_meta": ["progressToken": 4]], id: 3),
        message("tools/call", ["name": "check_task", "arguments": ["task_id": "task_aaaaaaaaaaaaaaaaaaaaaaaaaa"]], id: 4),
        message("tools/call", ["name": "await_task", "arguments": ["task_ids": ["abcd"], "mode": "any", "timeout": 0]], id: 5),
        message("tools/call", ["name": "list_tasks", "arguments": ["status": "active", "limit": 5, "cursor": "c9"]], id: 6),
        message("tools/call", ["name": "task_output", "arguments": ["task_id": "x", "offset": 0, "limit": 1]], id: 7),
        message("server/discover", modern(), id: 8),
        message("tools/call", modern(["name": "echo", "arguments": [:]]), id: 9),
        message("tasks/get", modern(["taskId": "task_aaaaaaaaaaaaaaaaaaaaaaaaaa"]), id: 10),
        message("tasks/update", modern(["taskId": "x", "inputResponses": ["k": [:]]]), id: 11),
    ]

    private static let fragments: [[UInt8]] = [
        "\"id\":", "null", "{}", "[]", "\"\"", "-1", "1e999", "\\u0000", "\\ud800", "\"method\":\"tools/call\"", "\"_meta\":{}", "{\"a\":",
        "[[",
        "99999999999999999999", "\u{FEFF}", "\"jsonrpc\":\"2.0\",", "\"io.modelcontextprotocol/protocolVersion\":5,",
    ].map { Array($0.utf8) }

    private static func mutate(_ bytes: [UInt8], _ dice: inout Dice) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &dice) {
            let place = Int.random(in: 0...bytes.count, using: &dice)
            let end = min(bytes.count, place + Int.random(in: 0...12, using: &dice))
            switch Int.random(in: 0..<6, using: &dice) {
            case 0: bytes.insert(UInt8.random(in: .min ... .max, using: &dice), at: place)
            case 1: if place < bytes.count { bytes[place] = UInt8.random(in: .min ... .max, using: &dice) }
            case 2: bytes.removeSubrange(place..<end)
            case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 4: bytes.insert(contentsOf: fragments.randomElement(using: &dice) ?? [], at: place)
            default: bytes.replaceSubrange(place..<end, with: fragments.randomElement(using: &dice) ?? [])
            }
        }
        return bytes
    }

    /// Whether an answer is a JSON-RPC response to the message, which it can be for no other than the message's own id.
    private static func isValid(_ answer: MCPAnswer, to message: [UInt8]) -> Bool {
        guard let json = try? JSONValue(parsing: answer.bytes), json["jsonrpc"] == "2.0" else { return false }
        guard (json["result"] == nil) != (json["error"] == nil) else { return false }
        if let error = json["error"], error["code"]?.int == nil || error["message"]?.string == nil { return false }
        let asked = (try? JSONValue(parsing: message))?["id"]
        return json["id"] == asked || (json["id"] == .null && json["error"] != nil)
    }

    @Test("gets a valid answer or none, and never anything else", arguments: 0..<10)
    func mutations(seed: UInt64) async throws {
        let bench = try MCPBench(echo())
        let connection = bench.server.connect(as: bench.alice, over: .http)
        var dice = Dice(state: seed)
        var counts: [Bool: Int] = [:]
        for _ in 0..<1000 {
            let message = Self.mutate(Self.valid.randomElement(using: &dice) ?? [], &dice)
            guard let answer = await connection.handle(message) else { continue }
            #expect(Self.isValid(answer, to: message), "\(String(decoding: message, as: UTF8.self))")
            counts[answer.json["error"] == nil, default: 0] += 1
        }
        // Some mutations are harmless, most are not; and the connection still works.
        #expect(counts[true, default: 0] > 5)
        #expect(counts[false, default: 0] > 200)
        #expect(connection.openRequests == 0)
        #expect(try await connection.ask("tools/list", modern())["result"] != nil)
    }

    @Test("in bulk leaves nothing behind")
    func leavesNothing() async throws {
        let bench = try MCPBench(echo())
        let connection = try await bench.legacy()
        for number in 0..<2000 {
            _ = await connection.handle(
                message("tools/call", ["name": "echo", "arguments": ["n": JSONValue(number)]], id: JSONValue(number))
            )
        }
        #expect(connection.openRequests == 0)
        #expect(try await bench.manager.counts(in: .operator).total == 0)
        #expect(bench.manager.liveTasks == 0)
    }

    @Test("no more requests are open than a connection may have, and the rest are told so")
    func openRequests() async throws {
        let tool = scripted { $0.background = .never }
        let bench = try MCPBench(tool, serving: { $0.maximumOpenRequests = 10 })
        let connection = try await bench.legacy()
        let answers = await withTaskGroup { group in
            for number in 0..<50 {
                group.addTask { await connection.handle(message("tools/call", ["name": "slow"], id: JSONValue(number)))?.json }
            }
            var refused = 0
            for await answer in group {
                if answer?["error"]?["code"]?.int == 429 { refused += 1 }
                // All that are too many have been refused while the others are still open.
                if refused == 40 { tool.mayEnd.fire() }
            }
            return refused
        }
        #expect(answers == 40)
    }
}
