import Legwork
import LegworkTestKit
import Testing

@Suite("Waking an owner")
struct WakeUpTests {
    private struct Wake: Sendable {
        var owner: Owner
        var session: String?
        var tasks: [TaskID]
    }

    private let echo = ClosureTool(ToolDescriptor(name: "echo", description: "")) { _, _ in .text("done") }

    /// Runs a manager whose hook notes its calls and, so many times, fails.
    private func running(_ bench: Bench, _ wakes: Sayings<Wake>, failing: Int = 0, _ body: (TaskManager) async throws -> Void) async throws
    {
        let failures = ObservedCount()
        let hook = ClosureWakeUpHook { owner, session, notices in
            wakes.add(Wake(owner: owner, session: session, tasks: notices.map(\.task)))
            failures.add()
            if failures.value <= failing { throw ToolFault(description: "nobody is at home") }
        }
        var configuration = TaskManagerConfiguration()
        configuration.wakeUps = WakeUpConfiguration(hook)
        let manager = TaskManager(store: bench.store, tools: try ToolRegistry([echo]), configuration: configuration, clock: bench.clock)
        let run = Task { try await manager.run() }
        try await body(manager)
        await manager.shutdown()
        try await run.value
    }

    private func end(_ manager: TaskManager, _ caller: Caller = Caller(owner: "alice")) async throws -> TaskID {
        let record = try #require(try await manager.call("echo", as: caller, options: .background).task)
        return try await manager.wait(for: record.id, atMost: .seconds(60), in: .operator).id
    }

    @Test("happens once for all that came within a moment, for each conversation by itself")
    func coalesced() async throws {
        let bench = try Bench()
        let wakes = Sayings<Wake>()
        try await running(bench, wakes) { manager in
            let plain = [try await end(manager), try await end(manager)]
            let monday = try await end(manager, Caller(owner: "alice", origin: Caller.Origin(session: "monday")))
            await bench.pass(.seconds(1))
            let first = await wakes.first(2)
            #expect(first.map(\.session) == [nil, "monday"])
            #expect(first.map(\.tasks) == [plain, [monday]])
        }
        #expect(wakes.all.count == 2)
        #expect(try await bench.manager.notices(for: "alice", marksDelivered: false).map(\.state) == [.delivered, .delivered, .delivered])
    }

    @Test("is tried again, later each time, until it succeeds")
    func retried() async throws {
        let bench = try Bench()
        let wakes = Sayings<Wake>()
        try await running(bench, wakes, failing: 3) { manager in
            let id = try await end(manager)
            for (number, pause) in [1, 1, 2, 4].enumerated() {
                await bench.pass(.seconds(pause))
                #expect(await wakes.first(number + 1).last?.tasks == [id])
            }
        }
        #expect(wakes.all.count == 4)
    }

    @Test("happens after a start for all that was not acknowledged, however much that is")
    func recovered() async throws {
        let bench = try Bench(echo)
        for _ in 0..<1203 { _ = try await end(bench.manager) }
        _ = try await bench.manager.notices(for: "alice")
        let wakes = Sayings<Wake>()
        try await running(bench, wakes) { _ in
            await bench.pass(.seconds(1))
            await wakes.first(1)
            await wakes.first(2)
        }
        #expect(wakes.all.map(\.tasks.count) == [1000, 203])
    }

    @Test("does not happen for what somebody hears who follows, unless he goes without having acknowledged it")
    func followed() async throws {
        let bench = try Bench()
        let wakes = Sayings<Wake>()
        try await running(bench, wakes) { manager in
            let heard = Sayings<Notice>()
            let follower = Task {
                for try await notices in manager.followNotices(for: "alice") { for notice in notices { heard.add(notice) } }
            }
            let first = try await end(manager)
            let second = try await end(manager)
            let notices = await heard.first(2)
            try await manager.acknowledge(.upTo(notices[0].sequence), for: "alice")
            #expect(notices.map(\.task) == [first, second])
            follower.cancel()
            _ = try? await follower.value
            await bench.pass(.seconds(1))
            #expect(await wakes.first(1).first?.tasks == [second])
        }
        #expect(wakes.all.count == 1)
    }

    @Test("gives up a hook that takes too long, and tries again")
    func timeLimit() async throws {
        let bench = try Bench()
        let calls = Sayings<Bool>()
        let hook = ClosureWakeUpHook { _, _, _ in
            calls.add(true)
            if calls.all.count == 1 { try await TestSignal().waitUnlessCancelled() }
        }
        var configuration = TaskManagerConfiguration()
        configuration.wakeUps = WakeUpConfiguration(hook)
        let manager = TaskManager(store: bench.store, tools: try ToolRegistry([echo]), configuration: configuration, clock: bench.clock)
        let run = Task { try await manager.run() }
        _ = try await end(manager)
        await bench.pass(.seconds(1))
        await calls.first(1)
        await bench.pass(.seconds(60))
        await bench.pass(.seconds(1))
        await calls.first(2)
        await manager.shutdown()
        try await run.value
    }
}
