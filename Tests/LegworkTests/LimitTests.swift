import LegworkTestKit
import Synchronization
import Testing

@testable import Legwork

@Suite("A queued task that takes too long")
struct LimitTests {
    private func running(_ bench: Bench, _ body: () async throws -> Void) async throws {
        let running = Task { try await bench.manager.run() }
        do { try await body() } catch {
            running.cancel()
            throw error
        }
        running.cancel()
        try await running.value
    }

    @Test("in its queue fails there, found by a deadline, and the queue goes on", arguments: [true, false])
    func queueLimit(isDeadline: Bool) async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool, echo()) { $0.workers = 1 }
        try await running(bench) {
            let busy = try await bench.manager.submit("scripted", as: bench.alice)
            await tool.began.wait()
            var options = SubmitOptions()
            if isDeadline { options.deadline = bench.clock.now + .seconds(30) } else { options.limits.queue = .seconds(30) }
            let late = try await bench.manager.submit("echo", as: bench.alice, options: options)
            let patient = try await bench.manager.submit("echo", as: bench.alice)
            #expect(late.waitsUntil == bench.clock.now + .seconds(30))
            await bench.pass(.seconds(30))
            let ended = try await bench.end(of: late.id)
            #expect(ended.status == .failed)
            #expect(ended.reason == .queueLimit)
            #expect(ended.attempts == 0)
            #expect(ended.failure?.contains(isDeadline ? "deadline" : "longer than it may") == true)
            #expect(try await bench.manager.task(patient.id, in: .operator).status == .queued)
            tool.mayEnd.fire()
            #expect(try await bench.end(of: patient.id).status == .completed)
            #expect(try await bench.end(of: busy.id).status == .completed)
        }
    }

    @Test(
        "in all, or without a sign of life, is stopped and fails for that reason; its worker is free for the next",
        arguments: [(TaskReason.wallLimit, true), (.wallLimit, false), (.idleLimit, true), (.idleLimit, false)]
    )
    func attemptLimits(reason: TaskReason, obeys: Bool) async throws {
        let tool = ScriptedTool(obeysCancel: obeys)
        let bench = try Bench(tool, echo()) { $0.workers = 1 }
        try await running(bench) {
            var options = SubmitOptions()
            options.limits =
                reason == .wallLimit ? TaskLimits(wall: .seconds(20), idle: .zero) : TaskLimits(wall: .zero, idle: .seconds(20))
            let task = try await bench.manager.submit("scripted", as: bench.alice, options: options)
            await tool.began.wait()
            let next = try await bench.manager.submit("echo", as: bench.alice)
            await bench.pass(.seconds(20))
            await tool.noticedCancel.wait()
            if !obeys { await bench.pass(.seconds(5)) }
            let ended = try await bench.end(of: task.id)
            #expect(ended.status == .failed)
            #expect(ended.reason == reason)
            #expect(ended.failure != nil)
            #expect(try await bench.end(of: next.id).status == .completed)
            tool.mayEnd.fire()
        }
    }

    @Test("has half an hour, or two minutes without a sign of life, where nobody says otherwise; a call has no limit")
    func standard() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        #expect(bench.manager.configuration.queuedTaskLimits == TaskLimits(wall: .seconds(1800), idle: .seconds(120)))
        let call = try await bench.background()
        await tool.began.wait()
        #expect(bench.manager.engine.live[call.id]?.state.withLock { $0.kept?.limits == nil } == true)
        tool.mayEnd.fire()
        _ = try await bench.end(of: call.id)
    }

    @Test("is tried again where its policy says so, and the reason is told")
    func retried() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        try await running(bench) {
            var options = SubmitOptions()
            options.limits.wall = .seconds(20)
            options.retry = RetryPolicy(attempts: 2, first: .zero, jitter: 0)
            let task = try await bench.manager.submit("scripted", as: bench.alice, options: options)
            await tool.began.wait()
            await bench.pass(.seconds(20))
            await tool.noticedCancel.wait()
            tool.mayEnd.fire()
            let ended = try await bench.end(of: task.id)
            #expect(ended.status == .completed)
            #expect(ended.attempts == 2)
            #expect(try await bench.events(of: task.id).first { $0.kind == .requeued }?.data?["reason"] == "wall_limit")
        }
    }

    @Test("is not idle while it waits for an answer, or for a tool call that it made")
    func notIdle() async throws {
        let called = TestSignal()
        let mayEnd = TestSignal()
        let tool = ClosureTool(ToolDescriptor(name: "agent", description: "")) { _, context in
            _ = try await context.ask("may I?", schema: nil, key: nil)
            context.emit("calls shell", data: ["kind": "tool_call", "call_id": "c1", "phase": "started"])
            called.fire()
            await mayEnd.wait()
            context.emit("shell ended", data: ["kind": "tool_call", "call_id": "c1", "phase": "ended"])
            return .text("done")
        }
        let bench = try Bench(tool)
        try await running(bench) {
            var options = SubmitOptions()
            options.limits = TaskLimits(wall: .zero, idle: .seconds(20))
            let task = try await bench.manager.submit("agent", as: bench.alice, options: options)
            let asking = try await bench.end(of: task.id)
            #expect(asking.status == .inputRequired)
            for _ in 0..<3 { await bench.pass(.seconds(20)) }
            let key = try #require(try await bench.manager.task(task.id, in: .operator).openInputs.first?.key)
            _ = try await bench.manager.answer(task.id, [key: "yes"], in: bench.alice.scope)
            await called.wait()
            for _ in 0..<3 { await bench.pass(.seconds(20)) }
            #expect(try await bench.manager.task(task.id, in: .operator).status == .running)
            mayEnd.fire()
            #expect(try await bench.end(of: task.id).status == .completed)
        }
    }

    @Test("is not idle while a tool that it called itself works")
    func notIdleInCall() async throws {
        let called = ScriptedTool(ToolDescriptor(name: "called", description: "", background: .never))
        let box = Lock<TaskManager?>(nil)
        let tool = ClosureTool(ToolDescriptor(name: "calling", description: "")) { _, context in
            let manager = box.withLock { $0 }
            return try await manager?.call("called", as: context.caller).result ?? .error("it was no result")
        }
        let bench = try Bench(tool, called)
        box.withLock { $0 = bench.manager }
        try await running(bench) {
            var options = SubmitOptions()
            options.limits = TaskLimits(wall: .zero, idle: .seconds(20))
            let task = try await bench.manager.submit("calling", as: bench.alice, options: options)
            await called.began.wait()
            for _ in 0..<3 { await bench.pass(.seconds(20)) }
            #expect(try await bench.manager.task(task.id, in: .operator).status == .running)
            called.mayEnd.fire()
            #expect(try await bench.end(of: task.id).status == .completed)
        }
        box.withLock { $0 = nil }
    }
}
