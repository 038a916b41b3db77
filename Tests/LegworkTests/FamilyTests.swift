import Legwork
import LegworkTestKit
import Testing

@Suite("A family of tasks")
struct FamilyTests {
    /// A task that waits until it is cancelled.
    private func spawn(_ bench: Bench, parent: TaskID? = nil, run: String? = nil, as caller: Caller? = nil) async throws -> TaskRecord {
        var options = SpawnOptions()
        options.lineage = Lineage(parent: parent, run: run)
        return try await bench.manager.spawn("member", as: caller ?? bench.alice, options: options) { _ in
            try await TestSignal().waitUnlessCancelled()
            return .text("")
        }.task
    }

    @Test("is cancelled as a tree, also below a member that has ended, and nothing else is")
    func tree() async throws {
        let bench = try Bench()
        let root = try await spawn(bench)
        let child = try await spawn(bench, parent: root.id)
        let middle = try await spawn(bench, parent: root.id)
        let below = try await spawn(bench, parent: middle.id)
        let stranger = try await spawn(bench)
        _ = try await bench.manager.cancel(middle.id, in: bench.alice.scope)
        _ = try await bench.end(of: middle.id)

        let descendants = try await bench.manager.descendants(of: root.id, in: bench.alice.scope)
        #expect(Set(descendants.map(\.id)) == [child.id, middle.id, below.id])
        #expect(try await bench.manager.descendants(of: root.id, in: bench.alice.scope, limit: 2).count == 2)

        let report = try await bench.manager.cancelTree(root.id, in: bench.alice.scope)
        #expect(report.receipts.first?.id == root.id)
        #expect(Set(report.receipts.map(\.id)) == [root.id, child.id, below.id])
        for id in [root.id, child.id, below.id] { #expect(try await bench.end(of: id).status == .cancelled) }
        #expect(try await bench.manager.task(stranger.id, in: bench.alice.scope).status == .running)
        #expect(try await bench.manager.cancelTree(root.id, in: bench.alice.scope).count == 0)
    }

    @Test("of another owner is not there")
    func foreign() async throws {
        let bench = try Bench()
        let root = try await spawn(bench)
        await #expect(throws: TaskManagerError.self) { try await bench.manager.descendants(of: root.id, in: bench.bob.scope) }
        let error = await #expect(throws: TaskManagerError.self) { try await bench.manager.cancelTree(root.id, in: bench.bob.scope) }
        #expect(error?.code == .notFound)
        #expect(try await bench.manager.task(root.id, in: bench.alice.scope).status == .running)
    }

    @Test("that refers to itself in a circle is cancelled all the same")
    func circle() async throws {
        let bench = try Bench()
        let (first, second) = (try await spawn(bench), try await spawn(bench))
        // No door makes a circle; a damaged store might hold one.
        for (child, parent) in [(first, second), (second, first)] {
            var record = try await bench.manager.task(child.id, in: .operator)
            let version = record.version
            record.lineage.parent = parent.id
            record.touch(at: bench.clock.now)
            #expect(try await bench.store.commit(TaskChange(record, replacing: version)) == .applied)
        }
        #expect(try await bench.manager.cancelTree(first.id, in: bench.alice.scope).count == 2)
    }

    @Test("of a parent that was cancelled gets no more members, however they race")
    func lateChildren() async throws {
        let bench = try Bench()
        let root = try await spawn(bench)
        let held = bench.store.hold(.insert)
        async let racing = spawn(bench, parent: root.id)
        await held.reached.wait()
        async let report = bench.manager.cancelTree(root.id, in: bench.alice.scope)
        _ = try await report
        held.release()
        do {
            _ = try await racing
            Issue.record("a child of a cancelled parent was started")
        } catch let error as TaskManagerError {
            #expect(error.code == .familyCancelled)
        }
    }

    @Test("that is a run is closed: its members are cancelled, and nothing new of it starts")
    func run() async throws {
        let bench = try Bench(echo { $0.durability = .eager })
        let member = try await spawn(bench, run: "run-1")
        let child = try await spawn(bench, parent: member.id)
        let other = try await spawn(bench, run: "run-2")
        let foreign = try await spawn(bench, run: "run-1", as: bench.bob)
        let report = try await bench.manager.cancelRun("run-1", of: bench.alice.owner)
        #expect(Set(report.receipts.map(\.id)) == [member.id, child.id])
        for id in [member.id, child.id] { #expect(try await bench.end(of: id).status == .cancelled) }
        for id in [other.id, foreign.id] { #expect(try await bench.manager.task(id, in: .operator).status == .running) }

        let error = await #expect(throws: TaskManagerError.self) { try await spawn(bench, run: "run-1") }
        #expect(error?.code == .familyCancelled)
        var options = CallOptions()
        options.lineage.run = "run-1"
        let late = options
        await #expect(throws: TaskManagerError.self) { try await bench.manager.call("echo", as: bench.alice, options: late) }
        await #expect(throws: TaskManagerError.self) {
            var options = SubmitOptions()
            options.lineage.run = "run-1"
            _ = try await bench.manager.submit("echo", as: bench.alice, options: options)
        }
    }

    @Test("that is a run takes the call with it that would just become a task")
    func promotion() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        var options = CallOptions.window(.seconds(1))
        options.lineage.run = "run-1"
        let asked = options
        async let outcome = bench.manager.call("scripted", as: bench.alice, options: asked)
        await tool.began.wait()
        _ = try await bench.manager.cancelRun("run-1", of: bench.alice.owner)
        await bench.pass(.seconds(1))
        do {
            _ = try await outcome
            Issue.record("the call became a task of a run that was cancelled")
        } catch is CancellationError {}
        #expect(try await bench.total() == 0)
    }

    @Test("that is all of an owner's is cancelled whole, in any number")
    func owner() async throws {
        let bench = try Bench(ScriptedTool())
        for _ in 0..<1200 { _ = try await bench.manager.submit("scripted", as: bench.alice) }
        let foreign = try await bench.manager.submit("scripted", as: bench.bob)
        #expect(try await bench.manager.cancelAll(of: bench.alice.owner).count == 1200)
        #expect(try await bench.manager.counts(in: bench.alice.scope)[.cancelled] == 1200)
        #expect(try await bench.manager.task(foreign.id, in: bench.bob.scope).status == .queued)
    }

    @Test("can be cancelled by a member, which then is cancelled like the others")
    func selfCancel() async throws {
        let bench = try Bench()
        let manager = bench.manager
        let counted = ObservedCount()
        let root = try await manager.spawn("root", as: bench.alice) { context in
            try await manager.spawn("child", as: context.caller) { _ in
                try await TestSignal().waitUnlessCancelled()
                return .text("")
            }
            counted.set(try await manager.cancelTree(context.taskID, in: context.caller.scope).count)
            try context.checkCancellation()
            return .text("")
        }.task
        #expect(try await bench.end(of: root.id).status == .cancelled)
        #expect(counted.value == 2)
        #expect(try await manager.counts(in: bench.alice.scope)[.running] == 0)
    }

    /// A line of queued tasks, each the parent of the next.
    private func line(_ bench: Bench, _ count: Int, run: String? = nil) async throws -> [TaskID] {
        var ids: [TaskID] = []
        for _ in 0..<count {
            var options = SubmitOptions()
            options.lineage = Lineage(parent: ids.last, run: run)
            ids.append(try await bench.manager.submit("scripted", as: bench.alice, options: options).id)
        }
        return ids
    }

    @Test("costs as much to cancel as it has members, however deep it is")
    func cost() async throws {
        let bench = try Bench(ScriptedTool())
        let ids = try await line(bench, 1000)
        let reads = bench.store.count(of: .task)
        let report = try await bench.manager.cancelTree(ids[0], in: bench.alice.scope)
        #expect(report.receipts.map(\.id) == ids)
        #expect(bench.store.count(of: .commit) == 1000)
        #expect(bench.store.count(of: .task) - reads == 1000)
        // Once to find them, once to see that none has come meanwhile.
        #expect(bench.store.count(of: .descendants) == 2)
    }

    @Test("that is a run, deep as it may be, is looked through once")
    func runCost() async throws {
        let bench = try Bench(ScriptedTool())
        let ids = try await line(bench, 300, run: "run-1")
        let report = try await bench.manager.cancelRun("run-1", of: bench.alice.owner)
        #expect(Set(report.receipts.map(\.id)) == Set(ids))
        #expect(bench.store.count(of: .commit) == 300)
        #expect(bench.store.count(of: .descendants) == 1)
    }
}
