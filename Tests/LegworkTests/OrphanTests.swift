import Legwork
import LegworkCore
import LegworkTestKit
import Testing

@Suite("Orphans of a shared store")
struct OrphanTests {
    private let start = MockClock().now

    @Test(
        "of a machine that cannot be seen are recovered when their lease has run out, as their tool wants it",
        arguments: [
            (RecoveryPolicy.restart, TaskStatus.completed), (.stop, .stopped), (.adopt, .stopped), (.fail, .failed),
        ]
    )
    func policies(policy: RecoveryPolicy, status: TaskStatus) async throws {
        let (nodes, clock, tool) = (Nodes(), MockClock(), ScriptedTool())
        let record = try await nodes.abandoned(policy, until: start + .seconds(30))
        let manager = try nodes.process("here", tool, clock: clock)
        tool.mayEnd.fire()
        let running = Task { try await manager.run() }
        // Due in 30 seconds, looked for no later than that.
        await clock.sleeperDue(within: .seconds(20))
        #expect(try await nodes.task(record.id).status == .running)
        while try await nodes.task(record.id).status == .running {
            await clock.sleeperDue(within: .seconds(20))
            await Task.yield()
            clock.advance(by: .seconds(1))
        }
        #expect(clock.now > start + .seconds(30))
        let ended = try await manager.wait(for: record.id, atMost: .seconds(3600), in: nodes.alice.scope)
        #expect(ended.status == status)
        if policy != .restart { #expect(ended.reason == .orphaned) }
        #expect(tool.began.hasFired == (policy == .restart))
        await manager.shutdown()
        try await running.value
    }

    @Test("that start again go on from their last checkpoint")
    func checkpoint() async throws {
        let nodes = Nodes()
        let tool = ClosureTool(ToolDescriptor(name: "scripted", description: "")) { _, context in
            .text("from \(context.checkpoint?["at"]?.int ?? 0)")
        }
        let manager = try nodes.process("here", tool)
        let record = try await nodes.abandoned(.restart, until: start + .seconds(-1), checkpoint: ["at": 7])
        let running = Task { try await manager.run() }
        let ended = try await manager.wait(for: record.id, atMost: .seconds(60), in: nodes.alice.scope)
        #expect(ended.result?.text == "from 7")
        await manager.shutdown()
        try await running.value
    }

    @Test("of a node that lives are never touched, however old their leases")
    func alive() async throws {
        let (nodes, clock) = (Nodes(), MockClock())
        let record = try await nodes.abandoned(node: NodeID("neighbour"), until: start + .seconds(30))
        let due = try await nodes.abandoned(node: NodeID("far"), until: start + .seconds(30))
        let manager = try nodes.process("here", clock: clock, seeing: { $0 == NodeID("neighbour") ? .alive : .unknown })
        clock.advance(by: .seconds(24 * 3600))
        #expect(try await manager.recover() == 1)
        #expect(try await nodes.task(due.id).status == .stopped)
        #expect(try await nodes.task(record.id) == record)
    }

    @Test("of a node of this machine that is gone are recovered at once, without waiting for the lease")
    func gone() async throws {
        let nodes = Nodes()
        let origin = try #require(NodeOrigin.ofThisProcess)
        var killed = origin
        killed.startTime -= 1
        let (dead, sibling) = (NodeID(killed.name(ending: "a")), NodeID(origin.name(ending: "b")))
        let lost = try await nodes.abandoned(node: dead, until: start + .seconds(3600))
        let kept = try await nodes.abandoned(node: sibling, until: start + .seconds(-3600))
        let manager = TaskManager(store: nodes.store, clock: MockClock())
        #expect(try await manager.recover() == 1)
        #expect(try await nodes.task(lost.id).status == .stopped)
        #expect(try await nodes.task(kept.id) == kept)
    }

    @Test("of this very process, which nothing executes, are recovered when their lease has run out")
    func own() async throws {
        let (nodes, clock) = (Nodes(), MockClock())
        let manager = try nodes.process("here", clock: clock)
        // As when the store's answer to a claim was lost.
        let record = try await nodes.abandoned(node: NodeID("here"), until: start + .seconds(30))
        #expect(try await manager.recover() == 0)
        clock.advance(by: .seconds(31))
        #expect(try await manager.recover() == 1)
        #expect(try await nodes.task(record.id).status == .stopped)
    }

    @Test("are looked for again when the store was away")
    func storeAway() async throws {
        let (nodes, clock, problem) = (Nodes(), MockClock(), TestSignal())
        let manager = try nodes.process("here", clock: clock) { $0.onProblem = { _ in problem.fire() } }
        let record = try await nodes.abandoned(until: start + .seconds(1))
        nodes.store.fail(.leaseHolders, from: 2, times: 1)
        let running = Task { try await manager.run() }
        await problem.wait()
        while try await nodes.task(record.id).status == .running {
            await clock.sleeperDue(within: .seconds(20))
            await Task.yield()
            clock.advance(by: .seconds(10))
        }
        #expect(try await nodes.task(record.id).status == .stopped)
        await manager.shutdown()
        try await running.value
    }

    @Test("that two processes resume at the same time start one attempt")
    func resumedTwice() async throws {
        for _ in 0..<20 {
            let (nodes, attempts, mayEnd) = (Nodes(), ObservedCount(), TestSignal())
            let tool = ClosureTool(ToolDescriptor(name: "scripted", description: "")) { _, _ in
                attempts.add()
                await mayEnd.wait()
                return .text("done")
            }
            let (a, b) = (try nodes.process("a", tool), try nodes.process("b", tool))
            let record = try await nodes.abandoned(until: start + .seconds(-1))
            #expect(try await a.recover() == 1)
            async let first = a.resume(record.id, in: nodes.alice.scope)
            async let second = b.resume(record.id, in: nodes.alice.scope)
            let records = [try await first, try await second]
            #expect(records[0].attempts == 2)
            #expect(records[0] == records[1])
            #expect(a.liveTasks + b.liveTasks == 1)
            mayEnd.fire()
            let winner = records[0].lease?.node == NodeID("a") ? a : b
            #expect(try await winner.wait(for: record.id, atMost: .seconds(60), in: nodes.alice.scope).status == .completed)
            #expect(attempts.value == 1)
        }
    }

    @Test("keep whose they are, their names and their families")
    func identity() async throws {
        let nodes = Nodes()
        let parent = TaskID.random()
        var record = try await nodes.abandoned(until: start + .seconds(-1))
        record.lineage = Lineage(parent: parent, run: "run-1", call: "call-1", agent: "writer")
        record.metadata = ["draft": 3]
        record.touch(at: start)
        #expect(try await nodes.store.commit(TaskChange(record, replacing: 1)) == .applied)
        #expect(try await nodes.process("here").recover() == 1)
        let found = try await nodes.task(record.id)
        #expect(found.status == .stopped)
        #expect(found.caller == record.caller)
        #expect(found.lineage == record.lineage)
        #expect(found.metadata == record.metadata)
        #expect(found.createdAt == record.createdAt)
        #expect(found.finishedAt == nil)
    }

    @Test("can be cancelled by anybody who may, before and after they are found", arguments: [true, false])
    func cancelled(before: Bool) async throws {
        let nodes = Nodes()
        let record = try await nodes.abandoned(until: start + .seconds(-1))
        let manager = try nodes.process("here")
        if !before { try await manager.recover() }
        let disposition = try await manager.cancel(record.id, in: nodes.alice.scope).disposition
        #expect(disposition == (before ? .requested : .cancelledBeforeStart))
        if before { #expect(try await manager.recover() == 1) }
        #expect(try await nodes.task(record.id).status == .cancelled)
    }
}
