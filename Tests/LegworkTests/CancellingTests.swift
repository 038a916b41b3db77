import Legwork
import LegworkTestKit
import Testing

@Suite("Cancelling")
struct CancellingTests {
    @Test("a running task tells its tool and ends as cancelled")
    func running() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let record = try await bench.background()
        await tool.began.wait()
        let (disposition, now) = try await bench.manager.cancel(record.id, in: bench.alice.scope)
        #expect(disposition == .requested)
        #expect(now.cancelRequestedAt != nil)
        let ended = try await bench.manager.wait(for: record.id, atMost: .seconds(60), in: bench.alice.scope)
        #expect(ended.status == .cancelled)
        #expect(tool.noticedCancel.hasFired)
        #expect(try await bench.manager.cancel(record.id, in: bench.alice.scope).disposition == .alreadyFinished)
    }

    @Test("a queued task never starts")
    func queued() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let record = try await bench.manager.submit("scripted", as: bench.alice)
        let (disposition, now) = try await bench.manager.cancel(record.id, in: bench.alice.scope)
        #expect(disposition == .cancelledBeforeStart)
        #expect(now.status == .cancelled)
        #expect(!tool.began.hasFired)
    }

    @Test("a queued task does not hold up those behind it")
    func behind() async throws {
        let bench = try Bench(ScriptedTool(), echo()) { $0.workers = 1 }
        let first = try await bench.manager.submit("scripted", as: bench.alice)
        let behind = try await bench.manager.submit("echo", as: bench.alice)
        _ = try await bench.manager.cancel(first.id, in: bench.alice.scope)
        let running = Task { try await bench.manager.run() }
        #expect(try await bench.end(of: behind.id).status == .completed)
        #expect(try await bench.manager.task(first.id, in: .operator).status == .cancelled)
        running.cancel()
        try await running.value
    }

    @Test("a finished task changes nothing")
    func finished() async throws {
        let bench = try Bench(echo())
        let record = try await bench.background("echo")
        let ended = try await bench.manager.wait(for: record.id, atMost: .seconds(60), in: bench.alice.scope)
        let (disposition, now) = try await bench.manager.cancel(record.id, in: bench.alice.scope)
        #expect(disposition == .alreadyFinished)
        #expect(now == ended)
    }

    @Test("a tool that returns all the same leaves its result on a cancelled task")
    func resultKept() async throws {
        let tool = ScriptedTool(obeysCancel: false)
        let bench = try Bench(tool)
        let record = try await bench.background()
        await tool.began.wait()
        _ = try await bench.manager.cancel(record.id, in: bench.alice.scope)
        tool.mayEnd.fire()
        let ended = try await bench.manager.wait(for: record.id, atMost: .seconds(60), in: bench.alice.scope)
        #expect(ended.status == .cancelled)
        #expect(ended.reason == nil)
        #expect(ended.result == .text("done"))
    }

    @Test("a tool that does not stop is abandoned after the grace, and its late result is kept")
    func abandoned() async throws {
        let tool = ScriptedTool(obeysCancel: false)
        let bench = try Bench(tool)
        let record = try await bench.background()
        await tool.began.wait()
        _ = try await bench.manager.cancel(record.id, in: bench.alice.scope)
        await bench.clock.sleeperDue(within: .seconds(5))
        bench.clock.advance(by: .seconds(5))
        let ended = try await bench.manager.wait(for: record.id, atMost: .seconds(3600), in: bench.alice.scope)
        #expect(ended.status == .cancelled)
        #expect(ended.reason == .cancelForced)
        #expect(ended.result == nil)
        #expect(bench.manager.liveTasks == 0)

        let changes = bench.store.changes()
        tool.mayEnd.fire()
        for await _ in changes { break }
        let later = try await bench.manager.task(record.id, in: bench.alice.scope)
        #expect(later.status == .cancelled)
        #expect(later.reason == .cancelForced)
        #expect(later.result == .text("done"))
        #expect(later.finishedAt == ended.finishedAt)
    }

    @Test("many at once: one is told what happens, all see the same end")
    func concurrent() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let record = try await bench.background()
        let dispositions = try await withThrowingTaskGroup { group in
            for _ in 0..<20 { group.addTask { try await bench.manager.cancel(record.id, in: bench.alice.scope).disposition } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(dispositions.contains(.requested))
        #expect(!dispositions.contains(.cancelledBeforeStart))
        #expect(try await bench.manager.wait(for: record.id, atMost: .seconds(60), in: .operator).status == .cancelled)
        let events = try await bench.manager.events(EventQuery(of: record.id, in: .operator))
        #expect(events.filter { $0.kind == .cancelRequested }.count == 1)
    }

    // MARK: - Bad moments

    @Test("before the tool has looked is seen when it looks")
    func beforeLooking() async throws {
        let (began, mayLook) = (TestSignal(), TestSignal())
        let tool = ClosureTool(ToolDescriptor(name: "late", description: "")) { _, _ in
            began.fire()
            await mayLook.wait()
            try await TestSignal().waitUnlessCancelled()
            return .text("never")
        }
        let bench = try Bench(tool)
        let record = try await bench.background("late")
        await began.wait()
        _ = try await bench.manager.cancel(record.id, in: bench.alice.scope)
        mayLook.fire()
        #expect(try await bench.end(of: record.id).status == .cancelled)
    }

    /// The store has the record, and whoever starts the attempt does not know yet.
    @Test("between the record and the start reaches the tool", arguments: ["call", "spawn", "queue", "resume"])
    func beforeStart(way: String) async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let (manager, alice) = (bench.manager, bench.alice)
        let id = TaskID.random()
        var held = bench.store.hold(.insert, .after)
        let starting: Task<Void, any Error>
        switch way {
        case "call":
            var options = CallOptions.background
            options.id = id
            let chosen = options
            starting = Task { _ = try await manager.call("scripted", as: alice, options: chosen) }
        case "spawn":
            var options = SpawnOptions()
            options.id = id
            let chosen = options
            starting = Task {
                try await manager.spawn("x", as: alice, options: chosen) { _ in
                    try await TestSignal().waitUnlessCancelled()
                    return .text("never")
                }
            }
        case "queue":
            held.release()
            var options = SubmitOptions()
            options.id = id
            _ = try await manager.submit("scripted", as: alice, options: options)
            held = bench.store.hold(.claim, .after)
            starting = Task { try await manager.run() }
        default:
            held.release()
            var record = TaskRecord(
                id: id,
                tool: "scripted",
                title: "x",
                caller: alice,
                arguments: [:],
                lifecycle: .promoted,
                createdAt: bench.clock.now
            )
            _ = try record.apply(.stopped(.orphaned), at: bench.clock.now)
            _ = try await bench.store.insert(InsertRequest(record, events: []))
            held = bench.store.hold(.commit, .after)
            starting = Task { _ = try await manager.resume(id, in: alice.scope) }
        }
        await held.reached.wait()
        #expect(try await manager.cancel(id, in: alice.scope).disposition == .requested)
        held.release()
        #expect(try await bench.end(of: id).status == .cancelled)
        await manager.shutdown()
        try await starting.value
    }

    @Test("that comes as the task ends changes nothing, and says so")
    func lostRace() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let record = try await bench.background()
        await tool.began.wait()
        let held = bench.store.hold(.commit)
        async let cancel = bench.manager.cancel(record.id, in: bench.alice.scope)
        await held.reached.wait()
        tool.mayEnd.fire()
        #expect(try await bench.end(of: record.id).status == .completed)
        held.release()
        #expect(try await cancel.disposition == .alreadyFinished)
        #expect(try await bench.end(of: record.id).cancelRequestedAt == nil)
    }

    @Test("that was promised stands, though the result was just being written")
    func wonRace() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let record = try await bench.background()
        await tool.began.wait()
        let held = bench.store.hold(.commit)
        tool.mayEnd.fire()
        await held.reached.wait()
        #expect(try await bench.manager.cancel(record.id, in: bench.alice.scope).disposition == .requested)
        held.release()
        let ended = try await bench.end(of: record.id)
        #expect(ended.status == .cancelled)
        #expect(ended.result == .text("done"))
    }

    @Test("that races with the end is what it said it would be")
    func races() async throws {
        let bench = try Bench(echo())
        for _ in 0..<200 {
            let record = try await bench.background("echo")
            let disposition = try await bench.manager.cancel(record.id, in: bench.alice.scope).disposition
            let ended = try await bench.end(of: record.id)
            #expect(ended.status == (disposition == .requested ? .cancelled : .completed))
        }
    }

    @Test("that cannot be recorded is an error, and can be repeated")
    func unrecorded() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let record = try await bench.background()
        await tool.began.wait()
        bench.store.fail(.commit, times: 1)
        let error = await #expect(throws: StoreError.self) { try await bench.manager.cancelTree(record.id, in: bench.alice.scope) }
        #expect(error?.code == .full)
        #expect(!tool.noticedCancel.hasFired)
        #expect(try await bench.manager.cancelTree(record.id, in: bench.alice.scope).count == 1)
        #expect(try await bench.end(of: record.id).status == .cancelled)
    }

    // MARK: - The caller leaves

    @Test("a caller that leaves during the window cancels the call")
    func callerLeavesCancel() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let call = Task { try await bench.manager.call("scripted", as: bench.alice) }
        await tool.began.wait()
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
        await tool.noticedCancel.wait()
        #expect(try await bench.total() == 0)
    }

    @Test("a caller that leaves during the window leaves a task behind")
    func callerLeavesPromote() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        var options = CallOptions()
        options.whenCallerLeaves = .promote
        let chosen = options
        let call = Task { try await bench.manager.call("scripted", as: bench.alice, options: chosen) }
        await tool.began.wait()
        call.cancel()
        let record = try #require(try await call.value.task)
        #expect(!tool.noticedCancel.hasFired)
        tool.mayEnd.fire()
        #expect(try await bench.manager.wait(for: record.id, atMost: .seconds(60), in: .operator).status == .completed)
    }

    @Test("a caller that has left before the call still leaves a task behind")
    func callerGoneBefore() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        var options = CallOptions()
        options.whenCallerLeaves = .promote
        let chosen = options
        let mayCall = TestSignal()
        let call = Task {
            await mayCall.wait()
            return try await bench.manager.call("scripted", as: bench.alice, options: chosen)
        }
        call.cancel()
        mayCall.fire()
        let record = try #require(try await call.value.task)
        tool.mayEnd.fire()
        #expect(try await bench.manager.wait(for: record.id, atMost: .seconds(60), in: .operator).status == .completed)
    }

    @Test("a caller of an eager tool that leaves has the recorded task cancelled")
    func eagerCallerLeaves() async throws {
        let tool = ScriptedTool(ToolDescriptor(name: "scripted", description: "", durability: .eager))
        let bench = try Bench(tool)
        let call = Task { try await bench.manager.call("scripted", as: bench.alice) }
        await tool.began.wait()
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
        let task = try #require(try await bench.manager.tasks(TaskQuery(in: .operator)).tasks.first)
        #expect(try await bench.manager.wait(for: task.id, atMost: .seconds(60), in: .operator).status == .cancelled)
    }
}
