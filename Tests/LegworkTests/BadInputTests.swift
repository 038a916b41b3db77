import Legwork
import LegworkTestKit
import Testing

/// What tools and callers do wrong harms nobody else. Where bad input belongs to one feature, its test is with the others of that feature;
/// docs/coverage.md names them all.
@Suite("Bad input")
struct BadInputTests {
    @Test("a tool that says a million things, and reports its progress as often, holds up nobody, and little of it is held")
    func flood() async throws {
        let (began, mayFlood) = (TestSignal(), TestSignal())
        let flood = ClosureTool(ToolDescriptor(name: "flood", description: "")) { _, context in
            context.emit("the first")
            began.fire()
            await mayFlood.wait()
            for number in 0..<1_000_000 {
                context.emit("again")
                context.progress(Double(number), of: 1_000_000, "still at it")
            }
            return .text("done")
        }
        let bench = try Bench(flood, echo())
        let record = try await bench.background("flood")
        await began.wait()
        mayFlood.fire()
        // Others go on meanwhile.
        for number in 0..<100 {
            let answer = try await bench.manager.call("echo", ["n": JSONValue(number)], as: bench.alice)
            #expect(answer.result?.structuredContent == ["n": JSONValue(number)])
        }
        let ended = try await bench.end(of: record.id)
        #expect(ended.status == .completed)
        #expect(ended.result == .text("done"))
        #expect(ended.progress == TaskProgress(done: 999_999, total: 1_000_000))
        // Nothing was written before the end: the first thousand were held, the rest was counted.
        #expect(bench.store.count(of: .commit) == 1)
        let events = try await bench.events(of: record.id)
        #expect(events.contains { $0.text == "the first" })
        #expect(events.contains { $0.text == "999001 more came faster than they could be written" })
        #expect(events.count <= TimelineLimit.standard.first + TimelineLimit.standard.newest + 1)
        #expect(events.last?.kind == .completed)
    }

    @Test("a tool that says large things faster than they can be written leaves a few megabytes of them", arguments: [true, false])
    func largeFlood(asData: Bool) async throws {
        let large = String(repeating: "x", count: asData ? 60_000 : 1_000_000)
        let flood = ClosureTool(ToolDescriptor(name: "flood", description: "")) { _, context in
            for number in 0..<1000 {
                if asData { context.emit(data: .string("\(number) " + large)) } else { context.emit("\(number) " + large) }
            }
            return .text("done")
        }
        let bench = try Bench(flood)
        let record = try await bench.background("flood")
        #expect(try await bench.end(of: record.id).status == .completed)
        let events = try await bench.events(of: record.id)
        let bytes = events.reduce(0) { $0 + ($1.text?.utf8.count ?? 0) + ($1.data?.string?.utf8.count ?? 0) }
        #expect(bytes < 5_000_000)
        if asData { #expect(events.contains { $0.text?.contains("more came faster") == true }) }
    }

    @Test("a tool that throws ten megabytes of words leaves their beginning")
    func largeError() async throws {
        let words = "it went wrong: " + String(repeating: "x", count: 10_000_000)
        let bench = try Bench(ClosureTool(ToolDescriptor(name: "bad", description: "")) { _, _ in throw ToolFault(description: words) })
        let inline = try #require(try await bench.manager.call("bad", as: bench.alice).result)
        #expect(inline.isError)
        #expect(inline.text.hasPrefix("it went wrong: xxx"))
        #expect(inline.text.utf8.count <= 64 << 10)
        #expect(try await bench.end(of: bench.background("bad").id).result == inline)
    }

    @Test("a tool that ignores its cancel keeps nobody but itself, and a second one beside it neither")
    func stubborn() async throws {
        let tool = ScriptedTool(obeysCancel: false)
        let bench = try Bench(tool, echo()) { $0.workers = 1 }
        let running = Task { try await bench.manager.run() }
        let stuck = try await bench.manager.submit("scripted", as: bench.alice)
        let next = try await bench.manager.submit("echo", as: bench.alice)
        await tool.began.wait()
        #expect(try await bench.manager.cancel(stuck.id, in: bench.alice.scope).disposition == .requested)
        #expect(try await bench.manager.call("echo", as: bench.alice).result != nil)
        await tool.noticedCancel.wait()
        await bench.pass(.seconds(5))
        // The only worker is free again, though the tool still sits there.
        #expect(try await bench.end(of: next.id).status == .completed)
        #expect(try await bench.end(of: stuck.id).reason == .cancelForced)
        tool.mayEnd.fire()
        await bench.manager.shutdown()
        try await running.value
    }

    @Test("a reserved name is refused however a task is made", arguments: ["parent", "self", "all", "broadcast", "agent:x", "task_abcd"])
    func reservedNames(_ name: String) async throws {
        let bench = try Bench(echo())
        var call = CallOptions()
        call.name = name
        var submission = SubmitOptions()
        submission.name = name
        let (manager, alice, callOptions, submitOptions) = (bench.manager, bench.alice, call, submission)
        let ways: [@Sendable () async throws -> Void] = [
            { _ = try await manager.call("echo", as: alice, options: callOptions) },
            { _ = try await manager.submit("echo", as: alice, options: submitOptions) },
            { _ = try await manager.spawn("x", as: alice, options: .named(name)) { _ in .text("") } },
            { _ = try await manager.spawnAgent("x", as: alice, options: .named(name)) { _ in .text("") } },
        ]
        for way in ways {
            let error = await #expect(throws: TaskManagerError.self) { try await way() }
            #expect(error?.code == .invalidArgument)
            #expect(error?.message.contains("'\(name)'") == true)
        }
        #expect(try await bench.total() == 0)
    }
}
