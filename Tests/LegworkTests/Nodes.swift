import Legwork
import LegworkCore
import LegworkTestKit
import Testing

/// Managers that share a store, as processes of several machines would, each with a clock of its own.
struct Nodes {
    let store = FaultyStore(MemoryTaskStore(), isShared: true)
    let alice = Caller(owner: "alice")

    /// A process. What it can see of others is what the test says; nothing, unless it says something.
    func process(
        _ name: String,
        _ tools: any Tool...,
        clock: any TaskClock = MockClock(),
        configure: (inout TaskManagerConfiguration) -> Void = { _ in },
        seeing liveness: @escaping @Sendable (NodeID) -> NodeLiveness = { _ in .unknown }
    ) throws -> TaskManager {
        var configuration = TaskManagerConfiguration()
        configure(&configuration)
        return TaskManager(
            store: store,
            tools: try ToolRegistry(tools),
            configuration: configuration,
            clock: clock,
            node: NodeID(name),
            liveness: liveness
        )
    }

    func background(_ manager: TaskManager, _ tool: String = "scripted") async throws -> TaskRecord {
        try #require(try await manager.call(tool, as: alice, options: .background).task)
    }

    func task(_ id: TaskID) async throws -> TaskRecord { try #require(try await store.task(TaskLookup(id, in: .operator))) }

    /// Lets a process, in which nothing else waits for time, renew its leases once. Without a clock it does so by itself.
    func renewal(_ clock: MockClock?, by duration: Duration = .seconds(20)) async {
        let renewed = store.hold(.renew, .after)
        if let clock {
            await clock.sleeperDue(within: duration)
            clock.advance(by: duration)
        }
        await renewed.reached.wait()
        renewed.release()
    }

    /// A task that a process of another machine began to execute, and of which nothing more was heard.
    func abandoned(
        _ recovery: RecoveryPolicy = .stop,
        node: NodeID = NodeID("far"),
        until end: Timestamp,
        checkpoint: JSONValue? = nil
    ) async throws -> TaskRecord {
        var record = TaskRecord(
            id: .random(),
            tool: "scripted",
            title: "scripted",
            caller: alice,
            arguments: [:],
            recovery: recovery,
            lifecycle: .promoted,
            lease: Lease(token: .random(), node: node, expiresAt: end),
            createdAt: MockClock().now
        )
        record.checkpoint = checkpoint
        _ = try await store.insert(InsertRequest(record, events: []))
        return record
    }
}
