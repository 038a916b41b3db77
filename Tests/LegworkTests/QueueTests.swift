import LegworkTestKit
import Synchronization
import Testing

@testable import Legwork

@Suite("The queue")
struct QueueTests {
    @Test("executes what was submitted, before and after it runs")
    func executes() async throws {
        let bench = try Bench(echo())
        let before = try await bench.manager.submit("echo", ["n": 1], as: bench.alice)
        #expect(before.status == .queued)
        let running = Task { try await bench.manager.run() }
        let after = try await bench.manager.submit("echo", ["n": 2], as: bench.alice)
        let outcome = try await bench.manager.wait(for: [before.id, after.id], atMost: .seconds(60), in: bench.alice.scope)
        #expect(outcome.settled.map { $0.result?.structuredContent?["n"] } == [1, 2])
        #expect(outcome.settled.allSatisfy { $0.status == .completed && $0.attempts == 1 })
        running.cancel()
        try await running.value
    }

    @Test("executes no more at once than it has workers, and all in the end")
    func bounded() async throws {
        let counts = Lock((now: 0, most: 0))
        let tool = ClosureTool(ToolDescriptor(name: "work", description: "")) { _, _ in
            counts.withLock { counts in
                counts.now += 1
                counts.most = max(counts.most, counts.now)
            }
            for _ in 0..<5 { await Task.yield() }
            counts.withLock { $0.now -= 1 }
            return .text("ok")
        }
        let bench = try Bench(tool) { $0.workers = 3 }
        var ids: [TaskID] = []
        for _ in 0..<100 { ids.append(try await bench.manager.submit("work", as: bench.alice).id) }
        let running = Task { try await bench.manager.run() }
        let outcome = try await bench.manager.wait(for: ids, atMost: .seconds(600), in: bench.alice.scope)
        #expect(outcome.settled.allSatisfy { $0.status == .completed })
        #expect(counts.withLock { $0.most } <= 3)
        running.cancel()
        try await running.value
    }

    @Test("goes by priority, then by age")
    func order() async throws {
        let order = Lock<[Int]>([])
        let tool = ClosureTool(ToolDescriptor(name: "note", description: "")) { arguments, _ in
            order.withLock { $0.append(arguments["n"]?.int ?? -1) }
            return .text("ok")
        }
        let bench = try Bench(tool) { $0.workers = 1 }
        var ids: [TaskID] = []
        for (n, priority) in [(1, 0), (2, 5), (3, 0), (4, 5), (5, -1)] {
            var options = SubmitOptions()
            options.priority = priority
            ids.append(try await bench.manager.submit("note", ["n": JSONValue(n)], as: bench.alice, options: options).id)
        }
        let running = Task { try await bench.manager.run() }
        _ = try await bench.manager.wait(for: ids, atMost: .seconds(60), in: bench.alice.scope)
        #expect(order.withLock { $0 } == [2, 4, 1, 3, 5])
        running.cancel()
        try await running.value
    }

    @Test("an idempotency key gives the first submission's task")
    func idempotency() async throws {
        let bench = try Bench(echo())
        var options = SubmitOptions()
        options.idempotencyKey = "once"
        let first = try await bench.manager.submit("echo", as: bench.alice, options: options)
        #expect(try await bench.manager.submit("echo", as: bench.alice, options: options).id == first.id)
        #expect(try await bench.manager.submit("echo", as: bench.bob, options: options).id != first.id)
    }

    @Test("a tool that is not there any more fails its task and nothing else")
    func unknownTool() async throws {
        let bench = try Bench(echo())
        let lost = try await bench.manager.submit("echo", as: bench.alice)
        let other = TaskManager(store: bench.store, tools: ToolRegistry(), clock: bench.clock)
        let running = Task { try await other.run() }
        let ended = try await other.wait(for: lost.id, atMost: .seconds(60), in: .operator)
        #expect(ended.status == .failed)
        #expect(ended.reason == .unknownTool)
        #expect(ended.failure?.contains("no tool named 'echo'") == true)
        running.cancel()
        try await running.value
    }

    @Test(
        "what a process that is gone was executing goes on, stops or fails, as its tool wants it",
        arguments: [
            (RecoveryPolicy.restart, TaskStatus.queued, 0), (.stop, .stopped, 1), (.adopt, .stopped, 1), (.fail, .failed, 1),
        ]
    )
    func recovery(policy: RecoveryPolicy, status: TaskStatus, attempts: Int) async throws {
        let tool = ScriptedTool(ToolDescriptor(name: "scripted", description: "", recovery: policy))
        let bench = try Bench(tool)
        let record = try #require(try await bench.manager.call("scripted", as: bench.alice, options: .background).task)
        // Another process opens the store: the first one must be gone.
        let next = TaskManager(store: bench.store, tools: ToolRegistry(), clock: bench.clock)
        try await next.engine.recoverLostTasks()
        let found = try await next.task(record.id, in: .operator)
        #expect(found.status == status)
        #expect(found.reason == .orphaned)
        #expect(found.attempts == attempts)
        #expect(found.lease == nil)
        // The first process was not gone after all: its result changes nothing.
        tool.mayEnd.fire()
        await bench.manager.engine.live.drained()
        #expect(try await next.task(record.id, in: .operator).status == status)
    }

    @Test("a process changes at its start what was lost, and nothing else")
    func quietStart() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool, echo())
        let done = try await bench.background("echo")
        var others = [try await bench.end(of: done.id)]
        others.append(try await bench.manager.submit("echo", as: bench.alice))
        let lost = try await bench.background()
        let writes = StoreOperation.allCases.filter(\.isWrite)
        let before = writes.map { bench.store.count(of: $0) }.reduce(0, +)
        let next = TaskManager(store: bench.store, tools: ToolRegistry(), clock: bench.clock)
        #expect(try await next.recover() == 1)
        #expect(writes.map { bench.store.count(of: $0) }.reduce(0, +) == before + 1)
        for record in others { #expect(try await next.task(record.id, in: .operator) == record) }
        #expect(try await next.task(lost.id, in: .operator).status == .stopped)
        tool.mayEnd.fire()
        await bench.manager.engine.live.drained()
    }

    @Test("a store that gives nothing is asked again after a second, by one alarm however often it has failed")
    func failingClaims() async throws {
        let (problems, heard) = AsyncStream.makeStream(of: Void.self)
        let bench = try Bench(echo()) {
            $0.onProblem = { if $0.contains("no task can be taken") { heard.yield() } }
        }
        var failures = problems.makeAsyncIterator()
        bench.store.fail(.claim)
        let running = Task { try await bench.manager.run() }
        for _ in 0..<2 {
            await failures.next()
            bench.manager.engine.workers.wake()
        }
        let deadlines = bench.manager.engine.deadlines.count
        for _ in 0..<20 {
            await failures.next()
            bench.manager.engine.workers.wake()
        }
        #expect(bench.manager.engine.deadlines.count <= deadlines)
        await failures.next()
        let task = try await bench.manager.submit("echo", as: bench.alice)
        bench.store.heal()
        await bench.pass(.seconds(1))
        #expect(try await bench.end(of: task.id).status == .completed)
        running.cancel()
        try await running.value
    }
}
