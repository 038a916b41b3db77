import Legwork
import LegworkTestKit
import Testing

@Suite("Resuming")
struct ResumingTests {
    /// A tool that saves how far it came, and waits at the first attempt.
    private func steps(_ began: TestSignal, _ attempts: ObservedCount) -> ClosureTool {
        let schema: JSONValue = [
            "type": "object", "properties": ["goal": ["type": "integer"], "word": ["type": "string"]], "required": ["goal"],
        ]
        return ClosureTool(ToolDescriptor(name: "steps", description: "Counts.", inputSchema: schema)) { arguments, context in
            attempts.add()
            var step = context.checkpoint?.int ?? 0
            step += 1
            try await context.save(checkpoint: JSONValue(step))
            if context.attempt == 1 {
                began.fire()
                try await TestSignal().waitUnlessCancelled()
            }
            return .text("step \(step) of \(arguments["goal"]?.int ?? 0) \(arguments["word"]?.string ?? "")")
        }
    }

    /// A task that stands still because its process shut down, and the next process.
    private func stopped(_ attempts: ObservedCount = ObservedCount()) async throws -> (Bench, TaskRecord, TaskManager) {
        let began = TestSignal()
        let tool = steps(began, attempts)
        let bench = try Bench(tool)
        let record = try #require(
            try await bench.manager.call("steps", ["goal": 3, "word": "old"], as: bench.alice, options: .background).task
        )
        await began.wait()
        await bench.manager.shutdown()
        let next = TaskManager(store: bench.store, tools: try ToolRegistry([tool]), clock: bench.clock)
        let stopped = try await next.task(record.id, in: bench.alice.scope)
        #expect(stopped.status == .stopped)
        #expect(stopped.finishedAt == nil)
        return (bench, stopped, next)
    }

    @Test("goes on with the recorded arguments and the last checkpoint, and counts the attempt")
    func resume() async throws {
        let (bench, stopped, next) = try await stopped()
        let resumed = try await next.resume(stopped.id, in: bench.alice.scope)
        #expect(resumed.status == .running)
        #expect(resumed.attempts == 2)
        let ended = try await next.wait(for: stopped.id, atMost: .seconds(60), in: bench.alice.scope)
        #expect(ended.result?.text == "step 2 of 3 old")
        let kinds = try await next.events(EventQuery(of: stopped.id, in: bench.alice.scope)).map(\.kind)
        #expect(kinds.contains(.stopped) && kinds.contains(.resumed))
    }

    @Test("takes changed arguments in the place of the recorded ones, if they fit")
    func arguments() async throws {
        let (bench, stopped, next) = try await stopped()
        await #expect(throws: ToolError.self) { try await next.resume(stopped.id, with: ["goal": "far"], in: bench.alice.scope) }
        await #expect(throws: TaskManagerError.self) { try await next.resume(stopped.id, with: [1], in: bench.alice.scope) }
        #expect(try await next.task(stopped.id, in: bench.alice.scope).status == .stopped)
        _ = try await next.resume(stopped.id, with: ["word": "new"], in: bench.alice.scope)
        let ended = try await next.wait(for: stopped.id, atMost: .seconds(60), in: bench.alice.scope)
        #expect(ended.result?.text == "step 2 of 3 new")
    }

    @Test("of many at once starts one attempt")
    func race() async throws {
        let attempts = ObservedCount()
        let (bench, stopped, next) = try await stopped(attempts)
        let scope = bench.alice.scope
        let records = try await withThrowingTaskGroup(of: TaskRecord.self) { group in
            for _ in 0..<20 { group.addTask { try await next.resume(stopped.id, in: scope) } }
            return try await group.reduce(into: [TaskRecord]()) { $0.append($1) }
        }
        #expect(Set(records.map(\.attempts)) == [2])
        _ = try await next.wait(for: stopped.id, atMost: .seconds(60), in: scope)
        #expect(attempts.value == 2)
    }

    @Test("starts its attempt also when the store's answer was lost on its way")
    func lostAnswer() async throws {
        let attempts = ObservedCount()
        let (bench, stopped, next) = try await stopped(attempts)
        bench.store.fail(.commit, .after, times: 1)
        #expect(try await next.resume(stopped.id, in: bench.alice.scope).attempts == 2)
        let ended = try await next.wait(for: stopped.id, atMost: .seconds(60), in: bench.alice.scope)
        #expect(ended.status == .completed)
        #expect(attempts.value == 2)
    }

    @Test("is refused for finished tasks, other owners, and tools that cannot")
    func refusals() async throws {
        let (bench, stopped, next) = try await stopped()
        let foreign = await #expect(throws: TaskManagerError.self) { try await next.resume(stopped.id, in: bench.bob.scope) }
        #expect(foreign?.code == .notFound)
        let toolless = TaskManager(store: bench.store, clock: bench.clock)
        await #expect(throws: ToolError.self) { try await toolless.resume(stopped.id, in: bench.alice.scope) }
        let stubborn = echo {
            $0.name = "steps"
            $0.isResumable = false
        }
        let other = TaskManager(store: bench.store, tools: try ToolRegistry([stubborn]), clock: bench.clock)
        let refused = await #expect(throws: TaskManagerError.self) { try await other.resume(stopped.id, in: bench.alice.scope) }
        #expect(refused?.code == .notResumable)
        _ = try await next.cancel(stopped.id, in: bench.alice.scope)
        let finished = await #expect(throws: TaskManagerError.self) { try await next.resume(stopped.id, in: bench.alice.scope) }
        #expect(finished?.code == .finished)
    }

    @Test("happens by itself for what may, and asks about the rest")
    func automatic() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool, ScriptedTool(ToolDescriptor(name: "other", description: "Waits.")))
        let first = try await bench.background()
        let second = try await bench.background("other")
        let third = try await bench.background("other")
        let foreign = try #require(try await bench.manager.call("scripted", as: bench.bob, options: .background).task)
        await bench.manager.shutdown()
        let next = TaskManager(store: bench.store, tools: try ToolRegistry([ScriptedTool()]), clock: bench.clock)
        let (resumed, asked) = try await next.resumeStopped(of: bench.alice.owner) { task in
            task.id == second.id ? .ask : task.id == third.id ? .deny : .allow
        }
        #expect(resumed.map(\.id) == [first.id])
        #expect(asked.map(\.id) == [second.id])
        #expect(try await next.task(foreign.id, in: .operator).status == .stopped)
        // What its tool is not here for stays as it is, and is asked about.
        let all = try await next.resumeStopped(of: bench.alice.owner) { _ in .allow }
        #expect(all.resumed.isEmpty)
        #expect(all.asked.count == 2)
    }
}
