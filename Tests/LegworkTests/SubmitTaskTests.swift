import LegworkTestKit
import Testing

@testable import Legwork

@Suite("submit_task")
struct SubmitTaskTests {
    private func submit(_ arguments: JSONValue, _ bench: Bench) async throws -> ToolResult {
        try #require(try await bench.manager.call("submit_task", arguments, as: bench.alice).result)
    }

    @Test("queues a call under the terms that it names, for the owner who asks")
    func submits() async throws {
        let bench = try Bench(echo())
        try bench.manager.registerCompanionTools()
        let result = try await submit(
            [
                "tool": "echo", "arguments": ["n": 1], "queue": "slow", "priority": 5, "delay_ms": 60_000, "name": "later",
                "limits": ["wall_ms": 1000, "queue_ms": 5000], "retry": ["attempts": 3, "first_ms": 10], "limit_key": "host",
                "deadline": .string((bench.clock.now + .seconds(3600)).description),
            ],
            bench
        )
        #expect(!result.isError, "\(result.text)")
        let task = try await bench.onlyTask()
        #expect(result.structuredContent?["task_id"]?.string == task.id.description)
        #expect(task.owner == bench.alice.owner)
        #expect((task.queue, task.priority, task.name) == ("slow", 5, "later"))
        #expect(task.notBefore == bench.clock.now + .seconds(60))
        #expect(task.waitsUntil == bench.clock.now + .seconds(65))
        #expect(task.terms.limits == TaskLimits(wall: .seconds(1), queue: .seconds(5)))
        #expect(task.terms.retry == RetryPolicy(attempts: 3, first: .milliseconds(10)))
        #expect(task.terms.limitKey == "host")
        #expect(task.terms.deadline == bench.clock.now + .seconds(3600))
    }

    @Test(
        "says what is wrong, and queues nothing",
        arguments: [
            ["tool": "nothing"], ["tool": "await_task", "arguments": ["task_id": "x"]], ["tool": "submit_task"],
            ["tool": "echo", "deadline": "tomorrow"], ["tool": "echo", "deadline": "2001-01-01T00:00:00.000Z"],
        ] as [JSONValue]
    )
    func mistakes(arguments: JSONValue) async throws {
        let bench = try Bench(echo())
        try bench.manager.registerCompanionTools()
        let result = try await submit(arguments, bench)
        #expect(result.isError)
        #expect(!result.text.isEmpty)
        #expect(try await bench.total() == 0)
    }

    @Test("a queue that is drained is told as such")
    func draining() async throws {
        let bench = try Bench(echo())
        try bench.manager.registerCompanionTools()
        try await bench.manager.set("default", to: .draining)
        let result = try await submit(["tool": "echo"], bench)
        #expect(result.structuredContent?["error"]?["code"] == "queue_draining")
    }
}
