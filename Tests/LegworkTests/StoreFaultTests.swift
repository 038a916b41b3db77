import Legwork
import LegworkTestKit
import Synchronization
import Testing

private let refused = StoreError(.invalid, "it nests too deep")

@Suite("A store that fails")
struct StoreFaultTests {
    private func eager() -> ScriptedTool { ScriptedTool(ToolDescriptor(name: "scripted", description: "", durability: .eager)) }

    /// Says something before each of its steps, which the test releases.
    private func talking(_ began: TestSignal, _ mayEnd: TestSignal) -> ClosureTool {
        ClosureTool(ToolDescriptor(name: "talking", description: "")) { _, context in
            context.progress(1, of: 2, "one")
            context.emit("said")
            began.fire()
            await mayEnd.wait()
            return .text("ok")
        }
    }

    // MARK: - The outcome

    @Test("keeps the outcome waiting until it takes it")
    func outcomeWaits() async throws {
        let problems = Sayings<String>()
        let bench = try Bench(echo()) { $0.onProblem = { problems.add($0) } }
        bench.store.fail(.commit, times: 3)
        let record = try await bench.background("echo")
        for pause in [100, 200, 400] { await bench.pass(.milliseconds(pause)) }
        #expect(try await bench.end(of: record.id).status == .completed)
        #expect(bench.store.count(of: .commit) == 4)
        #expect(problems.all.count == 3)
        #expect(problems.all.allSatisfy { $0.contains("the result of \(record.id) cannot be recorded yet") })
    }

    @Test("to list tells whoever asks, and the tasks go on")
    func unreadable() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let record = try await bench.background()
        let reminders = bench.manager.reminders(for: "alice")
        for operation in [StoreOperation.tasks, .counts, .notices] { bench.store.fail(operation, times: 1) }
        await #expect(throws: StoreError.self) { try await bench.manager.tasks(TaskQuery(in: bench.alice.scope)) }
        await #expect(throws: StoreError.self) { try await reminders.next() }
        await #expect(throws: StoreError.self) { try await reminders.next() }
        #expect(try await reminders.next()?.text.contains("\(record.id) running") == true)
        tool.mayEnd.fire()
        #expect(try await bench.end(of: record.id).status == .completed)
    }

    @Test("for good at what a tool reported loses that and keeps the result")
    func reportsRefused() async throws {
        let (began, mayEnd) = (TestSignal(), TestSignal())
        let bench = try Bench(talking(began, mayEnd))
        let record = try await bench.background("talking")
        await began.wait()
        bench.store.fail(.commit, times: 1, with: refused)
        mayEnd.fire()
        let ended = try await bench.end(of: record.id)
        #expect(ended.status == .completed)
        #expect(ended.result == .text("ok"))
        let events = try await bench.events(of: record.id)
        #expect(!events.contains { $0.text == "said" })
        #expect(events.contains { $0.text?.contains("it nests too deep") == true })
    }

    @Test("for good at a result ends the task with an error that says so")
    func resultRefused() async throws {
        let (began, mayEnd) = (TestSignal(), TestSignal())
        let bench = try Bench(talking(began, mayEnd))
        let record = try await bench.background("talking")
        await began.wait()
        bench.store.fail(.commit, times: 2, with: refused)
        mayEnd.fire()
        let ended = try await bench.end(of: record.id)
        #expect(ended.status == .failed)
        #expect(ended.result?.isError == true)
        #expect(ended.result?.text.contains("it nests too deep") == true)
        #expect(bench.manager.liveTasks == 0)
    }

    @Test("when the end of its patience comes does not keep the caller, who gets the task")
    func windowWhileCommitting() async throws {
        let tool = eager()
        let bench = try Bench(tool)
        let held = bench.store.hold(.commit)
        async let call = bench.manager.call("scripted", as: bench.alice)
        await tool.began.wait()
        await bench.clock.sleeperDue(within: .seconds(10))
        tool.mayEnd.fire()
        await held.reached.wait()
        bench.clock.advance(by: .seconds(10))
        let record = try #require(try await call.task)
        held.release()
        #expect(try await bench.end(of: record.id).result == .text("done"))
    }

    @Test("does not keep a caller who leaves", arguments: [CallOptions.CallerLeaves.cancel, .promote])
    func leavesWhileCommitting(policy: CallOptions.CallerLeaves) async throws {
        let tool = eager()
        let bench = try Bench(tool)
        let held = bench.store.hold(.commit)
        var options = CallOptions()
        options.whenCallerLeaves = policy
        let chosen = options
        let call = Task { try await bench.manager.call("scripted", as: bench.alice, options: chosen) }
        await tool.began.wait()
        await bench.clock.sleeperDue(within: .seconds(10))
        tool.mayEnd.fire()
        await held.reached.wait()
        call.cancel()
        switch policy {
        case .cancel: await #expect(throws: CancellationError.self) { try await call.value }
        case .promote: #expect(try await call.value.task != nil)
        }
        held.release()
        #expect(try await bench.end(of: bench.onlyTask().id).result == .text("done"))
    }

    @Test("keeps the end of an abandoned tool, and what it said, until it takes them")
    func abandonWaits() async throws {
        let (began, mayEnd) = (TestSignal(), TestSignal())
        // So long that what the tool said is not written before its end.
        let bench = try Bench(talking(began, mayEnd)) { $0.reportInterval = .seconds(3600) }
        let record = try await bench.background("talking")
        await began.wait()
        _ = try await bench.manager.cancel(record.id, in: .operator)
        bench.store.fail(.commit, times: 3)
        await bench.pass(.seconds(5))
        for pause in [100, 200, 400] { await bench.pass(.milliseconds(pause)) }
        let ended = try await bench.end(of: record.id)
        #expect(ended.reason == .cancelForced)
        #expect(ended.statusMessage == "one")
        #expect(try await bench.events(of: record.id).contains { $0.text == "said" })
        mayEnd.fire()
    }

    @Test("keeps the end of a task whose tool is unknown until it takes it")
    func unknownToolWaits() async throws {
        let bench = try Bench(echo())
        let record = try await bench.manager.submit("echo", as: bench.alice)
        let other = TaskManager(store: bench.store, tools: ToolRegistry(), clock: bench.clock)
        bench.store.fail(.commit, times: 1)
        let running = Task { try await other.run() }
        await bench.pass(.milliseconds(100))
        #expect(try await other.wait(for: record.id, atMost: .seconds(60), in: .operator).reason == .unknownTool)
        running.cancel()
        try await running.value
    }

    // MARK: - Becoming a task

    @Test("once leaves a call a call, which becomes a task later with all that was said")
    func promotionWaits() async throws {
        let (began, mayEnd) = (TestSignal(), TestSignal())
        let bench = try Bench(talking(began, mayEnd))
        bench.store.fail(.insert, times: 1)
        async let call = bench.manager.call("talking", as: bench.alice)
        await began.wait()
        await bench.pass(.seconds(10))
        await bench.pass(.seconds(1))
        let record = try #require(try await call.task)
        #expect(record.statusMessage == "one")
        #expect(record.progress == TaskProgress(done: 1, total: 2))
        #expect(try await bench.events(of: record.id).contains { $0.text == "said" })
        mayEnd.fire()
        #expect(try await bench.end(of: record.id).status == .completed)
    }

    @Test("for good leaves a call a call, and is not asked again and again")
    func promotionRefused() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let held = bench.store.hold(.insert)
        bench.store.fail(.insert, with: refused)
        async let call = bench.manager.call("scripted", as: bench.alice)
        await bench.pass(.seconds(10))
        await held.reached.wait()
        held.release()
        tool.mayEnd.fire()
        #expect(try await call.result == .text("done"))
        #expect(bench.store.count(of: .insert) == 1)
        #expect(try await bench.total() == 0)
    }

    @Test("after it has written a task in the background, though it said that it had not, lets it start")
    func lostAnswerToInsert() async throws {
        let bench = try Bench(echo())
        bench.store.fail(.insert, .after, times: 1)
        let record = try await bench.background("echo")
        #expect(try await bench.end(of: record.id).status == .completed)
        #expect(try await bench.total() == 1)
    }

    @Test("after it has written a record, though it said that it had not, makes no second one")
    func promotionAnswerLost() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        bench.store.fail(.insert, .after, times: 1)
        bench.store.fail(.task, times: 1)
        async let call = bench.manager.call("scripted", as: bench.alice)
        await bench.pass(.seconds(10))
        await bench.pass(.seconds(1))
        let record = try #require(try await call.task)
        tool.mayEnd.fire()
        #expect(try await bench.end(of: record.id).result == .text("done"))
        #expect(try await bench.total() == 1)
    }

    @Test("does not lose a checkpoint that is saved while the call becomes a task")
    func checkpointWhilePromoting() async throws {
        let (maySave, mayEnd) = (TestSignal(), TestSignal())
        let tool = ClosureTool(ToolDescriptor(name: "saving", description: "")) { _, context in
            await maySave.wait()
            try await context.save(checkpoint: ["at": 7])
            await mayEnd.wait()
            return .text("ok")
        }
        let bench = try Bench(tool)
        let held = bench.store.hold(.insert)
        async let call = bench.manager.call("saving", as: bench.alice)
        await bench.pass(.seconds(10))
        await held.reached.wait()
        maySave.fire()
        held.release()
        let record = try #require(try await call.task)
        try await bench.manager.watch(record.id, in: .operator) { $0.checkpoint == nil }
        #expect(try await bench.manager.task(record.id, in: .operator).checkpoint == ["at": 7])
        mayEnd.fire()
    }

    @Test("lets a caller leave while the call becomes a task, and the task is cancelled")
    func leavesWhilePromoting() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let held = bench.store.hold(.insert)
        let call = Task { try await bench.manager.call("scripted", as: bench.alice) }
        await bench.pass(.seconds(10))
        await held.reached.wait()
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
        #expect(!tool.noticedCancel.hasFired)
        held.release()
        await tool.noticedCancel.wait()
        #expect(try await bench.end(of: bench.onlyTask().id).status == .cancelled)
    }

    @Test("lets a caller leave while the call cannot become a task, and the tool is told")
    func leavesWhilePromotionFails() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let held = bench.store.hold(.insert)
        bench.store.fail(.insert)
        let call = Task { try await bench.manager.call("scripted", as: bench.alice) }
        await bench.pass(.seconds(10))
        await held.reached.wait()
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
        held.release()
        await tool.noticedCancel.wait()
        #expect(try await bench.total() == 0)
    }

    // MARK: - One write at a time

    @Test("slowly is asked for one thing at a time, and nothing goes back")
    func oneWrite() async throws {
        let (bothSave, mayEnd) = (TestSignal(), TestSignal())
        let tool = ClosureTool(ToolDescriptor(name: "saving", description: "")) { _, context in
            async let first: Void = context.save(checkpoint: ["at": 1])
            await bothSave.wait()
            async let second: Void = context.save(checkpoint: ["at": 2])
            await mayEnd.wait()
            context.emit("last")
            _ = try await (first, second)
            return .text("ok")
        }
        let bench = try Bench(tool)
        let held = bench.store.hold(.commit)
        let record = try await bench.background("saving")
        await held.reached.wait()
        bothSave.fire()
        for _ in 0..<20 { await Task.yield() }
        #expect(bench.store.count(of: .commit) == 1)
        held.release()
        mayEnd.fire()
        let ended = try await bench.end(of: record.id)
        #expect(ended.checkpoint == ["at": 2])
        #expect(try await bench.events(of: record.id).contains { $0.text == "last" })
    }

    @Test("slowly with reports is not asked for the end before they are written")
    func endWaitsForReports() async throws {
        let (began, mayEnd) = (TestSignal(), TestSignal())
        let bench = try Bench(talking(began, mayEnd))
        let held = bench.store.hold(.commit)
        let record = try await bench.background("talking")
        await began.wait()
        await bench.pass(.milliseconds(250))
        await held.reached.wait()
        mayEnd.fire()
        for _ in 0..<20 { await Task.yield() }
        #expect(bench.store.count(of: .commit) == 1)
        held.release()
        #expect(try await bench.end(of: record.id).status == .completed)
        let events = try await bench.events(of: record.id)
        #expect(events.map(\.kind) == [.created, .started, .custom, .message, .completed])
        #expect(events.map(\.sequence) == [1, 2, 3, 4, 5])
    }

    @Test("slowly at one request keeps neither those who read nor other tasks")
    func slowRequest() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool, echo())
        let task = try await bench.background()
        await tool.began.wait()
        let held = bench.store.hold(.insert)
        async let late = bench.manager.submit("echo", as: bench.alice)
        await held.reached.wait()
        #expect(try await bench.manager.tasks(TaskQuery(in: bench.alice.scope)).tasks.map(\.id) == [task.id])
        #expect(try await bench.manager.call("echo", as: bench.alice).result != nil)
        tool.mayEnd.fire()
        #expect(try await bench.end(of: task.id).status == .completed)
        held.release()
        #expect(try await late.status == .queued)
        #expect(try await bench.total() == 2)
    }

    @Test("at a submit tells the caller, and then nothing is there and nothing is executed")
    func submitRefused() async throws {
        let bench = try Bench(echo())
        bench.store.fail(.insert, times: 1)
        await #expect(throws: StoreError.self) { try await bench.manager.submit("echo", ["n": 1], as: bench.alice) }
        #expect(try await bench.total() == 0)
        let running = Task { try await bench.manager.run() }
        let next = try await bench.manager.submit("echo", ["n": 2], as: bench.alice)
        #expect(try await bench.end(of: next.id).result?.structuredContent?["n"] == 2)
        #expect(try await bench.total() == 1)
        running.cancel()
        try await running.value
    }
}
