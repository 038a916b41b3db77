import FoundationEssentials
import LegworkTestKit
import Synchronization
import Testing

@testable import Legwork

@Suite("Retention")
struct RetentionTests {
    /// A bench whose clock can be moved on by days at once, and what its manager has to complain of.
    private func bench(_ tools: any Tool..., configure: (inout TaskManagerConfiguration) -> Void = { _ in }) throws -> Bench {
        let bench = try Bench(configure: configure)
        for tool in tools { try bench.manager.tools.register(tool) }
        return bench
    }

    private func spawn(_ bench: Bench, kept: Bool = false, as caller: Caller? = nil, fails: Bool = false) async throws -> TaskID {
        var options = SpawnOptions()
        options.keepsUntilRead = kept
        let spawned = try await bench.manager.spawn("work", as: caller ?? bench.alice, options: options) { _ in
            if fails { throw ToolFault(description: "no luck") }
            return .text("done")
        }
        return try await bench.end(of: spawned.task.id).id
    }

    private func exist(_ bench: Bench, _ ids: TaskID...) async throws -> [Bool] {
        var found: [Bool] = []
        for id in ids { found.append(try await bench.store.task(TaskLookup(id, in: .operator)) != nil) }
        return found
    }

    /// Runs a manager while a test does something.
    private func running(_ bench: Bench, _ body: () async throws -> Void) async throws {
        let running = Task { try await bench.manager.run() }
        do {
            try await body()
        } catch {
            running.cancel()
            _ = try? await running.value
            throw error
        }
        running.cancel()
        try await running.value
    }

    /// Lets the caretaker's rest pass, and returns when it rests again.
    private func passRound(_ bench: Bench, _ duration: Duration = CaretakerPlan.longestInterval) async {
        await bench.clock.sleeperDue(within: CaretakerPlan.longestInterval)
        bench.clock.advance(by: duration)
        await bench.clock.sleeperDue(within: CaretakerPlan.longestInterval)
    }

    @Test("deletes what ended longer ago than the policy keeps it, per status, and nothing that lives")
    func ages() async throws {
        let tool = ScriptedTool()
        let bench = try bench(tool) { configuration in
            configuration.retention.completed = .seconds(3600)
            configuration.retention.failed = .seconds(24 * 3600)
        }
        let live = try await bench.background()
        let (done, failed) = (try await spawn(bench), try await spawn(bench, fails: true))
        try await running(bench) { () async throws in
            await passRound(bench)
            #expect(try await exist(bench, done, failed) == [true, true])
            await passRound(bench, .seconds(3600))
            #expect(try await exist(bench, done, failed) == [false, true])
            await passRound(bench, .seconds(24 * 3600))
            #expect(try await exist(bench, failed, live.id) == [false, true])
        }
        tool.mayEnd.fire()
    }

    @Test("deletes at its start what grew old while nobody ran, in as many steps as it takes")
    func start() async throws {
        let bench = try bench()
        var options = SpawnOptions()
        options.kind = "old"
        for _ in 0..<CaretakerPlan.batch * 2 + 5 {
            let spawned = try await bench.manager.spawn("work", as: bench.alice, options: options) { _ in .text("done") }
            _ = try await bench.end(of: spawned.task.id)
        }
        bench.clock.advance(by: .seconds(8 * 24 * 3600))
        let fresh = try await spawn(bench)
        try await running(bench) { () async throws in
            await bench.clock.sleeperDue(within: CaretakerPlan.longestInterval)
            #expect(try await bench.total() == 1)
            #expect(try await exist(bench, fresh) == [true])
        }
    }

    @Test("deletes what is more than the policy counts, as soon as so many have ended")
    func count() async throws {
        let bench = try bench { $0.retention = RetentionPolicy(age: nil, maximumFinished: 20) }
        try await running(bench) { () async throws in
            await bench.clock.sleeperDue(within: CaretakerPlan.longestInterval)
            var ids: [TaskID] = []
            for _ in 0..<60 {
                ids.append(try await spawn(bench))
                bench.clock.advance(by: .milliseconds(1))
            }
            // The clock stands still from here on: that so many ended is enough.
            while try await bench.total() > 20 + 2 { await Task.yield() }
            #expect(try await exist(bench, try #require(ids.last), ids[0]) == [true, false])
        }
    }

    @Test("leaves a task that is pinned, until it is unpinned; also one pinned while it lived")
    func pinning() async throws {
        let tool = ScriptedTool()
        let bench = try bench(tool)
        let live = try await bench.background()
        #expect(try await bench.manager.pin(live.id, in: bench.alice.scope).isPinned)
        tool.mayEnd.fire()
        #expect(try await bench.end(of: live.id).isPinned)
        let plain = try await spawn(bench)
        try await running(bench) { () async throws in
            await passRound(bench, .seconds(365 * 24 * 3600))
            #expect(try await exist(bench, live.id, plain) == [true, false])
            let again = try await bench.manager.pin(live.id, in: bench.alice.scope)
            #expect(try await bench.manager.pin(live.id, in: bench.alice.scope).version == again.version)
            #expect(try await !bench.manager.unpin(live.id, in: bench.alice.scope).isPinned)
            await passRound(bench)
            #expect(try await exist(bench, live.id) == [false])
        }
    }

    @Test("leaves a result that is to be read first, until it is read")
    func unread() async throws {
        let bench = try bench()
        try bench.manager.registerCompanionTools()
        let (marked, checked, awaited, unread) = (
            try await spawn(bench, kept: true), try await spawn(bench, kept: true), try await spawn(bench, kept: true),
            try await spawn(bench, kept: true)
        )
        try await running(bench) { () async throws in
            await passRound(bench, .seconds(8 * 24 * 3600))
            #expect(try await bench.total() == 4)
            let first = try await bench.manager.markRead(marked, in: bench.alice.scope)
            #expect(first.readAt == bench.clock.now)
            #expect(try await bench.manager.markRead(marked, in: bench.alice.scope) == first)
            _ = try await bench.manager.call("check_task", ["task_id": .string(checked.description)], as: bench.alice)
            _ = try await bench.manager.call("await_task", ["task_ids": [.string(awaited.description)]], as: bench.alice)
            // Others who look are not those that it waits for.
            _ = try await bench.manager.call("check_task", ["task_id": .string(unread.description)], as: bench.bob)
            await bench.manager.noteReading([try await bench.manager.task(unread, in: .operator)], in: .operator)
            await passRound(bench)
            #expect(try await bench.manager.tasks(TaskQuery(in: .operator)).tasks.map(\.id) == [unread])
        }
    }

    @Test("counts as read a result that the call itself has given, and no look at a task that has not ended")
    func readings() async throws {
        let bench = try bench(echo { $0.durability = .eager })
        try bench.manager.registerCompanionTools()
        var options = CallOptions()
        options.keepsUntilRead = true
        #expect(try await bench.manager.call("echo", as: bench.alice, options: options).result != nil)
        #expect(try await bench.onlyTask().isKept == false)

        let mayEnd = TestSignal()
        var spawning = SpawnOptions()
        spawning.keepsUntilRead = true
        let spawned = try await bench.manager.spawn("slow", as: bench.alice, options: spawning) { _ in
            await mayEnd.wait()
            return .text("done")
        }
        _ = try await bench.manager.call("check_task", ["task_id": .string(spawned.task.id.description)], as: bench.alice)
        #expect(try await bench.manager.markRead(spawned.task.id, in: bench.alice.scope).readAt == nil)
        mayEnd.fire()
        #expect(try await bench.end(of: spawned.task.id).isKept)
    }

    @Test("does not count as read a result that is only pointed to, for it is too large to repeat among others")
    func pointedTo() async throws {
        let bench = try bench()
        try bench.manager.registerCompanionTools()
        var options = SpawnOptions()
        options.keepsUntilRead = true
        let spawned = try await bench.manager.spawn("large", as: bench.alice, options: options) { _ in
            .text(String(repeating: "x", count: 100_000))
        }
        let id = try await bench.end(of: spawned.task.id).id
        let answer = try await bench.manager.call("await_task", ["task_ids": [.string("\(id)")]], as: bench.alice)
        #expect(answer.result?.text.contains("check_task gives it") == true)
        #expect(try await bench.manager.task(id, in: .operator).isKept)
        _ = try await bench.manager.call("await_task", ["task_id": .string("\(id)")], as: bench.alice)
        #expect(try await bench.manager.task(id, in: .operator).readAt == bench.clock.now)
    }

    @Test("a result that cannot be marked as read is given all the same")
    func markingFails() async throws {
        let problems = Lock<[String]>([])
        let bench = try bench { $0.onProblem = { problem in problems.withLock { $0.append(problem) } } }
        try bench.manager.registerCompanionTools()
        let id = try await spawn(bench, kept: true)
        bench.store.fail(.commit, with: StoreError(.full, "the disk is full"))
        let answer = try await bench.manager.call("check_task", ["task_id": .string(id.description)], as: bench.alice)
        #expect(answer.result?.structuredContent?["status"] == "completed")
        #expect(problems.withLock { $0 }.contains { $0.contains("\(id) was read") })
        #expect(try await bench.manager.task(id, in: .operator).isKept)
    }

    @Test("a store that fails is tried again, and reported")
    func faults() async throws {
        let problems = Lock<[String]>([])
        let bench = try bench { $0.onProblem = { problem in problems.withLock { $0.append(problem) } } }
        let old = try await spawn(bench)
        bench.clock.advance(by: .seconds(8 * 24 * 3600))
        bench.store.fail(.purge, with: StoreError(.full, "the disk is full"))
        try await running(bench) { () async throws in
            await bench.clock.sleeperDue(within: CaretakerPlan.pauseAfterFault)
            #expect(try await exist(bench, old) == [true])
            #expect(problems.withLock { $0 }.contains { $0.contains("old tasks cannot be deleted") && $0.contains("disk is full") })
            bench.store.heal()
            await passRound(bench, CaretakerPlan.pauseAfterFault)
            #expect(try await exist(bench, old) == [false])
        }
    }

    @Test("clear deletes what has ended of one owner, by status and age, and what is kept only when it is told to")
    func clear() async throws {
        let tool = ScriptedTool()
        let bench = try bench(tool)
        let live = try await bench.background()
        let pinned = try await spawn(bench)
        try await bench.manager.pin(pinned, in: bench.alice.scope)
        let theirs = try await spawn(bench, as: bench.bob)
        let old = try await spawn(bench)
        bench.clock.advance(by: .seconds(3600))
        for _ in 0..<CaretakerPlan.batch + 3 { _ = try await spawn(bench) }
        let failed = try await spawn(bench, fails: true)
        let scope = bench.alice.scope
        #expect(try await bench.manager.clear(ClearRequest(in: scope, olderThan: .seconds(60))) == 1)
        #expect(try await exist(bench, old) == [false])
        #expect(try await bench.manager.clear(ClearRequest(in: scope, statuses: [.failed])) == 1)
        #expect(try await exist(bench, failed) == [false])
        #expect(try await bench.manager.clear(ClearRequest(in: scope, statuses: [.running])) == 0)
        #expect(try await bench.manager.clear(ClearRequest(in: scope)) == CaretakerPlan.batch + 3)
        #expect(try await bench.total() == 3)
        #expect(try await bench.manager.clear(ClearRequest(in: scope, includesKept: true)) == 1)
        #expect(try await bench.manager.tasks(TaskQuery(in: .operator)).tasks.map(\.id) == [theirs, live.id])
        tool.mayEnd.fire()
    }

    @Test("delete takes one finished task, kept or not; a live one is refused, and a foreign one is not there")
    func delete() async throws {
        let tool = ScriptedTool()
        let bench = try bench(tool)
        let live = try await bench.background()
        let (first, second) = (try await spawn(bench, kept: true), try await spawn(bench))
        let refusal = await #expect(throws: TaskManagerError.self) { try await bench.manager.delete(live.id, in: bench.alice.scope) }
        #expect(refusal?.code == .notFinished)
        #expect(refusal?.message.contains("cancel it first") == true)
        let foreign = await #expect(throws: TaskManagerError.self) { try await bench.manager.delete(first, in: bench.bob.scope) }
        let unknown = TaskID.random()
        let missing = await #expect(throws: TaskManagerError.self) { try await bench.manager.delete(unknown, in: bench.alice.scope) }
        #expect(foreign?.code == .notFound)
        #expect(foreign?.message.replacing("\(first)", with: "ID") == missing?.message.replacing("\(unknown)", with: "ID"))
        try await bench.manager.delete(first, in: bench.alice.scope)
        #expect(try await exist(bench, first, second) == [false, true])
        let (manager, scope) = (bench.manager, bench.bob.scope)
        for error in [
            await #expect(throws: TaskManagerError.self) { try await manager.pin(second, in: scope) },
            await #expect(throws: TaskManagerError.self) { try await manager.unpin(second, in: scope) },
            await #expect(throws: TaskManagerError.self) { try await manager.markRead(second, in: scope) },
        ] {
            #expect(error?.code == .notFound)
        }
        tool.mayEnd.fire()
    }
}
