import Legwork
import LegworkCore
import Testing

@testable import LegworkMCP

@Suite("The state that a client carries from one try of a call to the next")
struct RequestStateTests {
    private static let seal = MCPSeal.test(7)
    private static let now = Timestamp(milliseconds: 1_800_000_000_000)
    private static let task = TaskID.random()
    private static let call = MCPToolCall(name: "deploy", arguments: ["to": "staging", "fast": true])

    private static func binding(_ owner: Owner = "alice", _ call: MCPToolCall = call) -> MCPRequestState.Binding {
        MCPRequestState.Binding(owner: owner, call: call)
    }

    private static let sealed = MCPRequestState(task, now: now).sealed(for: binding(), with: seal)

    private func open(
        _ text: String,
        _ binding: MCPRequestState.Binding = binding(),
        with seal: MCPSeal = seal,
        at now: Timestamp = now
    ) -> Result<TaskID, MCPError> {
        Result { () throws(MCPError) in try MCPRequestState(text, for: binding, with: seal, now: now).task }
    }

    @Test("leads to its task, for the same owner and the same request")
    func opens() {
        #expect(open(Self.sealed) == .success(Self.task))
        // A client may write the same arguments in another order.
        let reordered = MCPToolCall(
            name: "deploy",
            arguments: ["fast": true, "to": "staging"],
            inputResponses: ["a": 1],
            requestState: "s"
        )
        #expect(open(Self.sealed, Self.binding("alice", reordered)) == .success(Self.task))
    }

    @Test("is good for nobody else, for no other tool or arguments, and under no other key")
    func bound() {
        for other in [
            open(Self.sealed, Self.binding("bob")), open(Self.sealed, Self.binding("alice", MCPToolCall(name: "other"))),
            open(Self.sealed, Self.binding("alice", MCPToolCall(name: "deploy", arguments: ["to": "production", "fast": true]))),
            open(Self.sealed, with: .test(8)),
        ] {
            guard case .failure(let error) = other else {
                Issue.record("it was taken")
                continue
            }
            #expect(error.code == .invalidParams)
            #expect(error.message.contains("unchanged"))
            #expect(!error.message.contains(Self.task.description))
        }
    }

    @Test("is refused when anything of it is changed")
    func tampered() throws {
        for index in Self.sealed.indices {
            var changed = Self.sealed
            changed.replaceSubrange(index...index, with: changed[index] == "0" ? "1" : "0")
            if case .success = open(changed) { Issue.record("\(changed) was taken") }
        }
        for text in [
            "", ".", "...", "a.b.c.d", Self.sealed + "0", Self.sealed + "-TAMPERED", "\u{0}.\u{0}", String(Self.sealed.dropLast()),
        ] {
            if case .success = open(text) { Issue.record("\(text) was taken") }
        }
    }

    @Test("ends after a day, and then says which task it was")
    func expires() {
        #expect(open(Self.sealed, at: Self.now + .seconds(24 * 3600 - 1)) == .success(Self.task))
        guard case .failure(let error) = open(Self.sealed, at: Self.now + .seconds(24 * 3600)) else {
            Issue.record("it was taken")
            return
        }
        #expect(error.message.contains(Self.task.description))
        #expect(error.message.contains("answer_task"))
    }

    @Test("differs from round to round")
    func rounds() {
        let second = MCPRequestState(Self.task, now: Self.now).sealed(for: Self.binding(), with: Self.seal)
        #expect(second != Self.sealed)
    }

    @Test("a seal of the process is its own, and says the same of the same bytes")
    func ofThisProcess() {
        let (one, other) = (MCPSeal.ofThisProcess(), MCPSeal.ofThisProcess())
        let code = one.code(of: [1, 2, 3])
        #expect(code.count == 16)
        #expect(one.isCode(code, of: [1, 2, 3]))
        #expect(!one.isCode(code, of: [1, 2, 4]))
        #expect(!one.isCode(Array(code.dropLast()), of: [1, 2, 3]))
        #expect(!other.isCode(code, of: [1, 2, 3]))
    }
}

extension MCPSeal {
    /// A seal that can be made again, for tests: FNV-1a.
    static func test(_ key: UInt8) -> MCPSeal {
        MCPSeal { bytes in
            let hash = ([key] + bytes).reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
            return (0..<8).map { UInt8(truncatingIfNeeded: hash >> (8 * $0)) }
        }
    }
}
