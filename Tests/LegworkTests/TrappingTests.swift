import Legwork
import LegworkSQLite
import LegworkTestKit
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
}
