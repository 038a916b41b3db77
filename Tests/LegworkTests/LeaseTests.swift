import Legwork
import LegworkCore
import LegworkTestKit
import Testing

@Suite("Leases")
struct LeaseTests {
    @Test("of a task that takes long are renewed, and nobody takes it over")
    func renewal() async throws {
        let (nodes, clock, tool) = (Nodes(), MockClock(), ScriptedTool())
        let busy = try nodes.process("busy", tool, clock: clock)
        let record = try await nodes.background(busy)
        for _ in 0..<6 { await nodes.renewal(clock) }
        let lease = try #require(try await nodes.task(record.id).lease)
        #expect(lease.token == record.lease?.token)
        #expect(lease.expiresAt == clock.now + .seconds(60))
        let other = try nodes.process("other", clock: clock)
        #expect(try await other.recover() == 0)
        tool.mayEnd.fire()
        #expect(try await busy.wait(for: record.id, atMost: .seconds(1), in: .operator).status == .completed)
    }

    @Test("are renewed while tools hold up all of Swift's threads", arguments: [true, false])
    func blockedPool(isMockClock: Bool) async throws {
        let (nodes, mock) = (Nodes(), MockClock())
        let (began, mayEnd) = (try BlockingSemaphore(), try BlockingSemaphore())
        let blocking = ClosureTool(ToolDescriptor(name: "blocking", description: "Holds its thread.")) { _, _ in
            began.signal()
            mayEnd.wait()
            return .text("done")
        }
        let clock: any TaskClock = isMockClock ? mock : SystemClock()
        let manager = try nodes.process("busy", blocking, clock: clock) { if !isMockClock { $0.leaseDuration = .milliseconds(300) } }
        // More than there are threads on any machine that runs this.
        let count = 200
        let kept = ObservedCount()
        let driver = DutyThread.run { _ in
            var begun: [TaskRecord] = []
            for _ in 0..<count { if let record = try? await nodes.background(manager, "blocking") { begun.append(record) } }
            // From here on, or soon, nothing goes on in the pool.
            began.wait()
            for _ in 0..<5 { await nodes.renewal(isMockClock ? mock : nil) }
            for record in begun {
                let now = try? await nodes.task(record.id)
                if let end = now?.lease?.expiresAt, let first = record.lease?.expiresAt, end > first { kept.add() }
            }
            for _ in 0..<count { mayEnd.signal() }
        }
        try await #require(driver).value
        #expect(kept.value == count)
        await manager.shutdown()
    }

    @Test("are asked for again soon when the store is away, and the task goes on meanwhile")
    func storeAway() async throws {
        let (nodes, clock, tool) = (Nodes(), MockClock(), ScriptedTool())
        let manager = try nodes.process("busy", tool, clock: clock)
        let record = try await nodes.background(manager)
        await nodes.failedRenewal(clock, by: .seconds(20))
        for _ in 0..<10 { await nodes.failedRenewal(clock, by: .seconds(5)) }
        // By our own clock the lease has ended; that is for the store to say.
        let expired = try await nodes.task(record.id)
        #expect(try #require(expired.lease).expiresAt < clock.now)
        #expect(try await manager.recover() == 0)
        #expect(!tool.noticedCancel.hasFired)
        await nodes.renewal(clock, by: .seconds(5))
        #expect(try await nodes.task(record.id).lease?.expiresAt == clock.now + .seconds(60))
        tool.mayEnd.fire()
        #expect(try await manager.wait(for: record.id, atMost: .seconds(1), in: .operator).status == .completed)
    }

    @Test("that are lost stop the tool, and nothing of it is written any more")
    func fencing() async throws {
        let (nodes, clock, tool, problem) = (Nodes(), MockClock(), ScriptedTool(), TestSignal())
        let slow = try nodes.process("slow", tool, clock: clock) {
            $0.onProblem = { if $0.contains("another attempt's") { problem.fire() } }
        }
        let record = try await nodes.background(slow)
        // As seen from elsewhere, nobody has renewed.
        let later = MockClock()
        later.advance(by: .seconds(61))
        let other = try nodes.process("other", ScriptedTool(), clock: later)
        #expect(try await other.recover() == 1)
        let stopped = try await nodes.task(record.id)
        #expect(stopped.status == .stopped)
        #expect(stopped.reason == .orphaned)
        let resumed = try await other.resume(record.id, in: nodes.alice.scope)
        await nodes.renewal(clock)
        await tool.noticedCancel.wait()
        await problem.wait()
        #expect(try await nodes.task(record.id) == resumed)
        await slow.shutdown()
    }

    @Test("that are lost keep a result that comes all the same out of the record")
    func lateResult() async throws {
        let (nodes, tool, problem) = (Nodes(), ScriptedTool(), TestSignal())
        let slow = try nodes.process("slow", tool) {
            $0.onProblem = { if $0.contains("the result") && $0.contains("came too late") { problem.fire() } }
        }
        let record = try await nodes.background(slow)
        await tool.began.wait()
        let later = MockClock()
        later.advance(by: .seconds(61))
        #expect(try await nodes.process("other", clock: later).recover() == 1)
        let stopped = try await nodes.task(record.id)
        tool.mayEnd.fire()
        await problem.wait()
        #expect(try await nodes.task(record.id) == stopped)
    }

    @Test("that are lost are told to a caller who still waits")
    func caller() async throws {
        let (nodes, clock) = (Nodes(), MockClock())
        let tool = ScriptedTool(ToolDescriptor(name: "scripted", description: "", background: .never, durability: .eager))
        let slow = try nodes.process("slow", tool, clock: clock)
        let call = Task { try await slow.call("scripted", as: nodes.alice) }
        await tool.began.wait()
        let later = MockClock()
        later.advance(by: .seconds(61))
        #expect(try await nodes.process("other", clock: later).recover() == 1)
        await nodes.renewal(clock)
        let error = await #expect(throws: TaskManagerError.self) { try await call.value }
        #expect(error?.code == .leaseLost)
    }

    @Test("that come back to the process that lost them are those of the new attempt alone")
    func comesBack() async throws {
        let nodes = Nodes()
        let (began, stopped, beganAgain, mayEnd) = (TestSignal(), TestSignal(), TestSignal(), TestSignal())
        let tool = ClosureTool(ToolDescriptor(name: "scripted", description: "", recovery: .restart)) { _, _ in
            if !began.hasFired {
                began.fire()
                do {
                    try await TestSignal().waitUnlessCancelled()
                } catch {
                    stopped.fire()
                    throw error
                }
            }
            beganAgain.fire()
            await mayEnd.wait()
            return .text("again")
        }
        let problem = TestSignal()
        let slow = try nodes.process("slow", tool) { $0.onProblem = { if $0.contains("came too late") { problem.fire() } } }
        let record = try await nodes.background(slow)
        await began.wait()
        let later = MockClock()
        later.advance(by: .seconds(61))
        #expect(try await nodes.process("other", clock: later).recover() == 1)
        let running = Task { try await slow.run() }
        for signal in [beganAgain, stopped, problem] { await signal.wait() }
        #expect(slow.liveTasks == 1)
        mayEnd.fire()
        #expect(try await slow.wait(for: record.id, atMost: .seconds(60), in: .operator).result?.text == "again")
        await slow.shutdown()
        try await running.value
    }

    @Test("tell of a cancel by another process")
    func cancelled() async throws {
        let (nodes, clock, tool) = (Nodes(), MockClock(), ScriptedTool())
        let busy = try nodes.process("busy", tool, clock: clock)
        let record = try await nodes.background(busy)
        await tool.began.wait()
        let other = try nodes.process("other")
        #expect(try await other.cancel(record.id, in: nodes.alice.scope).disposition == .requested)
        await nodes.renewal(clock)
        await tool.noticedCancel.wait()
        #expect(try await busy.wait(for: record.id, atMost: .seconds(1), in: .operator).status == .cancelled)
    }

    @Test("need not be waited for: a cancel, and its end, are heard of by other processes at once")
    func cancelAcross() async throws {
        let (nodes, tool) = (Nodes(), ScriptedTool())
        let (first, second) = (try nodes.process("first", tool), try nodes.process("second"))
        let watching = [1, 2].map { nodes.store.hold(.changes, .after, at: $0) }
        let running = [first, second].map { manager in Task { try await manager.run() } }
        for manager in watching { await manager.reached.wait() }
        let record = try await nodes.background(first)
        await tool.began.wait()
        let wait = Task { try await second.wait(for: record.id, atMost: .seconds(60), in: nodes.alice.scope) }
        #expect(try await second.cancel(record.id, in: nodes.alice.scope).disposition == .requested)
        #expect(try await wait.value.status == .cancelled)
        #expect(tool.noticedCancel.hasFired)
        for manager in [first, second] { await manager.shutdown() }
        for task in running { try await task.value }
    }

    @Test("of a store of one process are left alone")
    func oneProcess() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let record = try await bench.background()
        bench.clock.advance(by: .seconds(600))
        tool.mayEnd.fire()
        #expect(try await bench.end(of: record.id).status == .completed)
        #expect(bench.store.count(of: .renew) == 0)
    }
}

extension Nodes {
    /// Lets a process try in vain to renew its leases.
    fileprivate func failedRenewal(_ clock: MockClock, by duration: Duration) async {
        let tried = store.hold(.renew)
        store.fail(.renew, times: 1)
        await clock.sleeperDue(within: duration)
        clock.advance(by: duration)
        await tried.reached.wait()
        tried.release()
    }
}
