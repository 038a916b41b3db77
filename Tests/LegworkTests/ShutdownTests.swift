import Legwork
import LegworkTestKit
import Testing

@Suite("A shutdown")
struct ShutdownTests {
    @Test("interrupts, which is no failed attempt", arguments: [(RecoveryPolicy.restart, TaskStatus.queued), (.stop, .stopped)])
    func interrupts(policy: RecoveryPolicy, status: TaskStatus) async throws {
        let tool = ScriptedTool(ToolDescriptor(name: "scripted", description: "", recovery: policy))
        let bench = try Bench(tool)
        let record = try await bench.background()
        await tool.began.wait()
        await bench.manager.shutdown()
        let found = try await bench.manager.task(record.id, in: .operator)
        #expect(found.status == status)
        #expect(found.reason == .shutdown)
        let error = await #expect(throws: TaskManagerError.self) { try await bench.manager.call("scripted", as: bench.alice) }
        #expect(error?.code == .shuttingDown)
    }

    @Test("is no failed attempt of a tool that answers it with an error result")
    func errorResult() async throws {
        let began = TestSignal()
        let descriptor = ToolDescriptor(name: "polite", description: "", recovery: .restart)
        let tool = ClosureTool(descriptor) { _, _ in
            began.fire()
            do { try await TestSignal().waitUnlessCancelled() } catch { return .error("I was stopped") }
            return .text("ok")
        }
        let bench = try Bench(tool)
        let record = try await bench.background("polite")
        await began.wait()
        await bench.manager.shutdown()
        let found = try await bench.manager.task(record.id, in: .operator)
        #expect(found.status == .queued)
        #expect(found.attempts == 0)
        #expect(found.result == nil)
    }

    @Test("tells a call in its window, whose caller hears of it")
    func callInWindow() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let call = Task { try await bench.manager.call("scripted", as: bench.alice) }
        await bench.clock.sleeperDue(within: .seconds(10))
        await bench.manager.shutdown()
        #expect(tool.noticedCancel.hasFired)
        let error = await #expect(throws: TaskManagerError.self) { try await call.value }
        #expect(error?.code == .shuttingDown)
        #expect(try await bench.total() == 0)
    }

    @Test("gives up a call in its window when the grace of its tool is over")
    func graceOfCall() async throws {
        let tool = ScriptedTool(obeysCancel: false)
        let bench = try Bench(tool)
        let call = Task { try await bench.manager.call("scripted", as: bench.alice, options: .window(.seconds(60))) }
        await bench.clock.sleeperDue(within: .seconds(60))
        let over = TestSignal()
        let shutdown = Task {
            await bench.manager.shutdown()
            over.fire()
        }
        await tool.noticedCancel.wait()
        await bench.clock.sleeperDue(within: .seconds(5))
        #expect(!over.hasFired)
        bench.clock.advance(by: .seconds(5))
        await shutdown.value
        let error = await #expect(throws: TaskManagerError.self) { try await call.value }
        #expect(error?.code == .shuttingDown)
        tool.mayEnd.fire()
    }

    @Test("waits for a call that is just becoming a task")
    func promoting() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let held = bench.store.hold(.insert)
        let call = Task { try await bench.manager.call("scripted", as: bench.alice) }
        await bench.pass(.seconds(10))
        await held.reached.wait()
        let shutdown = Task { await bench.manager.shutdown() }
        await tool.noticedCancel.wait()
        held.release()
        await shutdown.value
        let record = try #require(try await call.value.task)
        let found = try await bench.manager.task(record.id, in: .operator)
        #expect(found.status == .stopped)
        #expect(found.reason == .shutdown)
    }

    @Test("gives back what a worker is just taking")
    func claiming() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let record = try await bench.manager.submit("scripted", as: bench.alice)
        let held = bench.store.hold(.claim, .after)
        let running = Task { try await bench.manager.run() }
        await held.reached.wait()
        let over = TestSignal()
        let shutdown = Task {
            await bench.manager.shutdown()
            over.fire()
        }
        for _ in 0..<20 { await Task.yield() }
        #expect(!over.hasFired)
        held.release()
        await shutdown.value
        let found = try await bench.manager.task(record.id, in: .operator)
        #expect(found.status == .queued)
        #expect(found.attempts == 0)
        #expect(!tool.began.hasFired)
        try await running.value
    }

    @Test("waits for a call that is just being recorded")
    func recording() async throws {
        let tool = ScriptedTool(ToolDescriptor(name: "scripted", description: "", recovery: .stop))
        let bench = try Bench(tool)
        let held = bench.store.hold(.insert)
        let call = Task { try await bench.background() }
        await held.reached.wait()
        let over = TestSignal()
        let shutdown = Task {
            await bench.manager.shutdown()
            over.fire()
        }
        for _ in 0..<20 { await Task.yield() }
        #expect(!over.hasFired)
        held.release()
        await shutdown.value
        let record = try await call.value
        #expect(try await bench.manager.task(record.id, in: .operator).status == .stopped)
    }

    @Test("gives the caller of an eager tool the task that goes on later")
    func eager() async throws {
        let tool = ScriptedTool(ToolDescriptor(name: "scripted", description: "", durability: .eager, recovery: .restart))
        let bench = try Bench(tool)
        let call = Task { try await bench.manager.call("scripted", as: bench.alice) }
        await bench.clock.sleeperDue(within: .seconds(10))
        await bench.manager.shutdown()
        #expect(try await call.value.task?.status == .queued)
    }

    @Test("waits for a result that is just being written")
    func committing() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let record = try await bench.background()
        await tool.began.wait()
        let held = bench.store.hold(.commit)
        tool.mayEnd.fire()
        await held.reached.wait()
        let over = TestSignal()
        let shutdown = Task {
            await bench.manager.shutdown()
            over.fire()
        }
        for _ in 0..<20 { await Task.yield() }
        #expect(!over.hasFired)
        held.release()
        await shutdown.value
        let found = try await bench.manager.task(record.id, in: .operator)
        #expect(found.status == .completed)
        #expect(found.result == .text("done"))
    }
}
