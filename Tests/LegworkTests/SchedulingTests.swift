import LegworkTestKit
import Synchronization
import Testing

@testable import Legwork

@Suite("Scheduling")
struct SchedulingTests {
    /// Counts its calls, and lets a test wait for them.
    private final class Counter: Tool {
        let descriptor = ToolDescriptor(
            name: "count",
            description: "Counts its calls.",
            inputSchema: ["type": "object", "properties": ["n": ["type": "integer"]]]
        )
        private let state = Lock((calls: 0, waiting: [(Int, CheckedContinuation<Void, Never>)]()))
        private let result: ToolResult

        init(_ result: ToolResult = .text("news")) { self.result = result }

        var calls: Int { state.withLock { $0.calls } }

        func reach(_ count: Int) async {
            await withCheckedContinuation { continuation in
                let isThere = state.withLock { state in
                    if state.calls < count { state.waiting.append((count, continuation)) }
                    return state.calls >= count
                }
                if isThere { continuation.resume() }
            }
        }

        func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
            let ready = state.withLock { state in
                state.calls += 1
                let calls = state.calls
                let ready = state.waiting.filter { $0.0 <= calls }
                state.waiting.removeAll { $0.0 <= calls }
                return ready
            }
            for waiter in ready { waiter.1.resume() }
            return result
        }
    }

    private func running(_ managers: TaskManager..., body: () async throws -> Void) async throws {
        let tasks = managers.map { manager in Task { try await manager.run() } }
        do {
            try await body()
        } catch {
            for task in tasks { task.cancel() }
            throw error
        }
        for task in tasks { task.cancel() }
        for task in tasks { try await task.value }
    }

    private func every(_ text: String, _ change: (inout ScheduleRequest) -> Void = { _ in }) -> ScheduleRequest {
        var request = ScheduleRequest("count", when: ScheduleText(every: text))
        change(&request)
        return request
    }

    /// Waits until the schedule has made so many tasks and each has ended.
    private func history(_ bench: Bench, _ record: ScheduleRecord, ended count: Int) async throws -> [TaskSummary] {
        let tasks = try await bench.manager.history(ofSchedule: record.id.description, in: bench.alice.scope, limit: 1000)
        #expect(tasks.count == count)
        for task in tasks { _ = try await bench.end(of: task.id) }
        return tasks
    }

    private func stored(_ bench: Bench, _ record: ScheduleRecord) async throws -> ScheduleRecord {
        try await bench.manager.schedule(record.id.description, in: bench.alice.scope)
    }

    // MARK: Times

    @Test("makes a task at each time, of the owner who made it, who is told and finds it by the schedule")
    func makes() async throws {
        let tool = Counter()
        let bench = try Bench(tool)
        let caller = Caller(owner: "alice", origin: Caller.Origin(platform: "mcp", session: "talk-1"))
        var request = every("10m") { $0.name = "count-often" }
        request.arguments = ["n": 3]
        request.metadata = ["agent": "a"]
        let record = try await bench.manager.schedule(request, as: caller)
        #expect(record.nextAt == bench.clock.now + .seconds(600))
        #expect(record.text.zone != nil)
        try await running(bench.manager) {
            await bench.pass(.seconds(600))
            await tool.reach(1)
            await bench.pass(.seconds(600))
            await tool.reach(2)
        }
        let tasks = try await history(bench, record, ended: 2)
        let task = try await bench.manager.task(tasks[1].id, in: .owner("alice"))
        #expect(task.arguments == ["n": 3])
        #expect(task.metadata["schedule"] == .string(record.id.description))
        #expect(task.metadata["scheduled_for"] == .string((MockClock().now + .seconds(600)).description))
        #expect(task.metadata["agent"] == "a")
        // Another conversation of the owner is told as well: the first may be over.
        let notices = try await bench.store.notices(NoticeQuery(in: .owner("alice"), session: "talk-2"))
        #expect(notices.map(\.task) == [tasks[1].id, tasks[0].id])
        let now = try await stored(bench, record)
        #expect(now.fired == 2)
        #expect(now.lastTask == tasks[0].id)
        #expect(now.lastAt == bench.clock.now)
        #expect(now.nextAt == bench.clock.now + .seconds(600))
        await #expect(throws: TaskManagerError.self) { try await bench.manager.schedule("count-often", in: bench.bob.scope) }
    }

    @Test("happens once where it is to happen once, and has ended then")
    func once() async throws {
        let tool = Counter()
        let bench = try Bench(tool)
        let at = bench.clock.now + .seconds(30)
        let record = try await bench.manager.schedule(ScheduleRequest("count", when: ScheduleText(at: at.description)), as: bench.alice)
        try await running(bench.manager) {
            await bench.pass(.seconds(30))
            await tool.reach(1)
        }
        _ = try await history(bench, record, ended: 1)
        let now = try await stored(bench, record)
        #expect(now.state == .ended)
        #expect(now.nextAt == nil)
        #expect(now.fired == 1)
        await #expect(throws: TaskManagerError.self) { try await bench.manager.resumeSchedule(record.id.description, in: .operator) }
        await #expect(throws: TaskManagerError.self) { try await bench.manager.pauseSchedule(record.id.description, in: .operator) }
    }

    @Test("wakes for a schedule that is made while it sleeps, and does not look at the store meanwhile")
    func wakes() async throws {
        let tool = Counter()
        let bench = try Bench(tool)
        try await running(bench.manager) {
            let looked = bench.store.hold(.dueSchedules, .after, at: 1)
            await looked.reached.wait()
            looked.release()
            let first = bench.store.count(of: .dueSchedules)
            for _ in 0..<50 { await Task.yield() }
            #expect(bench.store.count(of: .dueSchedules) == first)
            _ = try await bench.manager.schedule(every("5s"), as: bench.alice)
            await bench.pass(.seconds(5))
            await tool.reach(1)
        }
    }

    // MARK: After a pause

    @Test(
        "makes up for missed times as it is told: none, the latest, or all",
        arguments: [(CatchUp.skip, 0), (.latest, 1), (.all, 6)]
    )
    func catchesUp(_ policy: CatchUp, _ count: Int) async throws {
        let tool = Counter()
        let bench = try Bench(tool)
        let record = try await bench.manager.schedule(
            every("10m") { request in
                request.catchUp = policy
                request.overlap = .allow
            },
            as: bench.alice
        )
        bench.clock.advance(by: .seconds(3600 + 120))
        try await running(bench.manager) {
            await tool.reach(count)
            await bench.clock.sleeperDue(within: .seconds(480))
        }
        let tasks = try await history(bench, record, ended: count)
        let slots = try await tasks.reversed().asyncMap {
            try await bench.manager.task($0.id, in: .operator).metadata["scheduled_for"]?.string
        }
        let expected = (1...6).map { (MockClock().now + .seconds($0 * 600)).description }
        #expect(slots == expected.suffix(count))
        let now = try await stored(bench, record)
        #expect(now.nextAt == MockClock().now + .seconds(4200))
    }

    @Test("makes up for at most a hundred times at once, without a pause between them")
    func catchUpIsBounded() async throws {
        let tool = Counter()
        let bench = try Bench(tool)
        let record = try await bench.manager.schedule(
            every("1s") { request in
                request.catchUp = .all
                request.overlap = .allow
            },
            as: bench.alice
        )
        bench.clock.advance(by: .seconds(3_000_000))
        try await running(bench.manager) {
            await tool.reach(100)
            await bench.clock.sleeperDue(within: .seconds(1))
        }
        _ = try await history(bench, record, ended: 100)
    }

    // MARK: Several processes, and faults

    @Test("makes one task for each time, however many processes see that it has come")
    func oneTask() async throws {
        let nodes = Nodes()
        let tool = Counter()
        let clock = MockClock()
        let managers = try (0..<4).map { try nodes.process("node-\($0)", tool, clock: clock) }
        let record = try await managers[0].schedule(every("10m") { $0.overlap = .allow }, as: nodes.alice)
        try await running(managers[0], managers[1], managers[2], managers[3]) {
            for round in 1...5 {
                await clock.sleeperDue(within: .seconds(600))
                clock.advance(by: .seconds(600))
                await tool.reach(round)
            }
        }
        let tasks = try await managers[0].history(ofSchedule: record.id.description, in: nodes.alice.scope)
        #expect(tasks.count == 5)
        #expect(tool.calls == 5)
    }

    @Test("hears of a schedule that another process makes")
    func changedElsewhere() async throws {
        let nodes = Nodes()
        let tool = Counter()
        let clock = MockClock()
        let (one, other) = (try nodes.process("one", tool, clock: clock), try nodes.process("other", tool, clock: clock))
        let watching = nodes.store.hold(.scheduleChanges, .after)
        try await running(one) {
            await watching.reached.wait()
            _ = try await other.schedule(every("7s"), as: nodes.alice)
            await clock.sleeperDue(within: .seconds(7))
            clock.advance(by: .seconds(7))
            await tool.reach(1)
        }
    }

    @Test("loses no time and doubles none when the store fails, before or after it has written", arguments: FaultMoment.allCases)
    func faults(_ moment: FaultMoment) async throws {
        let tool = Counter()
        let bench = try Bench(tool)
        let record = try await bench.manager.schedule(every("10m"), as: bench.alice)
        bench.store.fail(.commitSchedule, moment, times: 1)
        try await running(bench.manager) {
            await bench.pass(.seconds(600))
            if moment == .before { await bench.pass(.seconds(1)) }
            await tool.reach(1)
        }
        _ = try await history(bench, record, ended: 1)
        let now = try await stored(bench, record)
        #expect(now.fired == 1)
    }

    @Test("lets a schedule that cannot be heeded hold up no other")
    func oneBad() async throws {
        let tool = Counter()
        let problems = Lock<[String]>([])
        let bench = try Bench(tool) { configuration in configuration.onProblem = { problem in problems.withLock { $0.append(problem) } } }
        var bad = ScheduleRecord(
            id: .random(),
            caller: bench.alice,
            title: "bad",
            tool: "count",
            arguments: [:],
            text: ScheduleText(cron: "0 0 * * *", zone: "Mars/Olympus"),
            nextAt: bench.clock.now,
            createdAt: bench.clock.now
        )
        bad.name = "bad"
        _ = try await bench.store.insert(ScheduleInsert(bad))
        _ = try await bench.manager.schedule(every("10m"), as: bench.alice)
        try await running(bench.manager) {
            await bench.pass(.seconds(600))
            await tool.reach(1)
        }
        let paused = try await bench.manager.schedule("bad", in: bench.alice.scope)
        #expect(paused.state == .paused)
        #expect(paused.problem?.contains("Mars/Olympus") == true)
        #expect(problems.withLock { $0.contains { $0.contains("Mars/Olympus") } })
        await #expect(throws: TaskManagerError.self) { try await bench.manager.resumeSchedule("bad", in: bench.alice.scope) }
    }

    @Test("makes a task that fails and says why when the tool is not there any more")
    func noTool() async throws {
        let bench = try Bench(Counter())
        let record = try await bench.manager.schedule(every("10m"), as: bench.alice)
        let other = TaskManager(store: bench.store, tools: ToolRegistry(), clock: bench.clock)
        let written = bench.store.hold(.commit, .after)
        try await running(other) {
            await bench.pass(.seconds(600))
            await written.reached.wait()
            written.release()
        }
        let tasks = try await history(bench, record, ended: 1)
        #expect(tasks.first?.status == .failed)
    }

    // MARK: Overlap, pause, run now

    @Test("leaves a time out while the last task lives, unless it may overlap", arguments: ScheduleRecord.Overlap.allCases)
    func overlaps(_ overlap: ScheduleRecord.Overlap) async throws {
        let tool = ScriptedTool()
        // It would be ended for showing no sign of life.
        let bench = try Bench(tool) { $0.queuedTaskLimits = TaskLimits() }
        var request = ScheduleRequest("scripted", when: ScheduleText(every: "10m"))
        request.overlap = overlap
        let record = try await bench.manager.schedule(request, as: bench.alice)
        try await running(bench.manager) {
            await bench.pass(.seconds(600))
            await tool.began.wait()
            let second = bench.store.hold(.commitSchedule, .after)
            await bench.pass(.seconds(600))
            await second.reached.wait()
            second.release()
            tool.mayEnd.fire()
        }
        let now = try await stored(bench, record)
        #expect(now.fired == (overlap == .skip ? 1 : 2))
        #expect(now.skipped == (overlap == .skip ? 1 : 0))
    }

    @Test("makes nothing while it is paused, and goes on with the next time from then")
    func pauses() async throws {
        let tool = Counter()
        let bench = try Bench(tool)
        let record = try await bench.manager.schedule(every("10m") { $0.catchUp = .all }, as: bench.alice)
        let paused = try await bench.manager.pauseSchedule(record.id.description, in: bench.alice.scope)
        #expect(paused.state == .paused)
        #expect(paused.nextAt == nil)
        bench.clock.advance(by: .seconds(3700))
        let resumed = try await bench.manager.resumeSchedule(record.id.description, in: bench.alice.scope)
        #expect(resumed.state == .active)
        #expect(resumed.nextAt == MockClock().now + .seconds(4200))
        try await running(bench.manager) {
            await bench.pass(.seconds(500))
            await tool.reach(1)
        }
        _ = try await history(bench, record, ended: 1)
    }

    @Test("runs now beside its times, and never together with a time that comes at that moment")
    func runsNow() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let record = try await bench.manager.schedule(ScheduleRequest("scripted", when: ScheduleText(every: "10m")), as: bench.alice)
        bench.clock.advance(by: .seconds(600))
        let held = bench.store.hold(.commitSchedule, .before)
        try await running(bench.manager) {
            await held.reached.wait()
            // The scheduler is about to write; whoever wants it now is faster.
            let task = try await bench.manager.runSchedule(record.id.description, in: bench.alice.scope)
            #expect(task.metadata["scheduled_for"] == nil)
            let skipped = bench.store.hold(.commitSchedule, .after)
            held.release()
            await skipped.reached.wait()
            skipped.release()
            await tool.began.wait()
            await #expect(throws: TaskManagerError.self) {
                try await bench.manager.runSchedule(record.id.description, in: bench.alice.scope)
            }
            tool.mayEnd.fire()
            _ = try await bench.end(of: task.id)
        }
        let now = try await stored(bench, record)
        #expect(now.fired == 1)
    }

    @Test("is gone when it is deleted, and its tasks stay")
    func deletes() async throws {
        let tool = Counter()
        let bench = try Bench(tool)
        let record = try await bench.manager.schedule(every("10m"), as: bench.alice)
        try await running(bench.manager) {
            await bench.pass(.seconds(600))
            await tool.reach(1)
            let task = try await bench.onlyTask()
            _ = try await bench.end(of: task.id)
            await #expect(throws: TaskManagerError.self) {
                try await bench.manager.deleteSchedule(record.id.description, in: bench.bob.scope)
            }
            try await bench.manager.deleteSchedule(String(record.id.description.dropFirst(6).prefix(6)), in: bench.alice.scope)
            await #expect(throws: TaskManagerError.self) { try await bench.manager.schedule(record.id.description, in: bench.alice.scope) }
            #expect(try await bench.total() == 1)
        }
    }

    @Test("makes no task when its schedule is deleted at that moment")
    func deletedMeanwhile() async throws {
        let bench = try Bench(Counter())
        let record = try await bench.manager.schedule(every("10m"), as: bench.alice)
        bench.clock.advance(by: .seconds(600))
        let held = bench.store.hold(.commitSchedule)
        try await running(bench.manager) {
            await held.reached.wait()
            try await bench.manager.deleteSchedule(record.id.description, in: bench.alice.scope)
            let looked = bench.store.hold(.dueSchedules, .after)
            held.release()
            await looked.reached.wait()
            looked.release()
            #expect(try await bench.total() == 0)
        }
    }

    // MARK: Watchers

    @Test(
        "of a watcher leaves nothing when there is nothing to report",
        arguments: [
            ToolResult.text(""), .text(" NOTHING_TO_REPORT\n"), ToolResult(content: []),
            .text("all is well", structured: ["report": false]),
            ToolResult(content: [.text("exit code 0")], structuredContent: ["exit_code": 0], meta: ["report": false]),
        ]
    )
    func quiet(_ result: ToolResult) async throws {
        let tool = Counter(result)
        let bench = try Bench(tool)
        let record = try await bench.manager.schedule(every("10m") { $0.isWatcher = true }, as: bench.alice)
        let purged = bench.store.hold(.purge, .after)
        purged.release()
        try await running(bench.manager) {
            await bench.pass(.seconds(600))
            await tool.reach(1)
            await purged.reached.wait()
            let gone = bench.store.hold(.purge, .after)
            gone.release()
            await bench.pass(.seconds(600))
            await tool.reach(2)
            await gone.reached.wait()
        }
        let notices = try await bench.store.notices(NoticeQuery(in: .operator))
        #expect(notices.isEmpty)
        let now = try await stored(bench, record)
        #expect(now.fired == 2)
    }

    @Test(
        "of a watcher tells what there is, and every fault",
        arguments: [ToolResult.text("disk is full"), .error(""), .text("", structured: ["report": true]), .text("NOTHING_TO_REPORT today")]
    )
    func news(_ result: ToolResult) async throws {
        let tool = Counter(result)
        let bench = try Bench(tool)
        let record = try await bench.manager.schedule(every("10m") { $0.isWatcher = true }, as: bench.alice)
        try await running(bench.manager) {
            await bench.pass(.seconds(600))
            await tool.reach(1)
            _ = try await history(bench, record, ended: 1)
        }
        let notices = try await bench.store.notices(NoticeQuery(in: .operator))
        #expect(notices.count == 1)
    }

    // MARK: Bad input

    private func refusal(_ bench: Bench, _ request: ScheduleRequest) async -> (any Error)? {
        do {
            _ = try await bench.manager.schedule(request, as: bench.alice)
            return nil
        } catch {
            return error
        }
    }

    @Test("refuses what is no schedule, with what to do")
    func refuses() async throws {
        let bench = try Bench(Counter())
        let past = ScheduleText(at: (bench.clock.now + .seconds(-1)).description)
        let bad: [ScheduleText] = [
            ScheduleText(cron: "0 0 31 2 *"), ScheduleText(rule: "FREQ=YEARLY"), ScheduleText(every: "5m", zone: "Nowhere"), ScheduleText(),
            past,
            ScheduleText(rule: "FREQ=DAILY;UNTIL=20260101", start: "2025-01-01T00:00"),
        ]
        for when in bad { #expect(await refusal(bench, ScheduleRequest("count", when: when)) is TaskManagerError) }
        #expect(await refusal(bench, ScheduleRequest("cuont", when: ScheduleText(every: "5m"))) is ToolError)
        #expect(await refusal(bench, ScheduleRequest("count", ["n": "x"], when: ScheduleText(every: "5m"))) is ToolError)
        var request = every("5m")
        for name in ["", "sched_abcd", "self", String(repeating: "n", count: 101)] {
            request.name = name
            #expect(await refusal(bench, request) is TaskManagerError)
        }
        request.name = "nightly"
        #expect(await refusal(bench, request) == nil)
        #expect((await refusal(bench, request) as? TaskManagerError)?.code == .nameTaken)
        // A time that is over is made up for where that is wanted.
        var late = ScheduleRequest("count", when: past)
        late.catchUp = .latest
        let record = try await bench.manager.schedule(late, as: bench.alice)
        #expect(record.nextAt == bench.clock.now + .seconds(-1))
        late.catchUp = .skip
        #expect(await refusal(bench, late) is TaskManagerError)
        #expect(try await bench.manager.schedules(in: .operator).count == 2)
    }
}

extension Sequence {
    fileprivate func asyncMap<Value>(_ body: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await body(element)) }
        return values
    }
}
