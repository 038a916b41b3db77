import Legwork
import LegworkTestKit
import Testing

@Suite("A notice")
struct NoticeTests {
    private func notices(_ bench: Bench) async throws -> [Notice] {
        try await bench.manager.notices(for: "alice", marksDelivered: false)
    }

    /// A tool that ends as its arguments say.
    private let ending = ClosureTool(ToolDescriptor(name: "ending", description: "")) { arguments, context in
        switch arguments["how"] {
        case "error": return .error("no such file")
        case "throw": throw ToolFault(description: "the disk is gone")
        case "cancel": throw CancellationError()
        default: return .text("all 14 tests passed")
        }
    }

    // MARK: - One for every way to end

    @Test(
        "is there once, with reason and words, when a task has ended",
        arguments: [
            ("well", Notice.Kind.completed, nil, "all 14 tests passed"), ("error", .failed, .toolError, "no such file"),
            ("throw", .failed, .toolError, "the disk is gone"),
            ("cancel", .failed, .toolError, "the tool stopped itself, though nobody asked it to"),
        ] as [(String, Notice.Kind, TaskReason?, String?)]
    )
    func ends(how: String, kind: Notice.Kind, reason: TaskReason?, text: String?) async throws {
        let bench = try Bench(ending)
        var options = CallOptions.background
        options.name = "night"
        let record = try #require(try await bench.manager.call("ending", ["how": .string(how)], as: bench.alice, options: options).task)
        _ = try await bench.end(of: record.id)
        let notice = try #require(try await notices(bench).first)
        #expect(try await notices(bench).count == 1)
        #expect((notice.task, notice.kind, notice.tool, notice.name) == (record.id, kind, "ending", "night"))
        #expect(notice.text == text)
        if let reason { #expect(notice.reason == reason) }
    }

    @Test("is there when a queued task was cancelled")
    func cancelledBeforeStart() async throws {
        let bench = try Bench(ending)
        let record = try await bench.manager.submit("ending", as: bench.alice)
        _ = try await bench.manager.cancel(record.id, in: bench.alice.scope)
        #expect(try await notices(bench).map(\.kind) == [.cancelled])
    }

    @Test("is there when a running task was cancelled, and once when it did not obey and had a result later", arguments: [true, false])
    func cancelled(obeys: Bool) async throws {
        let tool = ScriptedTool(obeysCancel: obeys)
        let bench = try Bench(tool)
        let record = try await bench.background()
        await tool.began.wait()
        _ = try await bench.manager.cancel(record.id, in: bench.alice.scope)
        if !obeys {
            await tool.noticedCancel.wait()
            await bench.pass(.seconds(5))
        }
        let ended = try await bench.end(of: record.id)
        #expect(ended.status == .cancelled)
        #expect(try await notices(bench).map(\.kind) == [.cancelled])
        tool.mayEnd.fire()
        if !obeys { try await bench.manager.watch(record.id, in: .operator) { _ in false } }
        #expect(try await notices(bench).count == 1)
    }

    @Test("is there when nobody knows the tool of a queued task any more")
    func unknownTool() async throws {
        let bench = try Bench(ending)
        let record = try await bench.manager.submit("ending", as: bench.alice)
        try await bench.afterRestart { next in
            _ = try await next.wait(for: record.id, atMost: .seconds(60), in: .operator)
            let notice = try #require(try await notices(bench).first)
            #expect((notice.kind, notice.reason) == (.failed, .unknownTool))
        }
    }

    @Test(
        "is there when the process that executed a task is gone",
        arguments: [(RecoveryPolicy.fail, [Notice.Kind.failed]), (.stop, [.stopped]), (.restart, [])] as [(RecoveryPolicy, [Notice.Kind])]
    )
    func orphaned(recovery: RecoveryPolicy, kinds: [Notice.Kind]) async throws {
        let tool = ScriptedTool(ToolDescriptor(name: "scripted", description: "", recovery: recovery))
        let bench = try Bench(tool)
        _ = try await bench.background()
        await tool.began.wait()
        let next = TaskManager(store: bench.store, tools: try ToolRegistry([tool]), clock: bench.clock)
        for _ in 0..<2 { try await next.recover() }
        #expect(try await notices(bench).map(\.kind) == kinds)
        if let notice = try await notices(bench).first { #expect(notice.reason == .orphaned) }
    }

    @Test("tells that a task stopped when its process shut down, and is withdrawn when it goes on")
    func shutdown() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let record = try await bench.background()
        await tool.began.wait()
        await bench.manager.shutdown()
        #expect(try await notices(bench).map(\.reason) == [.shutdown])
        let again = ScriptedTool()
        let next = TaskManager(store: bench.store, tools: try ToolRegistry([again]), clock: bench.clock)
        try await next.resume(record.id, in: .owner("alice"))
        #expect(try await notices(bench) == [])
        again.mayEnd.fire()
        _ = try await next.wait(for: record.id, atMost: .seconds(60), in: .operator)
        #expect(try await notices(bench).map(\.kind) == [.completed])
    }

    @Test("tells what a task asks, and is withdrawn with the last answer")
    func asks() async throws {
        let tool = ClosureTool(ToolDescriptor(name: "asking", description: "")) { _, context in
            let answer = try await context.ask("Deploy?", schema: ["type": "boolean"], key: "deploy")
            return .text(answer == true ? "deployed" : "left alone")
        }
        let bench = try Bench(tool)
        let record = try await bench.background("asking")
        _ = try await bench.end(of: record.id)
        #expect(try await notices(bench).map(\.text) == ["Deploy?"])
        try await bench.manager.answer(record.id, ["deploy": true], in: .owner("alice"))
        try await bench.manager.watch(record.id, in: .operator) { !$0.status.isTerminal }
        #expect(try await notices(bench).map(\.text) == ["deployed"])
    }

    // MARK: - Callers who wait

    private let eager = ToolDescriptor(name: "scripted", description: "", durability: .eager)

    @Test("is not for those who got the end as the answer to their call")
    func answered() async throws {
        let tool = ScriptedTool(eager)
        let bench = try Bench(tool)
        async let call = bench.manager.call("scripted", as: bench.alice)
        await tool.began.wait()
        tool.mayEnd.fire()
        #expect(try await call.result == .text("done"))
        await bench.manager.shutdown()
        #expect(try await notices(bench) == [])
    }

    @Test("is there for a caller who left while the end was written")
    func left() async throws {
        let tool = ScriptedTool(eager)
        let bench = try Bench(tool)
        let held = bench.store.hold(.commit, .after)
        let call = Task { try await bench.manager.call("scripted", as: bench.alice) }
        await tool.began.wait()
        await bench.clock.sleeperDue(within: .seconds(10))
        tool.mayEnd.fire()
        await held.reached.wait()
        bench.clock.advance(by: .seconds(10))
        #expect(try await call.value.task != nil)
        held.release()
        await bench.manager.shutdown()
        let told = try await notices(bench)
        #expect(told.map(\.kind) == [.completed])
        #expect(told.map(\.state) == [.pending])
    }

    @Test("is there for a caller whose process died before it had the answer")
    func died() async throws {
        let tool = ScriptedTool(eager)
        let bench = try Bench(tool)
        let held = bench.store.hold(.commit, .after)
        let call = Task { try await bench.manager.call("scripted", as: bench.alice) }
        await tool.began.wait()
        await bench.clock.sleeperDue(within: .seconds(10))
        tool.mayEnd.fire()
        await held.reached.wait()
        // As the next process finds it.
        let next = TaskManager(store: bench.store, clock: bench.clock)
        #expect(try await next.notices(for: "alice").map(\.kind) == [.completed])
        held.release()
        #expect(try await call.value.result == .text("done"))
    }

    // MARK: - Events

    private func said(_ words: Sayings<PostResult>, _ mayEnd: TestSignal, _ body: @escaping @Sendable (ToolContext) async throws -> Void)
        -> ClosureTool
    {
        ClosureTool(ToolDescriptor(name: "speaker", description: "")) { _, context in
            try await body(context)
            words.add(.full)
            await mayEnd.wait()
            return .text("spoken")
        }
    }

    @Test("of the tool's own waits for its owner, and with a key takes the place of an earlier one that nobody took")
    func events() async throws {
        let (words, mayEnd) = (Sayings<PostResult>(), TestSignal())
        let tool = said(words, mayEnd) { context in
            words.add(try await context.notify("page 1", data: 1, key: "page"))
            words.add(try await context.notify("a rare find"))
            words.add(try await context.notify("page 2", data: 2, key: "page"))
        }
        let bench = try Bench(tool)
        let record = try await bench.background("speaker")
        await words.first(4)
        let told = try await bench.manager.notices(for: "alice")
        #expect(told.map(\.text) == ["page 2", "a rare find"])
        #expect(told.map(\.data) == [2, nil])
        #expect(told.map(\.count) == [2, 1])
        #expect(told.allSatisfy { $0.kind == .event && $0.state == .delivered && $0.task == record.id })
        #expect(words.all[2] == .coalesced(sequence: told[0].sequence))
        mayEnd.fire()
        _ = try await bench.end(of: record.id)
        let after = try #require(told.last?.sequence)
        #expect(try await bench.manager.notices(for: "alice", after: after).map(\.kind) == [.completed])
    }

    @Test("of a call waits until the call is a task, and is never written when the call just ends")
    func eventsOfCall() async throws {
        let (words, mayEnd) = (Sayings<PostResult>(), TestSignal())
        let bench = try Bench(said(words, mayEnd) { words.add(try await $0.notify("early")) })
        async let call = bench.manager.call("speaker", as: bench.alice)
        await words.first(2)
        #expect(words.all.first == .posted(sequence: 0))
        #expect(try await notices(bench) == [])
        await bench.pass(.seconds(10))
        let record = try #require(try await call.task)
        #expect(try await notices(bench).map(\.text) == ["early"])
        mayEnd.fire()
        _ = try await bench.end(of: record.id)

        let quick = try Bench(said(words, mayEnd) { words.add(try await $0.notify("early")) })
        #expect(try await quick.manager.call("speaker", as: quick.alice).result == .text("spoken"))
        #expect(quick.store.count(of: .post) + quick.store.count(of: .insert) == 0)
    }

    @Test("is refused when too many of a task wait, and the tool is told so")
    func full() async throws {
        let (words, mayEnd) = (Sayings<PostResult>(), TestSignal())
        let bench = try Bench(said(words, mayEnd) { for number in 0..<65 { words.add(try await $0.notify("\(number)")) } })
        let record = try await bench.background("speaker")
        let results = await words.first(65)
        #expect(results.last == .full)
        #expect(!results.dropLast().contains(.full))
        mayEnd.fire()
        // The end is told however much else waits.
        _ = try await bench.end(of: record.id)
        #expect(try await notices(bench).last?.kind == .completed)
    }

    @Test("with data or a key that cannot be taken is refused with a reason")
    func bad() async throws {
        let errors = Sayings<String>()
        let tool = ClosureTool(ToolDescriptor(name: "speaker", description: "")) { _, context in
            for (data, key) in [(JSONValue.string(String(repeating: "x", count: 70_000)), "a"), (nil, ""), (nil, "a\nb")] {
                do { _ = try await context.notify("x", data: data, key: key) } catch { errors.add("\(error)") }
            }
            return .text("")
        }
        let bench = try Bench(tool)
        _ = try await bench.manager.call("speaker", as: bench.alice)
        #expect(errors.all.count == 3)
        #expect(errors.all.first?.contains("reference") == true)
    }

    // MARK: - Receivers

    @Test("is for its owner and its conversation, and nobody else can read or acknowledge it")
    func receivers() async throws {
        let bench = try Bench(ending)
        for (owner, session) in [("alice", "monday"), ("alice", "tuesday"), ("alice", nil), ("bob", nil)] as [(Owner, String?)] {
            let caller = Caller(owner: owner, origin: Caller.Origin(session: session))
            let record = try #require(try await bench.manager.call("ending", as: caller, options: .background).task)
            _ = try await bench.end(of: record.id)
        }
        let manager = bench.manager
        #expect(try await manager.notices(for: "alice", session: "monday").map(\.session) == ["monday", nil])
        #expect(try await manager.notices(for: "alice").count == 3)
        #expect(try await manager.notices(for: "carol").isEmpty)
        #expect(try await manager.acknowledge(.upTo(.max), for: "bob", session: "monday") == 1)
        #expect(try await manager.acknowledge(.upTo(.max), for: "alice", session: "monday") == 2)
        #expect(try await manager.notices(for: "alice").map(\.session) == ["tuesday"])
    }

    @Test("is gone when a model has seen the end with a companion tool", arguments: ["check_task", "await_task"])
    func companions(tool: String) async throws {
        let bench = try Bench(ending)
        try bench.manager.registerCompanionTools()
        let record = try #require(try await bench.manager.call("ending", as: bench.alice, options: .background).task)
        _ = try await bench.end(of: record.id)
        _ = try await bench.manager.call(tool, ["task_id": .string(record.id.description)], as: bench.bob)
        #expect(try await notices(bench).count == 1)
        _ = try await bench.manager.call(tool, ["task_id": .string(record.id.description)], as: bench.alice)
        #expect(try await notices(bench) == [])
    }

    @Test("is looked for once, however often the same end is looked at")
    func lookedForOnce() async throws {
        let bench = try Bench(ending)
        let record = try await bench.end(of: try await bench.background("ending").id)
        for session in ["monday", "monday", "tuesday", "monday"] {
            await bench.manager.noteReading([record], in: bench.alice.scope, session: session)
        }
        #expect(bench.store.count(of: .notices) == 2)
        await bench.manager.noteReading([record], in: bench.bob.scope, session: "monday")
        #expect(bench.store.count(of: .notices) == 3)
        #expect(try await notices(bench) == [])
    }

    @Test("is given to who follows, as soon as it is written, and again to who follows later unless it was acknowledged")
    func follow() async throws {
        let bench = try Bench(ending)
        let seen = Sayings<[Notice]>()
        let follower = Task {
            for try await notices in bench.manager.followNotices(for: "alice") { seen.add(notices) }
        }
        var ids: [TaskID] = []
        for number in 1...3 {
            let record = try #require(try await bench.manager.call("ending", as: bench.alice, options: .background).task)
            ids.append(record.id)
            _ = await seen.first(number)
        }
        #expect(seen.all.joined().map(\.task) == ids)
        let second = try #require(seen.all.joined().dropFirst().first?.sequence)
        try await bench.manager.acknowledge(.upTo(second), for: "alice")
        var again = bench.manager.followNotices(for: "alice").makeAsyncIterator()
        #expect(try await again.next()?.map(\.task) == [ids[2]])
        await bench.manager.shutdown()
        try await follower.value
        #expect(try await again.next() == nil)
    }

    @Test("cannot be lost by a follower that is cancelled")
    func cancelledFollower() async throws {
        let bench = try Bench(ending)
        let follower = Task {
            for try await _ in bench.manager.followNotices(for: "alice") {}
        }
        follower.cancel()
        await #expect(throws: CancellationError.self) { try await follower.value }
        _ = try await bench.end(of: try await bench.background("ending").id)
        #expect(try await notices(bench).count == 1)
    }
}
