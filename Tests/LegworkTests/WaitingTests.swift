import Legwork
import LegworkTestKit
import Testing

@Suite("Waiting")
struct WaitingTests {
    private func tasks(_ bench: Bench, _ tools: [String]) async throws -> [TaskID] {
        var ids: [TaskID] = []
        for tool in tools { ids.append(try #require(try await bench.manager.call(tool, as: bench.alice, options: .background).task).id) }
        return ids
    }

    private func scripted(_ name: String) -> ScriptedTool { ScriptedTool(ToolDescriptor(name: name, description: "")) }

    @Test("for any ends with the first, for all with the last")
    func modes() async throws {
        let (one, two) = (scripted("one"), scripted("two"))
        let bench = try Bench(one, two)
        let ids = try await tasks(bench, ["one", "two"])
        one.mayEnd.fire()
        let any = try await bench.manager.wait(for: ids, .any, atMost: .seconds(60), in: bench.alice.scope)
        #expect(any.settled.map(\.id) == [ids[0]])
        #expect(any.pending.map(\.id) == [ids[1]])
        #expect(!any.isTimedOut)
        async let all = bench.manager.wait(for: ids, .all, atMost: .seconds(60), in: bench.alice.scope)
        two.mayEnd.fire()
        #expect(try await all.settled.map(\.id) == ids)
    }

    @Test("ends when its time is over and leaves the task alone")
    func timeOut() async throws {
        let tool = scripted("one")
        let bench = try Bench(tool)
        let ids = try await tasks(bench, ["one"])
        async let wait = bench.manager.wait(for: ids, atMost: .seconds(20), in: bench.alice.scope)
        await bench.clock.sleeperDue(within: .seconds(20))
        bench.clock.advance(by: .seconds(20))
        let outcome = try await wait
        #expect(outcome.isTimedOut)
        #expect(outcome.pending.first?.status == .running)
        tool.mayEnd.fire()
        #expect(try await bench.manager.wait(for: ids[0], atMost: .seconds(60), in: bench.alice.scope).status == .completed)
    }

    @Test("for no time at all only looks")
    func zero() async throws {
        let tool = scripted("one")
        let bench = try Bench(tool)
        let ids = try await tasks(bench, ["one"])
        let outcome = try await bench.manager.wait(for: ids, atMost: .zero, in: bench.alice.scope)
        #expect(outcome.isTimedOut)
        #expect(outcome.pending.count == 1)
        tool.mayEnd.fire()
    }

    @Test("ends with the caller's own cancellation and leaves the task alone")
    func cancelled() async throws {
        let tool = scripted("one")
        let bench = try Bench(tool)
        let ids = try await tasks(bench, ["one"])
        let wait = Task { try await bench.manager.wait(for: ids, atMost: .seconds(60), in: bench.alice.scope) }
        await bench.clock.sleeperDue(within: .seconds(60))
        wait.cancel()
        await #expect(throws: CancellationError.self) { try await wait.value }
        #expect(try await bench.manager.task(ids[0], in: bench.alice.scope).status == .running)
        tool.mayEnd.fire()
    }

    @Test("a hundred waiters are all woken by one end")
    func many() async throws {
        let tool = scripted("one")
        let bench = try Bench(tool)
        let ids = try await tasks(bench, ["one"])
        let statuses = try await withThrowingTaskGroup { group in
            for _ in 0..<100 {
                group.addTask { try await bench.manager.wait(for: ids[0], atMost: .seconds(60), in: bench.alice.scope).status }
            }
            tool.mayEnd.fire()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: .completed, count: 100))
    }

    @Test(
        "for too many, for none, or for too long is refused",
        arguments: [(0, Duration.seconds(1)), (1001, .seconds(1)), (1, .seconds(-1))]
    )
    func refused(count: Int, limit: Duration) async throws {
        let bench = try Bench()
        let ids = (0..<count).map { _ in TaskID.random() }
        let error = await #expect(throws: TaskManagerError.self) {
            try await bench.manager.wait(for: ids, atMost: limit, in: bench.alice.scope)
        }
        #expect(error?.code == .invalidArgument)
    }
}
