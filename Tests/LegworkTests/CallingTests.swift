import Legwork
import LegworkTestKit
import Synchronization
import Testing

@Suite("A call")
struct CallingTests {
    @Test("that finishes at once gives its result and leaves no trace")
    func inline() async throws {
        let bench = try Bench(echo())
        let outcome = try await bench.manager.call("echo", ["a": 1], as: bench.alice)
        #expect(outcome.result == .text("echo", structured: ["a": 1]))
        #expect(try await bench.total() == 0)
        #expect(bench.manager.liveTasks == 0)
    }

    @Test("that suspends but finishes within its window leaves no trace")
    func suspends() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        async let outcome = bench.manager.call("scripted", as: bench.alice)
        await tool.began.wait()
        tool.mayEnd.fire()
        #expect(try await outcome.result == .text("done"))
        #expect(try await bench.total() == 0)
    }

    @Test("that takes longer becomes a task, once, and goes on")
    func becomesTask() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        async let call = bench.manager.call("scripted", ["x": true], as: bench.alice)
        await bench.clock.sleeperDue(within: .seconds(10))
        bench.clock.advance(by: .seconds(10))
        let record = try #require(try await call.task)
        #expect(record.status == .running)
        #expect(record.attempts == 1)
        // Durable before the id is known.
        #expect(try await bench.store.task(TaskLookup(record.id, in: bench.alice.scope))?.arguments == ["x": true])
        #expect(bench.manager.liveTasks == 1)

        tool.mayEnd.fire()
        let ended = try await bench.manager.wait(for: record.id, atMost: .seconds(60), in: bench.alice.scope)
        #expect(ended.status == .completed)
        #expect(ended.result == .text("done"))
        #expect(ended.finishedAt != nil)
        #expect(bench.manager.liveTasks == 0)
        let kinds = try await bench.manager.events(EventQuery(of: record.id, in: bench.alice.scope)).map(\.kind)
        #expect(kinds == [.created, .started, .completed])
    }

    @Test("with its own window becomes a task then", arguments: [Duration.zero, .milliseconds(1), .seconds(3)])
    func ownWindow(window: Duration) async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        async let call = bench.manager.call("scripted", as: bench.alice, options: .window(window))
        if window > .zero {
            await bench.clock.sleeperDue(within: window)
            bench.clock.advance(by: window)
        }
        #expect(try await call.task?.status == .running)
        tool.mayEnd.fire()
    }

    @Test("in the background is a task from the start, even when it is quick")
    func background() async throws {
        let bench = try Bench(echo())
        let record = try #require(try await bench.manager.call("echo", ["a": 1], as: bench.alice, options: .background).task)
        let ended = try await bench.manager.wait(for: record.id, atMost: .seconds(60), in: bench.alice.scope)
        #expect(ended.status == .completed)
        #expect(ended.result?.structuredContent == ["a": 1])
    }

    @Test("of an eager tool is recorded before it starts, and still gives its result inline")
    func eager() async throws {
        let tool = ScriptedTool(ToolDescriptor(name: "scripted", description: "", durability: .eager))
        let bench = try Bench(tool)
        async let call = bench.manager.call("scripted", as: bench.alice)
        await tool.began.wait()
        #expect(try await bench.total() == 1)
        tool.mayEnd.fire()
        #expect(try await call.result == .text("done"))
        #expect(try await bench.manager.counts(in: .operator)[.completed] == 1)
    }

    @Test("of an eager tool that takes longer gives its task")
    func eagerWindow() async throws {
        let tool = ScriptedTool(ToolDescriptor(name: "scripted", description: "", durability: .eager))
        let bench = try Bench(tool)
        async let call = bench.manager.call("scripted", as: bench.alice)
        await bench.clock.sleeperDue(within: .seconds(10))
        bench.clock.advance(by: .seconds(10))
        let record = try #require(try await call.task)
        tool.mayEnd.fire()
        #expect(try await bench.manager.wait(for: record.id, atMost: .seconds(60), in: .operator).status == .completed)
        #expect(try await bench.total() == 1)
    }

    @Test(
        "is a task when its tool's policy says so",
        arguments: [
            (BackgroundPolicy.always, false, true), (.onRequest, true, true), (.automatic(after: .seconds(1)), false, true),
            (.onRequest, false, false), (.never, false, false), (.never, true, false),
        ]
    )
    func policies(policy: BackgroundPolicy, asks: Bool, becomesTask: Bool) async throws {
        let tool = ScriptedTool(ToolDescriptor(name: "scripted", description: "", background: policy))
        let bench = try Bench(tool)
        var options = CallOptions()
        options.inBackground = asks
        async let call = bench.manager.call("scripted", as: bench.alice, options: options)
        await tool.began.wait()
        if case .automatic = policy { await bench.clock.sleeperDue(within: .seconds(1)) }
        bench.clock.advance(by: .seconds(3600))
        if !becomesTask { tool.mayEnd.fire() }
        let outcome = try await call
        #expect((outcome.task != nil) == becomesTask)
        tool.mayEnd.fire()
    }

    @Test("of a tool that throws gives an error result, inline and as a task in the same words")
    func throwing() async throws {
        let tool = ClosureTool(ToolDescriptor(name: "bad", description: "")) { _, _ in throw ToolFault(description: "the disk is on fire") }
        let bench = try Bench(tool)
        let inline = try await bench.manager.call("bad", as: bench.alice)
        #expect(inline.result == .error("the disk is on fire"))

        let record = try #require(try await bench.manager.call("bad", as: bench.alice, options: .background).task)
        let ended = try await bench.manager.wait(for: record.id, atMost: .seconds(60), in: bench.alice.scope)
        #expect(ended.status == .failed)
        #expect(ended.reason == .toolError)
        #expect(ended.result == inline.result)
    }

    @Test("of an unknown tool says what was perhaps meant")
    func unknownTool() async throws {
        let bench = try Bench(echo())
        let error = await #expect(throws: ToolError.self) { try await bench.manager.call("ecko", as: bench.alice) }
        #expect(error?.code == .unknownTool)
        #expect(error?.message.contains("did you mean 'echo'") == true)
    }

    @Test("with a window that makes no sense is refused and starts nothing", arguments: [Duration.seconds(-1), .seconds(8 * 24 * 3600)])
    func badWindow(window: Duration) async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let error = await #expect(throws: TaskManagerError.self) {
            try await bench.manager.call("scripted", as: bench.alice, options: .window(window))
        }
        #expect(error?.code == .invalidArgument)
        #expect(!tool.began.hasFired)
    }

    @Test("whose texts or arguments could not be recorded is refused at once, though it might have been quick", arguments: 0..<8)
    func unrecordable(which: Int) async throws {
        let bench = try Bench(echo()) { $0.maximumArgumentBytes = 1000 }
        let long = String(repeating: "x", count: 257)
        var caller = bench.alice
        var options = CallOptions()
        var arguments: JSONValue = [:]
        switch which {
        case 0: caller.owner = Owner(long)
        case 1: caller.origin = Caller.Origin(platform: long)
        case 2: caller.origin = Caller.Origin(channel: "a\nb")
        case 3: caller.origin = Caller.Origin(user: long)
        case 4: options.lineage = Lineage(run: long)
        case 5: options.lineage = Lineage(call: "")
        case 6: arguments = ["text": .string(String(repeating: "x", count: 1001))]
        default: arguments = ["deep": nested(1000)]
        }
        let chosen = (caller, options, arguments)
        let error = await #expect(throws: TaskManagerError.self) {
            try await bench.manager.call("echo", chosen.2, as: chosen.0, options: chosen.1)
        }
        #expect(error?.code == .invalidArgument)
        let again = await #expect(throws: TaskManagerError.self) {
            var options = SubmitOptions()
            options.lineage = chosen.1.lineage
            _ = try await bench.manager.submit("echo", chosen.2, as: chosen.0, options: options)
        }
        #expect(again?.code == .invalidArgument)
        #expect(try await bench.total() == 0)
    }

    @Test("whose tool throws a cancellation though nobody cancelled is an error, inline and as a task in the same words")
    func stopsItself() async throws {
        let bench = try Bench(ClosureTool(ToolDescriptor(name: "moody", description: "")) { _, _ in throw CancellationError() })
        let inline = try #require(try await bench.manager.call("moody", as: bench.alice).result)
        #expect(inline == .error("the tool stopped itself, though nobody asked it to"))
        let record = try await bench.background("moody")
        let ended = try await bench.end(of: record.id)
        #expect(ended.status == .failed)
        #expect(ended.result == inline)
    }

    @Test("that `prepare` refuses is neither recorded nor started")
    func prepare() async throws {
        struct Picky: Tool {
            let descriptor = ToolDescriptor(name: "picky", description: "", durability: .eager)
            func prepare(_ arguments: JSONValue) throws { throw ToolFault(description: "not today") }
            func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult { .text("ran") }
        }
        let bench = try Bench(Picky())
        let error = await #expect(throws: ToolError.self) { try await bench.manager.call("picky", as: bench.alice, options: .background) }
        #expect(error?.message == "not today")
        #expect(try await bench.total() == 0)
    }

    @Test("reports reach the waiting caller and, once it is a task, the record")
    func reports() async throws {
        let heard = Lock<[ToolReport]>([])
        let reported = TestSignal()
        let mayReportAgain = TestSignal()
        let mayEnd = TestSignal()
        let tool = ClosureTool(ToolDescriptor(name: "busy", description: "")) { _, context in
            context.progress(1, of: 10, "one")
            reported.fire()
            await mayReportAgain.wait()
            context.progress(5, of: 10, "five")
            context.emit("half", data: ["n": 5])
            try await context.save(checkpoint: ["at": 5])
            await mayEnd.wait()
            return .text("ok")
        }
        let bench = try Bench(tool)
        var options = CallOptions()
        options.onReport = { report in heard.withLock { $0.append(report) } }
        async let call = bench.manager.call("busy", as: bench.alice, options: options)
        await reported.wait()
        await bench.clock.sleeperDue(within: .seconds(10))
        bench.clock.advance(by: .seconds(10))
        let record = try #require(try await call.task)
        #expect(record.progress == TaskProgress(done: 1, total: 10))
        #expect(record.statusMessage == "one")
        #expect(heard.withLock { $0.map(\.message) } == ["one"])

        mayReportAgain.fire()
        try await bench.manager.watch(record.id, in: bench.alice.scope) { $0.checkpoint == nil }
        let now = try await bench.manager.task(record.id, in: bench.alice.scope)
        #expect(now.progress == TaskProgress(done: 5, total: 10))
        #expect(now.checkpoint == ["at": 5])
        #expect(heard.withLock { $0.count } == 1)
        mayEnd.fire()
        let ended = try await bench.manager.wait(for: record.id, atMost: .seconds(60), in: bench.alice.scope)
        #expect(ended.status == .completed)
        let events = try await bench.manager.events(EventQuery(of: record.id, in: bench.alice.scope))
        #expect(events.contains { $0.kind == .custom && $0.text == "half" })
        #expect(events.map(\.sequence) == Array(1...events.count))
    }

    @Test("with the name of a live task is refused; the name is free when that one has ended")
    func names() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool, echo())
        var options = CallOptions.background
        options.name = "nightly"
        let first = try #require(try await bench.manager.call("scripted", as: bench.alice, options: options).task)
        let named = options
        let error = await #expect(throws: TaskManagerError.self) { try await bench.manager.call("echo", as: bench.alice, options: named) }
        #expect(error?.code == .nameTaken)
        _ = try await bench.manager.call("echo", as: bench.bob, options: options)
        tool.mayEnd.fire()
        _ = try await bench.manager.wait(for: first.id, atMost: .seconds(60), in: .operator)
        #expect(try await bench.manager.call("echo", as: bench.alice, options: options).task != nil)
    }

    @Test("with a result that is too large ends with an error that says so")
    func largeResult() async throws {
        let tool = ClosureTool(ToolDescriptor(name: "big", description: "")) { _, _ in .text(String(repeating: "x", count: 5000)) }
        let bench = try Bench(tool) { $0.maximumResultBytes = 1000 }
        let record = try #require(try await bench.manager.call("big", as: bench.alice, options: .background).task)
        let ended = try await bench.manager.wait(for: record.id, atMost: .seconds(60), in: .operator)
        #expect(ended.status == .failed)
        #expect(ended.result?.text.contains("more than the 1000 that are kept") == true)
    }

    @Test("in its window asks the store for nothing, however many tasks there are")
    func asksNothing() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool, echo())
        for _ in 0..<100 { _ = try await bench.manager.submit("echo", as: bench.alice) }
        let before = StoreOperation.allCases.map { bench.store.count(of: $0) }
        #expect(try await bench.manager.call("echo", as: bench.alice).result != nil)
        async let outcome = bench.manager.call("scripted", as: bench.alice)
        await tool.began.wait()
        tool.mayEnd.fire()
        #expect(try await outcome.result != nil)
        #expect(StoreOperation.allCases.map { bench.store.count(of: $0) } == before)
    }

    @Test("that goes on as a task keeps what it was made with, whatever its caller does next")
    func ownContext() async throws {
        let (mayLook, began) = (TestSignal(), Sayings<Void>())
        let tool = ClosureTool(ToolDescriptor(name: "slow", description: "")) { arguments, context in
            began.add(())
            await mayLook.wait()
            let lineage = context.lineage.run ?? ""
            return .text("\(context.caller.origin?.channel ?? "") \(lineage) \(arguments["n"]?.int ?? 0) \(context.taskID)")
        }
        let bench = try Bench(tool)
        var caller = bench.alice
        var options = CallOptions.background
        var records: [TaskRecord] = []
        for number in 1...2 {
            caller.origin = Caller.Origin(channel: "channel-\(number)")
            options.lineage.run = "run-\(number)"
            records.append(try #require(try await bench.manager.call("slow", ["n": JSONValue(number)], as: caller, options: options).task))
        }
        await began.first(2)
        caller.origin = nil
        mayLook.fire()
        for (number, record) in zip(1..., records) {
            #expect(try await bench.end(of: record.id).result?.text == "channel-\(number) run-\(number) \(number) \(record.id)")
        }
    }

    @Test("that is over hears no more of what its tool left behind")
    func leftovers() async throws {
        let kept = Sayings<ToolContext>()
        let tool = ClosureTool(ToolDescriptor(name: "loose", description: "")) { _, context in
            kept.add(context)
            return .text("ok")
        }
        let bench = try Bench(tool)
        let record = try await bench.background("loose")
        let ended = try await bench.end(of: record.id)
        let context = try #require(kept.all.first)
        context.progress(1, of: 2, "still here")
        context.emit("and here")
        try? await context.save(checkpoint: 1)
        _ = try? await context.notify("hello")
        bench.clock.advance(by: .seconds(60))
        for _ in 0..<20 { await Task.yield() }
        #expect(try await bench.manager.task(record.id, in: .operator) == ended)
        #expect(try await bench.events(of: record.id).map(\.kind) == [.created, .started, .completed])
    }

    @Test("a thousand calls at once each give their own result")
    func concurrent() async throws {
        let bench = try Bench(echo())
        let sum = try await withThrowingTaskGroup { group in
            for n in 0..<1000 {
                group.addTask {
                    try await bench.manager.call("echo", ["n": JSONValue(n)], as: bench.alice).result?.structuredContent?["n"]?.int
                }
            }
            return try await group.reduce(0) { $0 + ($1 ?? 0) }
        }
        #expect(sum == 999 * 1000 / 2)
    }
}
