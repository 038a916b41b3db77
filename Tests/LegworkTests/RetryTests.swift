import LegworkTestKit
import Synchronization
import Testing

@testable import Legwork

@Suite("A task that fails")
struct RetryTests {
    /// A tool that does what a test says, attempt by attempt.
    private static func tool(
        retry: RetryPolicy? = nil,
        _ body: @escaping @Sendable (Int, ToolContext) async throws -> ToolResult
    ) -> ClosureTool {
        ClosureTool(ToolDescriptor(name: "flaky", description: "Fails at first.", retry: retry)) { _, context in
            try await body(context.attempt, context)
        }
    }

    private static let steady = RetryPolicy(attempts: 3, first: .seconds(10), factor: 2, jitter: 0)

    /// Runs a manager around a body.
    private func running(_ bench: Bench, _ body: () async throws -> Void) async throws {
        let running = Task { try await bench.manager.run() }
        do { try await body() } catch {
            running.cancel()
            throw error
        }
        running.cancel()
        try await running.value
    }

    /// Waits until the record is as a test wants it.
    private func record(_ id: TaskID, of bench: Bench, where fits: @escaping @Sendable (TaskRecord) -> Bool) async throws -> TaskRecord {
        var found: TaskRecord?
        let watch = bench.manager.engine.watchers.watch([id], for: .changed)
        defer { watch.end() }
        var signals = watch.signals.makeAsyncIterator()
        while true {
            let record = try await bench.manager.task(id, in: .operator)
            found = record
            if fits(record) { return record }
            guard await signals.next() != nil else { break }
        }
        return try #require(found)
    }

    @Test("is tried again after the pauses of its policy, each attempt counted and told, and completes")
    func again() async throws {
        let bench = try Bench(
            Self.tool(retry: Self.steady) { attempt, _ in
                if attempt < 3 { throw ToolFault(description: "the net is down (\(attempt))") }
                return .text("done at \(attempt)")
            }
        )
        try await running(bench) {
            let task = try await bench.manager.submit("flaky", as: bench.alice)
            let first = try await record(task.id, of: bench) { $0.status == .queued && $0.attempts == 1 }
            #expect(first.notBefore == bench.clock.now + .seconds(10))
            #expect(first.reason == .toolError)
            await bench.pass(.seconds(10))
            let second = try await record(task.id, of: bench) { $0.status == .queued && $0.attempts == 2 }
            #expect(second.notBefore == bench.clock.now + .seconds(20))
            await bench.pass(.seconds(20))
            let ended = try await bench.end(of: task.id)
            #expect(ended.status == .completed)
            #expect(ended.attempts == 3)
            #expect(ended.result?.text == "done at 3")
            let requeued = try await bench.events(of: task.id).filter { $0.kind == .requeued }
            #expect(requeued.map(\.text) == ["the net is down (1)", "the net is down (2)"])
            #expect(requeued.first?.data?["next_at"]?.string == first.notBefore?.description)
            #expect(try await bench.store.notices(NoticeQuery(in: bench.alice.scope)).map(\.kind) == [.completed])
        }
    }

    @Test("fails for good when its attempts are used up, stays visible, and can be tried once more by hand")
    func dead() async throws {
        let mayWork = Lock(false)
        let policy = RetryPolicy(attempts: 2, first: .zero, jitter: 0)
        let bench = try Bench(
            Self.tool(retry: policy) { attempt, _ in
                if mayWork.withLock({ $0 }) { return .text("done") }
                throw ToolFault(description: "broken")
            }
        )
        try await running(bench) {
            let task = try await bench.manager.submit("flaky", as: bench.alice)
            let dead = try await bench.end(of: task.id)
            #expect(dead.status == .failed)
            #expect(dead.reason == .toolError)
            #expect(dead.attempts == 2)
            #expect(dead.result?.text == "broken")
            #expect(try await bench.manager.tasks(TaskQuery(in: bench.alice.scope, statuses: [.failed])).tasks.map(\.id) == [task.id])
            await #expect(throws: TaskManagerError.self) { try await bench.manager.retry(task.id, in: bench.bob.scope) }
            mayWork.withLock { $0 = true }
            try await bench.manager.retry(task.id, in: bench.alice.scope)
            let ended = try await bench.end(of: task.id)
            #expect(ended.status == .completed)
            #expect(ended.attempts == 3)
            #expect(ended.failure == nil)
            do {
                try await bench.manager.retry(task.id, in: bench.alice.scope)
                Issue.record("a completed task was tried again")
            } catch let error as TaskManagerError {
                #expect(error.code == .notRetriable)
            }
        }
    }

    @Test("is not tried once more when that would be late, and says so; what the manager itself calls is tried as any other")
    func onceMore() async throws {
        let bench = try Bench(Self.tool { _, _ in throw ToolFault(description: "broken") })
        try await running(bench) {
            var options = SubmitOptions()
            options.deadline = bench.clock.now + .seconds(60)
            let task = try await bench.manager.submit("flaky", as: bench.alice, options: options)
            _ = try await bench.end(of: task.id)
            try await bench.manager.retry(task.id, in: .operator)
            #expect(try await bench.end(of: task.id).attempts == 2)
            await bench.pass(.seconds(60))
            do {
                try await bench.manager.retry(task.id, in: .operator)
                Issue.record("a task whose deadline has passed was tried again")
            } catch let error as TaskManagerError {
                #expect(error.code == .notRetriable)
                #expect(error.message.contains("deadline"))
            }

            let reminder = TaskRecord(
                id: .random(),
                tool: "reminder",
                title: "Reminder",
                caller: bench.alice,
                arguments: ["message": "now", "to": .string(TaskID.random().description)],
                createdAt: bench.clock.now
            )
            _ = try await bench.store.insert(InsertRequest(reminder, events: []))
            bench.manager.engine.workers.wake()
            #expect(try await bench.end(of: reminder.id).status == .failed)
            try await bench.manager.retry(reminder.id, in: .operator)
            #expect(try await bench.end(of: reminder.id).attempts == 2)
        }
    }

    @Test("is tried when its error says, and not at all when its error says so", arguments: [true, false])
    func errorDecides(throwing: Bool) async throws {
        let bench = try Bench(
            Self.tool(retry: Self.steady) { attempt, _ in
                guard throwing else {
                    var result = ToolResult.error("busy")
                    result.meta = attempt == 1 ? ["legwork/retry_after_ms": 90_000] : ["legwork/retry": false]
                    return result
                }
                if attempt == 1 { throw RetryAfter(.seconds(90), "busy") }
                throw DoNotRetry("this will never work")
            }
        )
        try await running(bench) {
            let task = try await bench.manager.submit("flaky", as: bench.alice)
            let waiting = try await record(task.id, of: bench) { $0.status == .queued && $0.attempts == 1 }
            #expect(waiting.notBefore == bench.clock.now + .seconds(90))
            await bench.pass(.seconds(90))
            let ended = try await bench.end(of: task.id)
            #expect(ended.status == .failed)
            #expect(ended.attempts == 2)
        }
    }

    @Test("that snoozes goes on later from its checkpoint, and no attempt is counted")
    func snooze() async throws {
        let bench = try Bench(
            Self.tool { attempt, context in
                guard context.checkpoint == nil else { return .text("attempt \(attempt)") }
                try await context.save(checkpoint: ["page": 7])
                try context.snooze(.seconds(60))
            }
        )
        try await running(bench) {
            let task = try await bench.manager.submit("flaky", as: bench.alice)
            let asleep = try await record(task.id, of: bench) { $0.reason == .snoozed }
            #expect(asleep.status == .queued)
            #expect(asleep.attempts == 0)
            #expect(asleep.notBefore == bench.clock.now + .seconds(60))
            await bench.pass(.seconds(60))
            #expect(try await bench.end(of: task.id).result?.text == "attempt 1")
        }
        // A call has nowhere to go back to.
        let result = try await bench.manager.call("flaky", as: bench.alice).result
        #expect(result?.isError == true)
    }

    @Test("within a call is one attempt, for whoever waits gets the error")
    func call() async throws {
        let bench = try Bench(
            Self.tool(retry: RetryPolicy(attempts: 5, appliesToCalls: true)) { _, _ in throw ToolFault(description: "no") }
        )
        var options = CallOptions()
        options.isRecorded = true
        #expect(try await bench.manager.call("flaky", as: bench.alice, options: options).result?.isError == true)
        #expect(try await bench.onlyTask().status == .failed)
    }

    @Test("is not tried after its deadline, nor when somebody asked it to stop")
    func noRetry() async throws {
        let bench = try Bench(Self.tool(retry: Self.steady) { _, _ in throw ToolFault(description: "no") })
        try await running(bench) {
            var options = SubmitOptions()
            options.deadline = bench.clock.now + .seconds(5)
            let late = try await bench.manager.submit("flaky", as: bench.alice, options: options)
            let ended = try await bench.end(of: late.id)
            #expect(ended.status == .failed)
            #expect(ended.attempts == 1)
            let asked = try await bench.manager.submit("flaky", as: bench.alice)
            _ = try await record(asked.id, of: bench) { $0.status == .queued && $0.attempts == 1 }
            let (disposition, cancelled) = try await bench.manager.cancel(asked.id, in: bench.alice.scope)
            #expect(disposition == .cancelledBeforeStart)
            #expect(cancelled.status == .cancelled)
        }
    }
}
