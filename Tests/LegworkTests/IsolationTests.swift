import Legwork
import LegworkTestKit
import Testing

@Suite("Owners")
struct IsolationTests {
    @Test("a foreign task and a missing one give the same answer, in every operation")
    func foreignIsMissing() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let id = try #require(try await bench.manager.call("scripted", as: bench.alice, options: .background).task).id
        let missing = TaskID.random()
        let manager = bench.manager
        let (bob, bobHimself) = (bench.bob.scope, bench.bob)
        typealias Operation = @Sendable (TaskID) async throws -> Void
        let operations: [(String, Operation)] = [
            ("task", { _ = try await manager.task($0, in: bob) }),
            ("task by text", { _ = try await manager.task($0.description, in: bob) }),
            ("prefix", { _ = try await manager.task(String($0.description.prefix(20)), in: bob) }),
            ("wait", { _ = try await manager.wait(for: [$0], atMost: .zero, in: bob) }),
            ("cancel", { _ = try await manager.cancel($0, in: bob) }),
            ("events", { _ = try await manager.events(EventQuery(of: $0, in: bob)) }),
            ("output", { _ = try await manager.output(of: $0, .tail(10), in: bob) }),
            ("follow", { try await manager.followOutput(of: $0, from: 0, in: bob) { _ in } }),
            ("watch", { try await manager.watch($0, in: bob) { _ in false } }),
            ("cancel tree", { _ = try await manager.cancelTree($0, in: bob) }),
            ("resume", { _ = try await manager.resume($0, in: bob) }),
            ("answer", { _ = try await manager.answer($0, ["key": 1], in: bob) }),
            ("send", { _ = try await manager.send("x", to: .task($0), from: bobHimself) }),
            ("pin", { _ = try await manager.pin($0, in: bob) }),
            ("mark as read", { _ = try await manager.markRead($0, in: bob) }),
            ("delete", { try await manager.delete($0, in: bob) }),
        ]
        for (name, operation) in operations {
            let foreign = await #expect(throws: TaskManagerError.self, "\(name)") { try await operation(id) }
            let absent = await #expect(throws: TaskManagerError.self, "\(name)") { try await operation(missing) }
            #expect(foreign?.code == .notFound, "\(name)")
            #expect(
                foreign?.message.replacing(id.description, with: "X").replacing(id.description.prefix(20), with: "X")
                    == absent?.message.replacing(missing.description, with: "X").replacing(missing.description.prefix(20), with: "X"),
                "\(name)"
            )
        }
        #expect(try await manager.tasks(TaskQuery(in: bob)).tasks.isEmpty)
        #expect(try await manager.counts(in: bob).total == 0)
        #expect(try await manager.task(id, in: bench.alice.scope).status == .running)
        #expect(try await manager.task(id, in: .operator).status == .running)
        tool.mayEnd.fire()
    }

    @Test("a prefix finds one task, names several, and needs four characters")
    func prefixes() async throws {
        let ids = [TaskID(high: 0, low: 1), TaskID(high: 1, low: 0), TaskID(high: .max, low: 0)]
        let next = TestIDs(ids)
        let bench = try Bench(echo()) { $0.makeID = { next.take() } }
        for _ in ids { _ = try await bench.manager.submit("echo", as: bench.alice) }
        let scope = bench.alice.scope
        #expect(try await bench.manager.task("7777", in: scope).id == ids[2])
        #expect(try await bench.manager.task("task_7777", in: scope).id == ids[2])
        let ambiguous = await #expect(throws: TaskManagerError.self) { try await bench.manager.task("aaaa", in: scope) }
        #expect(ambiguous?.code == .ambiguous)
        #expect(ambiguous?.matches.count == 2)
        #expect(ambiguous?.message.contains(ids[0].description) == true)
        let short = await #expect(throws: TaskManagerError.self) { try await bench.manager.task("777", in: scope) }
        #expect(short?.code == .notFound)
        #expect(short?.message.contains("at least 4 characters") == true)
        for nonsense in ["", "task_", "no such thing", "\u{0}", String(repeating: "a", count: 10_000)] {
            let error = await #expect(throws: TaskManagerError.self) { try await bench.manager.task(nonsense, in: scope) }
            #expect(error?.code == .notFound)
            #expect((error?.message.utf8.count ?? 0) < 300)
        }
    }
}
