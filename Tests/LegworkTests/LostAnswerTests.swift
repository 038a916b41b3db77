import Legwork
import LegworkTestKit
import Testing

@Suite("A store that does what it is asked but whose answer is lost")
struct LostAnswerTests {
    /// Waits for the end of a task, and has looked at it once when this returns.
    private func waiting(_ bench: Bench, for id: TaskID) async -> Task<TaskRecord, any Error> {
        let looking = bench.store.hold(.task)
        let wait = Task { try await bench.end(of: id) }
        await looking.reached.wait()
        looking.release()
        return wait
    }

    @Test("does not keep those from the end who wait for it, and the end is told once", arguments: [true, false])
    func end(canBeLookedUp: Bool) async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let record = try await bench.background()
        await tool.began.wait()
        let ended = await waiting(bench, for: record.id)
        let told = Task {
            for try await notices in bench.manager.followNotices(for: bench.alice.owner) { return notices }
            return []
        }
        bench.store.fail(.commit, .after, times: 1)
        // The attempt reads its record before it ends it.
        if !canBeLookedUp { bench.store.fail(.task, from: 2, times: 1) }
        tool.mayEnd.fire()
        if !canBeLookedUp { await bench.pass(.milliseconds(100)) }
        #expect(try await ended.value.result == .text("done"))
        #expect(try await told.value.map(\.kind) == [.completed])
        #expect(bench.store.count(of: .commit) == 1)
        #expect(try await bench.events(of: record.id).map(\.kind) == [.created, .started, .completed])
        #expect(bench.manager.liveTasks == 0)
    }

    @Test("has a cancel taken, and the tool is told")
    func cancel() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let record = try await bench.background()
        await tool.began.wait()
        bench.store.fail(.commit, .after, times: 1)
        #expect(try await bench.manager.cancel(record.id, in: bench.alice.scope).disposition == .requested)
        await tool.noticedCancel.wait()
        #expect(try await bench.end(of: record.id).status == .cancelled)
        let kinds = try await bench.events(of: record.id).map(\.kind)
        #expect(kinds == [.created, .started, .cancelRequested, .cancelled])
    }

    @Test("and which cannot be asked either has a cancel taken when it is repeated")
    func repeatedCancel() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let record = try await bench.background()
        await tool.began.wait()
        bench.store.fail(.commit, .after, times: 1)
        bench.store.fail(.task, from: 2, times: 1)
        await #expect(throws: StoreError.self) { try await bench.manager.cancel(record.id, in: bench.alice.scope) }
        #expect(try await bench.manager.cancel(record.id, in: bench.alice.scope).disposition == .requested)
        await tool.noticedCancel.wait()
        #expect(try await bench.end(of: record.id).status == .cancelled)
    }

    @Test("has an answer taken, once, and the tool gets it")
    func answer() async throws {
        let bench = try Bench(agent { context in .text(try await context.ask("Where?", key: "place").string ?? "") })
        let record = try await bench.start("agent")
        for try await _ in bench.manager.followNotices(for: bench.alice.owner) { break }
        bench.store.fail(.commit, .after, times: 1)
        #expect(try await bench.manager.answer(record.id, ["place": "here"], in: bench.alice.scope).status == .running)
        #expect(try await bench.end(of: record.id).result == .text("here"))
        #expect(try await bench.events(of: record.id).filter { $0.kind == .inputProvided }.count == 1)
    }

    @Test("starts what is spawned, once")
    func spawn() async throws {
        let bench = try Bench()
        let began = ObservedCount()
        bench.store.fail(.insert, .after, times: 1)
        let spawned = try await bench.manager.spawn("Work", as: bench.alice, options: .named("work")) { _ in
            began.add()
            return .text("done")
        }
        #expect(spawned.isNew)
        #expect(try await bench.end(of: spawned.task.id).status == .completed)
        #expect(began.value == 1)
    }

    @Test("has a submitted task executed, though who submitted it was told of the fault")
    func submit() async throws {
        let bench = try Bench(echo())
        let run = Task { try await bench.manager.run() }
        // The workers have found nothing and wait.
        _ = try await bench.end(of: bench.manager.submit("echo", as: bench.alice).id)
        bench.store.fail(.insert, .after, times: 1)
        var options = SubmitOptions()
        options.id = .random()
        await #expect(throws: StoreError.self) { try await bench.manager.submit("echo", as: bench.alice, options: options) }
        #expect(try await bench.end(of: #require(options.id)).status == .completed)
        await bench.manager.shutdown()
        try await run.value
    }

    @Test("makes a call a task with what its tool said, each once")
    func promotion() async throws {
        let (said, mayEnd) = (TestSignal(), TestSignal())
        let tool = ClosureTool(ToolDescriptor(name: "talking", description: "")) { _, context in
            context.emit("said")
            _ = try await context.notify("told")
            said.fire()
            await mayEnd.wait()
            return .text("ok")
        }
        let bench = try Bench(tool)
        bench.store.fail(.insert, .after, times: 1)
        async let call = bench.manager.call("talking", as: bench.alice)
        await said.wait()
        await bench.pass(.seconds(10))
        let record = try #require(try await call.task)
        mayEnd.fire()
        _ = try await bench.end(of: record.id)
        #expect(try await bench.manager.notices(for: bench.alice.owner).map(\.kind) == [.event, .completed])
        #expect(try await bench.events(of: record.id).filter { $0.text == "said" }.count == 1)
    }

    @Test("to a reader of notices shows them again, and what was acknowledged is gone")
    func notices() async throws {
        let bench = try Bench(echo())
        let record = try await bench.background("echo")
        _ = try await bench.end(of: record.id)
        let alice = bench.alice.owner
        bench.store.fail(.mark, .after, times: 1)
        await #expect(throws: StoreError.self) { try await bench.manager.notices(for: alice) }
        let again = try await bench.manager.notices(for: alice)
        #expect(again.map(\.kind) == [.completed])
        bench.store.fail(.mark, .after, times: 1)
        await #expect(throws: StoreError.self) { try await bench.manager.acknowledge(.upTo(again[0].sequence), for: alice) }
        #expect(try await bench.manager.acknowledge(.upTo(again[0].sequence), for: alice) == 0)
        #expect(try await bench.manager.notices(for: alice).isEmpty)
    }
}
