public import LegworkCore
import Synchronization

/// Calls tools, and turns the calls that take long into durable tasks.
///
/// ```swift
/// let manager = TaskManager(store: try .sqlite(path: "tasks.db"), tools: try ToolRegistry([build]))
/// switch try await manager.call("build", ["target": "all"], as: Caller(owner: "session-1")) {
/// case .finished(let result): print(result.text)
/// case .task(let record): print("goes on as \(record.id)")
/// }
/// ```
///
/// Calls work at once. Queued tasks are executed, and tasks of a process that is gone are recovered, while ``run()`` runs.
public final class TaskManager: Sendable {
    /// The tools that can be called.
    public let tools: ToolRegistry
    /// The configuration.
    public var configuration: TaskManagerConfiguration { engine.configuration }

    let engine: Engine
    /// What the manager itself calls.
    let builtIn = BuiltInTools()
    private let isRunning = Atomic(false)

    /// Makes a manager.
    ///
    /// - Parameters:
    ///   - store: where tasks live.
    ///   - tools: what can be called; more can be registered later.
    ///   - configuration: how calls and tasks are treated.
    ///   - clock: the time.
    public convenience init(
        store: any TaskStore,
        tools: ToolRegistry = ToolRegistry(),
        configuration: TaskManagerConfiguration = TaskManagerConfiguration(),
        clock: any TaskClock = SystemClock()
    ) {
        // Whose process it is matters only to others.
        let node = store.isShared ? NodeID.ofThisProcess() : .random()
        self.init(store: store, tools: tools, configuration: configuration, clock: clock, node: node)
    }

    /// Makes a manager that passes for another process.
    package init(
        store: any TaskStore,
        tools: ToolRegistry,
        configuration: TaskManagerConfiguration = TaskManagerConfiguration(),
        clock: any TaskClock,
        node: NodeID,
        liveness: @escaping @Sendable (NodeID) -> NodeLiveness = NodeLiveness.of
    ) {
        self.tools = tools
        engine = Engine(store: store, clock: clock, configuration: configuration, node: node, liveness: liveness)
    }

    /// Recovers what a process that is gone left behind, then executes queued tasks until the Swift task is cancelled or ``shutdown()`` is
    /// called. Meanwhile it heeds schedules, deletes finished tasks as ``TaskManagerConfiguration/retention`` says, and with a store that other
    /// processes write to it goes on recovering.
    ///
    /// - Throws: ``StoreError`` when recovery fails; `TaskManagerError.invalidArgument` when it runs already.
    public func run() async throws {
        guard isRunning.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged else {
            throw TaskManagerError(.invalidArgument, "this manager runs already; call run() once")
        }
        do {
            try await recover()
        } catch {
            isRunning.store(false, ordering: .releasing)
            throw error
        }
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                if engine.store.isShared {
                    let engine = engine
                    group.addTask { await engine.keepRecovering() }
                    group.addTask {
                        for await ids in engine.store.changes() {
                            for id in ids { engine.watchers.changedElsewhere(id) }
                            engine.followers.ringAll()
                            engine.dispatcher.wakeAll()
                            await engine.heedCancels(of: ids)
                            engine.workers.lookAgain()
                        }
                    }
                    group.addTask { for await _ in engine.store.scheduleChanges() { engine.scheduler.wake() } }
                }
                group.addTask { [engine] in await engine.caretaker.run(engine) }
                group.addTask { [engine] in await engine.dispatcher.run(engine) }
                group.addTask { [engine] in await engine.scheduler.run(engine) { self.tool($0) } }
                if let wakeUps = engine.wakeUps { group.addTask { [engine] in await wakeUps.run(engine) } }
                await engine.workers.run(engine) { record, slot in await self.execute(record, slot) }
                group.cancelAll()
            }
        } onCancel: {
            engine.workers.stop()
        }
    }

    /// Finds the tasks that processes which are gone were executing, and lets each go on, stop or fail, as its tool wants it.
    ///
    /// ``run()`` does this first; a door that shows tasks before may want it done earlier.
    ///
    /// - Returns: how many there were.
    /// - Throws: ``StoreError``.
    @discardableResult
    public func recover() async throws -> Int { try await engine.recoverLostTasks() }

    /// Takes no more work, tells running tools to stop, and returns when all have, or were abandoned after their grace.
    ///
    /// Tasks that were interrupted go back to their queue or stop, as their tools want it; it is no failed attempt. Calls in their window
    /// throw ``TaskManagerError/Code/shuttingDown``.
    public func shutdown() async {
        engine.beginShutdown()
        engine.workers.stop()
        engine.dispatcher.stop(engine)
        for attempt in engine.live.all { attempt.interrupt() }
        await engine.live.drained()
        await engine.dispatcher.idle()
        engine.dismissKeeper()
        engine.followers.close()
        engine.watchers.feeds.close()
    }

    /// Whether ``shutdown()`` was called: what is interrupted from now on may go on later.
    public var isShuttingDown: Bool { engine.isShuttingDown }

    /// How many recorded tasks this process executes now.
    public var liveTasks: Int { engine.live.count }

    /// The tool that the tasks of a name are executed with: one of the registry, or one that the manager calls by itself.
    func tool(_ name: String) -> RegisteredTool? { tools[name] ?? builtIn[name] }

    private func execute(_ record: TaskRecord, _ slot: WorkerSlot) async {
        guard let tool = tool(record.tool) else {
            _ = await engine.persist("the end for want of a tool", of: record.id, token: record.lease?.token, from: record) { record in
                record.failure = "there is no tool named '\(record.tool)' here any more; register it and run the task again"
                return try record.apply(.failed(.unknownTool), at: engine.clock.now)
            }
            slot.end()
            return
        }
        Attempt(engine: engine, tool: tool, record: record, slot: slot).startDetached()
    }
}
