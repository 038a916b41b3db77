import LegworkTestKit
import Testing

@testable import Legwork

@Suite("The tasks of schedules")
struct ScheduledTasksTests {
    private static let hour = ScheduleText(every: "1h")

    private func running(_ bench: Bench, _ body: () async throws -> Void) async throws {
        let running = Task { try await bench.manager.run() }
        do {
            try await body()
        } catch {
            running.cancel()
            throw error
        }
        running.cancel()
        try await running.value
    }

    /// Lets an hour pass, and gives the schedule once it has become what it is to become.
    private func heeded(
        _ schedule: ScheduleRecord,
        _ bench: Bench,
        until isDone: (ScheduleRecord) -> Bool
    ) async throws -> ScheduleRecord {
        let changes = bench.store.scheduleChanges()
        await bench.pass(.seconds(3600))
        for await _ in changes {
            let record = try await bench.manager.schedule(schedule.id.description, in: .operator)
            if isDone(record) { return record }
        }
        return schedule
    }

    @Test("are tried again and given up in the queue as their tool says, as those that are submitted are")
    func terms() async throws {
        let policy = RetryPolicy(attempts: 4)
        let bench = try Bench(
            echo { descriptor in
                descriptor.retry = policy
                descriptor.limits.queue = .seconds(77)
            }
        )
        let schedule = try await bench.manager.schedule(
            ScheduleRequest("echo", ["text": "x"], when: Self.hour),
            as: bench.alice
        )
        let task = try await bench.manager.runSchedule(schedule.id.description, in: bench.alice.scope)
        #expect(task.terms.retry == policy)
        #expect(task.terms.limits.queue == .seconds(77))
    }

    @Test("that give a message start anew when their process is lost")
    func reminder() async throws {
        let bench = try Bench()
        var request = ScheduleRequest(ReminderTool.name, ["message": "look"], when: Self.hour)
        request.overlap = .allow
        let schedule = try await bench.manager.schedule(request, tool: bench.manager.builtIn.reminder, as: bench.alice)
        #expect(try await bench.manager.runSchedule(schedule.id.description, in: .operator).recovery == .restart)
        try await running(bench) {
            let last = try #require(try await heeded(schedule, bench) { $0.fired == 2 }.lastTask)
            #expect(try await bench.manager.task(last, in: .operator).recovery == .restart)
        }
    }

    @Test("that a draining queue refuses are counted as left out, and the schedule says why until it makes one again")
    func refused() async throws {
        let bench = try Bench(echo())
        let schedule = try await bench.manager.schedule(
            ScheduleRequest("echo", ["text": "x"], when: Self.hour),
            as: bench.alice
        )
        try await bench.manager.set(TaskRecord.defaultQueue, to: .draining)
        try await running(bench) {
            let refused = try await heeded(schedule, bench) { $0.problem != nil }
            #expect(refused.state == .active)
            #expect(refused.fired == 0)
            #expect(refused.skipped == 1)
            #expect(refused.lastTask == nil)
            #expect(refused.nextAt == bench.clock.now + .seconds(3600))
            #expect(refused.problem?.contains("drained") ?? false)
            try await bench.manager.set(TaskRecord.defaultQueue, to: .open)
            let made = try await heeded(schedule, bench) { $0.fired > 0 }
            #expect(made.fired == 1)
            #expect(made.problem == nil)
        }
    }
}
