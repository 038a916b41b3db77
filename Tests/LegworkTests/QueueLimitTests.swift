import LegworkTestKit
import Synchronization
import Testing

@testable import Legwork

@Suite("Queues with limits")
struct QueueLimitTests {
    private func running(_ bench: Bench, _ body: () async throws -> Void) async throws {
        let running = Task { try await bench.manager.run() }
        do { try await body() } catch {
            running.cancel()
            throw error
        }
        running.cancel()
        try await running.value
    }

    @Test("tasks that wait for tasks cannot fill the pool: who waits gives its place back, and the limits of its queue")
    func nested() async throws {
        let box = Lock<TaskManager?>(nil)
        let tool = ClosureTool(ToolDescriptor(name: "nest", description: "")) { arguments, context in
            let depth = arguments["depth"]?.int ?? 0
            guard depth > 0, let manager = box.withLock({ $0 }) else { return .text("leaf") }
            let child = try await manager.submit("nest", ["depth": JSONValue(depth - 1)], as: context.caller)
            let ended = try await manager.wait(for: child.id, atMost: .seconds(3600), in: context.caller.scope)
            return .text("\(depth) over \(ended.result?.text ?? "nothing")")
        }
        let bench = try Bench(tool) {
            $0.workers = 2
            $0.queuePolicies = ["default": QueuePolicy(perOwner: 1, perTool: 1)]
        }
        box.withLock { $0 = bench.manager }
        try await running(bench) {
            var ids: [TaskID] = []
            for _ in 0..<6 { ids.append(try await bench.manager.submit("nest", ["depth": 5], as: bench.alice).id) }
            let outcome = try await bench.manager.wait(for: ids, atMost: .seconds(3600), in: bench.alice.scope)
            #expect(outcome.settled.allSatisfy { $0.result?.text == "5 over 4 over 3 over 2 over 1 over leaf" })
        }
        box.withLock { $0 = nil }
    }

    @Test("a task that waits by calling a companion tool gives its place back as well")
    func nestedCall() async throws {
        let box = Lock<TaskManager?>(nil)
        let tool = ClosureTool(ToolDescriptor(name: "agent", description: "")) { _, context in
            guard let manager = box.withLock({ $0 }) else { return .error("no manager") }
            let child = try await manager.submit("echo", ["n": 1], as: context.caller)
            let answer = try await AmbientLineage.with(run: "r") {
                try await manager.call("await_task", ["task_id": .string(child.id.description)], as: context.caller)
            }
            return answer.result ?? .error("no result")
        }
        let bench = try Bench(tool, echo()) { $0.workers = 1 }
        try bench.manager.registerCompanionTools()
        box.withLock { $0 = bench.manager }
        try await running(bench) {
            let task = try await bench.manager.submit("agent", as: bench.alice)
            #expect(try await bench.end(of: task.id).status == .completed)
        }
        box.withLock { $0 = nil }
    }

    @Test("no more of a key are executed at once than its queue's policy allows, and all in the end")
    func perKey() async throws {
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
        let bench = try Bench(tool) {
            $0.workers = 8
            $0.queuePolicies = ["default": QueuePolicy(perKey: 2)]
        }
        try await running(bench) {
            var options = SubmitOptions()
            options.limitKey = "host-1"
            var ids: [TaskID] = []
            for _ in 0..<60 { ids.append(try await bench.manager.submit("work", as: bench.alice, options: options).id) }
            let outcome = try await bench.manager.wait(for: ids, atMost: .seconds(3600), in: bench.alice.scope)
            #expect(outcome.settled.allSatisfy { $0.status == .completed })
            #expect(counts.withLock { $0.most } <= 2)
        }
    }

    @Test("a rate of a key holds tasks back until there is a token, and the alarm wakes the pool then")
    func rate() async throws {
        let bench = try Bench(echo()) { $0.queuePolicies = ["default": QueuePolicy(rate: RateLimit(1, per: .seconds(10)))] }
        try await running(bench) {
            var options = SubmitOptions()
            options.limitKey = "api"
            var ids: [TaskID] = []
            for _ in 0..<3 { ids.append(try await bench.manager.submit("echo", as: bench.alice, options: options).id) }
            #expect(try await bench.end(of: ids[0]).status == .completed)
            #expect(try await bench.manager.task(ids[1], in: .operator).status == .queued)
            await bench.pass(.seconds(10))
            #expect(try await bench.end(of: ids[1]).status == .completed)
            #expect(try await bench.manager.task(ids[2], in: .operator).status == .queued)
            await bench.pass(.seconds(10))
            #expect(try await bench.end(of: ids[2]).status == .completed)
        }
    }

    @Test("a delayed task begins when its time comes, woken by it alone, also one that was there before the process")
    func delay() async throws {
        let bench = try Bench(echo())
        var options = SubmitOptions()
        options.delay = .seconds(60)
        let before = try await bench.manager.submit("echo", as: bench.alice, options: options)
        try await running(bench) {
            options.delay = .seconds(30)
            let after = try await bench.manager.submit("echo", as: bench.alice, options: options)
            #expect(after.notBefore == bench.clock.now + .seconds(30))
            await bench.pass(.seconds(30))
            #expect(try await bench.end(of: after.id).status == .completed)
            #expect(try await bench.manager.task(before.id, in: .operator).status == .queued)
            await bench.pass(.seconds(30))
            #expect(try await bench.end(of: before.id).status == .completed)
        }
    }

    @Test("times from the beginning to the end of time are taken as they are")
    func extremeTimes() async throws {
        let bench = try Bench(echo())
        try await running(bench) {
            var options = SubmitOptions()
            options.notBefore = Timestamp(milliseconds: .min)
            options.deadline = Timestamp(milliseconds: .max)
            let task = try await bench.manager.submit("echo", as: bench.alice, options: options)
            #expect(try await bench.end(of: task.id).status == .completed)
        }
    }

    @Test("a delayed task whose queue is paused does not keep the alarm from ringing for the next")
    func delayInPausedQueue() async throws {
        let bench = try Bench(echo())
        try await bench.manager.set("slow", to: .paused)
        try await running(bench) {
            var options = SubmitOptions()
            options.queue = "slow"
            options.delay = .seconds(10)
            let kept = try await bench.manager.submit("echo", as: bench.alice, options: options)
            options.queue = "default"
            options.delay = .seconds(20)
            let next = try await bench.manager.submit("echo", as: bench.alice, options: options)
            await bench.pass(.seconds(10))
            await bench.pass(.seconds(10))
            #expect(try await bench.end(of: next.id).status == .completed)
            #expect(try await bench.manager.task(kept.id, in: .operator).status == .queued)
        }
    }

    @Test("a paused queue keeps its tasks until it is open, a draining one refuses new ones, and a bad name is refused")
    func states() async throws {
        let bench = try Bench(echo())
        try await bench.manager.set("default", to: .paused)
        try await running(bench) {
            let kept = try await bench.manager.submit("echo", as: bench.alice)
            var options = SubmitOptions()
            options.queue = "other"
            let other = try await bench.manager.submit("echo", as: bench.alice, options: options)
            #expect(try await bench.end(of: other.id).status == .completed)
            #expect(try await bench.manager.queues() == [QueueStanding("default", .paused, ready: 1)])
            try await bench.manager.set("default", to: .draining)
            #expect(try await bench.end(of: kept.id).status == .completed)
            await #expect(throws: TaskManagerError.self) { try await bench.manager.submit("echo", as: bench.alice) }
            try await bench.manager.set("default", to: .open)
            #expect(try await bench.manager.queues() == [])
            await #expect(throws: TaskManagerError.self) { try await bench.manager.set("", to: .paused) }
        }
    }

    @Test("options that make no sense are refused before anything is written")
    func badOptions() async throws {
        let bench = try Bench(echo())
        let changes: [@Sendable (inout SubmitOptions) -> Void] = [
            { $0.delay = .seconds(-1) }, { $0.delay = .seconds(400 * 24 * 3600) }, { $0.deadline = Timestamp(milliseconds: 1) },
            { $0.limits.wall = .seconds(-1) }, { $0.limits.queue = .seconds(-1) }, { $0.limitKey = "" }, { $0.queue = "a\nb" },
        ]
        for change in changes {
            var options = SubmitOptions()
            change(&options)
            let wrong = options
            await #expect(throws: TaskManagerError.self) { try await bench.manager.submit("echo", as: bench.alice, options: wrong) }
        }
        #expect(try await bench.total() == 0)
    }

    @Test("one owner's hundred tasks do not hold up another's one")
    func fair() async throws {
        let order = Lock<[String]>([])
        let tool = ClosureTool(ToolDescriptor(name: "note", description: "")) { _, context in
            order.withLock { $0.append(context.caller.owner.name) }
            return .text("ok")
        }
        let bench = try Bench(tool) { $0.workers = 1 }
        var ids: [TaskID] = []
        for _ in 0..<100 { ids.append(try await bench.manager.submit("note", as: bench.alice).id) }
        ids.append(try await bench.manager.submit("note", as: bench.bob).id)
        try await running(bench) {
            _ = try await bench.manager.wait(for: ids, atMost: .seconds(3600), in: .operator)
            #expect((order.withLock { $0.firstIndex(of: "bob") } ?? .max) <= 1)
        }
    }
}
