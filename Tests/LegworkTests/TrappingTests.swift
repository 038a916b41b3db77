import Glibc
import Legwork
import LegworkSQLite
import LegworkTestKit
import TestPrograms
import Testing

/// Swift ends a process whose code traps, and no library can prevent that. What is left is to lose nothing.
@Suite("A tool that traps")
struct TrappingTests {
    @Test("takes its process with it, and the next process accounts for every task")
    func traps() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = "\(folder.path)/tasks.db"
        await #expect(processExitsWith: .failure) { [path = path as String] in
            let store = try await SQLiteTaskStore.open(path: path)
            let bad = ClosureTool(ToolDescriptor(name: "bad", description: "")) { _, _ in
                fatalError("the tool traps, as this test wants it to")
            }
            let good = ScriptedTool()
            let manager = TaskManager(store: store, tools: try ToolRegistry([bad, good]), clock: MockClock())
            let alice = Caller(owner: "alice")
            _ = try await manager.call("scripted", as: alice, options: .background)
            _ = try await manager.submit("scripted", as: alice)
            await good.began.wait()
            _ = try await manager.call("bad", as: alice, options: .background)
            await TestSignal().wait()
        }
        let store = try await SQLiteTaskStore.open(path: path)
        let manager = TaskManager(store: store, clock: MockClock())
        #expect(try await manager.recover() == 2)
        let tasks = try await manager.tasks(TaskQuery(in: .owner("alice"))).tasks
        #expect(tasks.map(\.tool) == ["bad", "scripted", "scripted"])
        #expect(tasks.map(\.status) == [.stopped, .queued, .stopped])
        let notices = try await manager.notices(for: "alice")
        #expect(notices.map(\.kind) == [.stopped, .stopped])
        #expect(notices.allSatisfy { $0.reason == .orphaned })
        await store.close()
    }

    @Test("or ends its process in another way each time is given up after the fifth, and what waits behind it is done")
    func poisoned() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = "\(folder.path)/tasks.db"
        for round in 1...5 {
            await #expect(processExitsWith: .failure) { [path = path as String, round = round as Int] in
                let store = try await SQLiteTaskStore.open(path: path)
                let done = TestSignal()
                let bad = ClosureTool(ToolDescriptor(name: "bad", description: "", recovery: .restart)) { _, _ in
                    kill(getpid(), SIGKILL)
                    return .text("")
                }
                let good = ClosureTool(ToolDescriptor(name: "good", description: "")) { _, _ in
                    done.fire()
                    return .text("")
                }
                let clock = MockClock(MockClock().now + .seconds(100 * round))
                var configuration = TaskManagerConfiguration()
                configuration.workers = 1
                let tools = try ToolRegistry([bad, good])
                let manager = TaskManager(store: store, tools: tools, configuration: configuration, clock: clock)
                if round == 1 {
                    for tool in ["bad", "good"] { _ = try await manager.submit(tool, as: Caller(owner: "alice")) }
                }
                let running = Task { try await manager.run() }
                // From the second loss on it is tried later, so that the other one gets its turn.
                if round == 3 { await done.wait() }
                while !Task.isCancelled {
                    await clock.sleeperDue(within: .seconds(40))
                    clock.advance(by: .seconds(1))
                    await Task.yield()
                }
                try await running.value
            }
        }
        let store = try await SQLiteTaskStore.open(path: path)
        let manager = TaskManager(store: store, clock: MockClock(MockClock().now + .seconds(600)))
        #expect(try await manager.recover() == 1)
        let tasks = try await manager.tasks(TaskQuery(in: .owner("alice"))).tasks
        #expect(tasks.map(\.tool) == ["good", "bad"])
        #expect(tasks.map(\.status) == [.completed, .failed])
        let bad = try await manager.task(try #require(tasks.last).id, in: .operator)
        #expect(bad.reason == .orphaned)
        #expect(bad.failure?.contains("5 processes in a row") == true)
        #expect(try await manager.notices(for: "alice").map(\.kind) == [.completed, .failed])
        await store.close()
    }
}
