import Legwork
import LegworkTestKit
import Testing

@Suite("Dead letters")
struct DeadLetterTests {
    /// A task that ends without having read so many messages, and their ids.
    private func leave(_ count: Int, for name: String, in bench: Bench, _ tool: ScriptedTool) async throws -> TaskRecord {
        let record = try await bench.start("scripted", named: name)
        for number in 0..<count {
            try await bench.manager.send(JSONValue(number), to: .task(record.id), from: bench.alice, id: MessageID("\(name)-\(number)"))
        }
        _ = try await bench.manager.cancel(record.id, in: .operator)
        _ = try await bench.end(of: record.id)
        return record
    }

    private static func scripted() -> ScriptedTool {
        ScriptedTool(ToolDescriptor(name: "scripted", description: "", hasInbox: true))
    }

    @Test("are what a task had not read when it ended: none is dropped, and only the sender's owner sees them")
    func unread() async throws {
        let tool = Self.scripted()
        let bench = try Bench(tool)
        let record = try await leave(3, for: "w", in: bench, tool)
        let letters = try await bench.manager.deadLetters(in: bench.alice.scope)
        #expect(letters.map(\.message.content) == [0, 1, 2])
        #expect(letters.map(\.message.id.text) == ["w-0", "w-1", "w-2"])
        #expect(letters.allSatisfy { $0.recipient == record.id && $0.recipientName == "w" && $0.reason == .finished })
        #expect(try await bench.manager.deadLetters(in: bench.alice.scope, after: letters[0].number, limit: 1) == [letters[1]])
        #expect(try await bench.manager.deadLetters(in: bench.bob.scope).isEmpty)
        #expect(try await bench.manager.clearDeadLetters(in: bench.bob.scope) == 0)
        #expect(try await bench.manager.replayDeadLetters(in: bench.bob.scope, numbers: [letters[0].number]).missing == [letters[0].number])
    }

    @Test("are replayed to the successor of the same name, in order, and a repeat finds none")
    func replay() async throws {
        let tool = Self.scripted()
        let bench = try Bench(tool, listener())
        _ = try await leave(3, for: "w", in: bench, tool)
        let heir = try await bench.start("listener", named: "w")
        let replay = try await bench.manager.replayDeadLetters(in: bench.alice.scope)
        #expect(replay.sent == 3)
        #expect(replay.kept == 0)
        #expect(!replay.hasMore)
        #expect(try await bench.manager.replayDeadLetters(in: bench.alice.scope).sent == 0)
        try await bench.manager.send("end", to: .task(heir.id), from: bench.alice)
        #expect(try await bench.heard(by: heir.id) == [0, 1, 2])
        #expect(try await bench.manager.deadLetters(in: .operator).isEmpty)
    }

    @Test("that nobody takes are kept, and why is told")
    func replayFails() async throws {
        let tool = Self.scripted()
        let bench = try Bench(tool)
        let record = try await leave(2, for: "w", in: bench, tool)
        let numbers = try await bench.manager.deadLetters(in: .operator).map(\.number)
        let replay = try await bench.manager.replayDeadLetters(in: .operator, numbers: [numbers[1], 12345])
        #expect(replay.sent == 0)
        #expect(replay.failures == [.init(number: numbers[1], recipient: record.id, result: .finished(.cancelled))])
        #expect(replay.missing == [12345])
        #expect(try await bench.manager.replayDeadLetters(in: .operator).kept == 2)
        #expect(try await bench.manager.deadLetters(in: .operator).map(\.number) == numbers)
    }

    @Test("a successor that is full takes what it can, and the rest is kept for later")
    func replayFull() async throws {
        let tool = Self.scripted()
        let bench = try Bench(tool) { $0.inboxLimit = InboxLimit(count: 2, bytes: 1 << 20) }
        for part in ["a", "b"] { _ = try await leave(2, for: part, in: bench, tool) }
        let numbers = try await bench.manager.deadLetters(in: .operator).map(\.number)
        _ = try await bench.start("scripted", named: "a")
        let replay = try await bench.manager.replayDeadLetters(in: .operator)
        #expect(replay.sent == 2)
        #expect(replay.failures.map(\.number) == Array(numbers.suffix(2)))
        tool.mayEnd.fire()
    }

    @Test("are cleared by number, or all")
    func clear() async throws {
        let tool = Self.scripted()
        let bench = try Bench(tool)
        _ = try await leave(5, for: "w", in: bench, tool)
        let numbers = try await bench.manager.deadLetters(in: .operator).map(\.number)
        #expect(try await bench.manager.clearDeadLetters(in: bench.alice.scope, numbers: Array(numbers.prefix(2))) == 2)
        #expect(try await bench.manager.deadLetters(in: .operator).map(\.number) == Array(numbers.dropFirst(2)))
        #expect(try await bench.manager.clearDeadLetters(in: bench.alice.scope) == 3)
        #expect(try await bench.manager.clearDeadLetters(in: bench.alice.scope) == 0)
        let tooMany = await bench.code {
            _ = try await bench.manager.clearDeadLetters(in: .operator, numbers: Array(repeating: 1, count: 10_001))
        }
        #expect(tooMany == .invalidArgument)
    }

    @Test("are bounded: the oldest of an owner go first, and another owner's stay")
    func bounded() async throws {
        let tool = Self.scripted()
        let bench = try Bench(tool) { $0.inboxLimit = InboxLimit(count: 20_000, bytes: 64 << 20) }
        let bobs = try await bench.start("scripted", named: "w", as: bench.bob)
        try await bench.manager.send("kept", to: .task(bobs.id), from: bench.bob)
        _ = try await bench.manager.cancel(bobs.id, in: .operator)
        _ = try await bench.end(of: bobs.id)
        _ = try await leave(DeadLetter.maximumPerOwner + 50, for: "w", in: bench, tool)
        let replay = try await bench.manager.replayDeadLetters(in: bench.alice.scope)
        #expect(replay.kept == DeadLetter.maximumPerOwner)
        #expect(try await bench.manager.deadLetters(in: bench.alice.scope).first?.message.content == 50)
        #expect(try await bench.manager.clearDeadLetters(in: bench.alice.scope) == DeadLetter.maximumPerOwner)
        #expect(try await bench.manager.deadLetters(in: bench.bob.scope).count == 1)
    }
}
