import Legwork
import LegworkTestKit
import Testing

@Suite("Spawning")
struct SpawningTests {
    @Test("records the closure's task before it starts, and its result when it ends")
    func spawn() async throws {
        let bench = try Bench()
        let mayEnd = TestSignal()
        let spawned = try await bench.manager.spawn("dig", as: bench.alice) { context in
            await mayEnd.wait()
            return .text("dug as \(context.taskID)")
        }
        #expect(spawned.isNew)
        #expect(spawned.task.tool == "spawn")
        #expect(spawned.task.title == "dig")
        #expect(try await bench.manager.task(spawned.task.id, in: bench.alice.scope).status == .running)
        mayEnd.fire()
        #expect(try await bench.end(of: spawned.task.id).result == .text("dug as \(spawned.task.id)"))
    }

    @Test("a closure that throws fails its own task and no other")
    func throwing() async throws {
        let bench = try Bench()
        let mayEnd = TestSignal()
        let bad = try await bench.manager.spawn("bad", as: bench.alice) { _ in throw ToolFault(description: "no luck") }
        let good = try await bench.manager.spawn("good", as: bench.alice) { _ in
            await mayEnd.wait()
            return .text("fine")
        }
        let failed = try await bench.end(of: bad.task.id)
        #expect(failed.status == .failed)
        #expect(failed.result?.text == "no luck")
        mayEnd.fire()
        #expect(try await bench.end(of: good.task.id).status == .completed)
    }

    @Test(
        "refuses names that are reserved, empty, too long or look like ids",
        arguments: ["parent", "self", "all", "broadcast", "", "task_abcd"]
    )
    func names(_ name: String) async throws {
        let bench = try Bench()
        await #expect(throws: TaskManagerError.self) {
            try await bench.manager.spawn("x", as: bench.alice, options: .named(name)) { _ in .text("") }
        }
        await #expect(throws: TaskManagerError.self) {
            try await bench.manager.spawn("x", as: bench.alice, options: .named(String(repeating: "n", count: 101))) { _ in .text("") }
        }
        #expect(try await bench.total() == 0)
    }

    @Test("of many spawns with one name at the same time one gets it, and it is free again at the end")
    func nameRace() async throws {
        let bench = try Bench()
        let (manager, alice) = (bench.manager, bench.alice)
        let mayEnd = TestSignal()
        let winners = await withTaskGroup(of: TaskRecord?.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try? await manager.spawn("x", as: alice, options: .named("builder")) { _ in
                        await mayEnd.wait()
                        return .text("")
                    }.task
                }
            }
            return await group.reduce(into: [TaskRecord]()) { if let record = $1 { $0.append(record) } }
        }
        #expect(winners.count == 1)
        // Another owner's tasks are no rivals.
        try await manager.spawn("x", as: bench.bob, options: .named("builder")) { _ in .text("") }
        mayEnd.fire()
        _ = try await bench.end(of: try #require(winners.first).id)
        let next = try await manager.spawn("x", as: alice, options: .named("builder")) { _ in .text("") }
        #expect(next.isNew)
    }

    @Test("an id of the caller's own is taken, once")
    func ownID() async throws {
        let bench = try Bench()
        var options = SpawnOptions()
        options.id = .random()
        let spawned = try await bench.manager.spawn("x", as: bench.alice, options: options) { _ in .text("") }
        #expect(spawned.task.id == options.id)
        let again = options
        await #expect(throws: StoreError.self) { try await bench.manager.spawn("x", as: bench.alice, options: again) { _ in .text("") } }
    }

    @Test("a key for one flight finds the task that is in the air, and starts another when it has landed")
    func flight() async throws {
        let bench = try Bench()
        let mayEnd = TestSignal()
        var options = SpawnOptions()
        options.flightKey = "compact"
        let first = try await bench.manager.spawn("x", as: bench.alice, options: options) { _ in
            await mayEnd.wait()
            return .text("")
        }
        let second = try await bench.manager.spawn("x", as: bench.alice, options: options) { _ in .text("") }
        #expect(!second.isNew)
        #expect(second.task.id == first.task.id)
        mayEnd.fire()
        _ = try await bench.end(of: first.task.id)
        #expect(try await bench.manager.spawn("x", as: bench.alice, options: options) { _ in .text("") }.isNew)
    }

    @Test("an idempotency key finds the first task, also when it has ended, for calls too")
    func idempotency() async throws {
        let bench = try Bench(echo())
        var options = SpawnOptions()
        options.idempotencyKey = "order-1"
        let first = try await bench.manager.spawn("x", as: bench.alice, options: options) { _ in .text("") }
        _ = try await bench.end(of: first.task.id)
        #expect(try await bench.manager.spawn("x", as: bench.alice, options: options) { _ in .text("") }.task.id == first.task.id)
        var call = CallOptions()
        call.idempotencyKey = "order-1"
        #expect(try await bench.manager.call("echo", as: bench.alice, options: call).task?.id == first.task.id)
    }

    @Test("children know their parent, run, call and agent without being told")
    func ambient() async throws {
        let bench = try Bench(echo { $0.durability = .eager })
        let (manager, alice, bob) = (bench.manager, bench.alice, bench.bob)
        let parent = try await AmbientLineage.with(run: "run-1", call: "call-1", agent: "lead") {
            try await manager.spawn("parent", as: alice) { context in
                let child = try await manager.spawn("child", as: alice) { _ in .text("") }.task
                // Swift's child tasks inherit it too.
                async let call = manager.call("echo", as: alice, options: .background)
                var named = CallOptions.background
                named.lineage.agent = "helper"
                let other = try await manager.call("echo", as: alice, options: named)
                let foreign = try await manager.spawn("of another owner", as: bob) { _ in .text("") }.task
                #expect(foreign.lineage == .none)
                return .text(
                    "",
                    structured: [
                        .string(child.id.description), .string(try await call.task?.id.description ?? ""),
                        .string(other.task?.id.description ?? ""),
                    ]
                )
            }.task
        }
        #expect(parent.lineage == Lineage(run: "run-1", call: "call-1", agent: "lead"))
        let ended = try await bench.end(of: parent.id)
        let ids = try #require(ended.result?.structuredContent?.array).compactMap { TaskID($0.string ?? "") }
        #expect(ids.count == 3)
        for (id, agent) in zip(ids, ["lead", "lead", "helper"]) {
            let lineage = try await manager.task(id, in: alice.scope).lineage
            #expect(lineage == Lineage(parent: parent.id, run: "run-1", call: "call-1", agent: agent))
        }
    }

    @Test("a parent that is another owner's is a missing parent")
    func foreignParent() async throws {
        let bench = try Bench()
        let foreign = try await bench.manager.spawn("x", as: bench.bob) { _ in .text("") }.task
        for parent in [foreign.id, .random()] {
            var options = SpawnOptions()
            options.lineage.parent = parent
            let asked = options
            let error = await #expect(throws: TaskManagerError.self) {
                try await bench.manager.spawn("x", as: bench.alice, options: asked) { _ in .text("") }
            }
            #expect(error?.code == .notFound)
        }
    }

    @Test("metadata comes back, and a call in the foreground can be recorded with its result")
    func recorded() async throws {
        let bench = try Bench(echo())
        var options = CallOptions()
        options.isRecorded = true
        options.metadata = ["agent_id": "writer"]
        let outcome = try await bench.manager.call("echo", ["a": 1], as: bench.alice, options: options)
        #expect(outcome.result?.text == "echo")
        let record = try await bench.onlyTask()
        #expect(record.status == .completed)
        #expect(record.result == outcome.result)
        #expect(record.metadata == ["agent_id": "writer"])
    }

    @Test("a call in the foreground that fails can be recorded too")
    func recordedFailure() async throws {
        let bench = try Bench(ClosureTool(ToolDescriptor(name: "bad", description: "")) { _, _ in throw ToolFault(description: "no luck") })
        var options = CallOptions()
        options.isRecorded = true
        #expect(try await bench.manager.call("bad", as: bench.alice, options: options).result == .error("no luck"))
        let record = try await bench.onlyTask()
        #expect(record.status == .failed)
        #expect(record.result == .error("no luck"))
    }

    @Test("housekeeping of an owner of its own tells the agent nothing, and there is one at a time")
    func housekeeping() async throws {
        let bench = try Bench()
        let mayEnd = TestSignal()
        let keeper = Caller(owner: "alice/housekeeping")
        var options = SpawnOptions()
        options.flightKey = "compact"
        let first = try await bench.manager.spawn("compact", as: keeper, options: options) { _ in
            await mayEnd.wait()
            return .text("")
        }
        #expect(try await !bench.manager.spawn("compact", as: keeper, options: options) { _ in .text("") }.isNew)
        let reminders = bench.manager.reminders(for: "alice")
        #expect(try await reminders.next() == nil)
        mayEnd.fire()
        _ = try await bench.end(of: first.task.id)
        #expect(try await reminders.next() == nil)
        #expect(try await bench.manager.notices(for: "alice").isEmpty)
    }

    @Test("a shutdown waits for what was just spawned, and nothing new starts")
    func shutdown() async throws {
        let bench = try Bench()
        let noticed = TestSignal()
        let spawned = try await bench.manager.spawn("x", as: bench.alice) { _ in
            let signal = TestSignal()
            do { try await signal.waitUnlessCancelled() } catch { noticed.fire() }
            try Task.checkCancellation()
            return .text("")
        }
        await bench.manager.shutdown()
        #expect(noticed.hasFired)
        let ended = try await bench.manager.task(spawned.task.id, in: bench.alice.scope)
        #expect(ended.status == .failed)
        #expect(ended.reason == .shutdown)
        await #expect(throws: TaskManagerError.self) { try await bench.manager.spawn("x", as: bench.alice) { _ in .text("") } }
    }
}
