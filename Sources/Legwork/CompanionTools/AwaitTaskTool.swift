import LegworkCore

/// `await_task`: waits for tasks, never so long that its own caller loses patience.
struct AwaitTaskTool: Tool {
    private static let defaultTimeout = 20.0
    /// Many hosts give up a call after 60 seconds.
    private static let maximumTimeout = 50.0
    private static let maximumTasks = 50
    /// The most bytes of one result that are repeated when several tasks are awaited.
    private static let resultLimit = 32 << 10
    /// The longest silence towards a caller that listens to progress.
    static let heartbeat = Duration.seconds(5)

    let descriptor = ToolDescriptor(
        name: "await_task",
        title: "Await task",
        description: """
            Wait for background tasks to end and get their results. Waits at most timeout seconds and then answers that the task is still \
            running, which is no error: call await_task again to go on waiting, or do something else meanwhile. It answers early when the \
            task needs an answer from outside or has stopped. Give task_id for one task, or task_ids with a mode for several. Waiting never \
            disturbs the tasks.
            """,
        inputSchema: TaskDesk.schema([
            "task_id": TaskDesk.taskID,
            "task_ids": [
                "type": "array", "minItems": 1, "maxItems": JSONValue(maximumTasks), "items": TaskDesk.taskID,
                "description": "Several tasks, in place of task_id.",
            ],
            "mode": [
                "type": "string", "enum": ["any", "all"], "default": "all",
                "description": "With task_ids: answer when any of them has ended, or when all have.",
            ],
            "timeout": [
                "type": "number", "minimum": 0, "maximum": JSONValue(maximumTimeout), "default": JSONValue(defaultTimeout),
                "description": "How many seconds to wait at most.",
            ],
        ]),
        annotations: TaskDesk.looksOnly,
        background: .never
    )
    private let desk: TaskDesk

    init(_ desk: TaskDesk) { self.desk = desk }

    func prepare(_ arguments: JSONValue) throws {
        guard (arguments["task_id"] == nil) != (arguments["task_ids"] == nil) else {
            throw ToolError(.invalidArguments, "the arguments of 'await_task' do not fit: give either task_id or task_ids")
        }
    }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await desk.answer { manager in
            let scope = context.caller.scope
            var ids: [TaskID] = []
            for reference in arguments["task_ids"]?.array ?? [arguments["task_id"] ?? ""] {
                let id = try await manager.resolve(reference.string ?? "", in: scope)
                if !ids.contains(id) { ids.append(id) }
            }
            let mode = arguments["mode"]?.string.flatMap(WaitMode.init) ?? .all
            let limit = Duration.milliseconds(Int64((arguments["timeout"]?.double ?? Self.defaultTimeout) * 1000))
            let outcome = try await Self.wait(manager, ids, mode, limit, context)
            let now = manager.engine.clock.now
            if arguments["task_id"] != nil, let record = outcome.settled.first ?? outcome.pending.first {
                await TaskDesk.noteReading([record], manager, context)
                return Self.answer(record, isTimedOut: outcome.isTimedOut, now)
            }
            // A result that is only pointed to is not read by that.
            let repeated = outcome.settled.filter { $0.result?.approximateBytes ?? 0 <= Self.resultLimit }
            await TaskDesk.noteReading(repeated, manager, context)
            return Self.answer(outcome, now)
        }
    }

    // MARK: - Waiting

    /// Waits, and meanwhile tells the caller of every change, or at least that it still waits.
    private static func wait(
        _ manager: TaskManager,
        _ ids: [TaskID],
        _ mode: WaitMode,
        _ limit: Duration,
        _ context: ToolContext
    ) async throws -> WaitOutcome {
        let clock = manager.engine.clock
        let progress = WaitProgress(context, began: clock.uptime, limit: limit)
        let watch = manager.engine.watchers.watch(Set(ids), for: .changed)
        defer { watch.end() }
        return try await withThrowingTaskGroup(of: WaitOutcome?.self) { group in
            group.addTask { try await manager.wait(for: ids, mode, atMost: limit, in: context.caller.scope) }
            group.addTask {
                for await id in watch.signals {
                    guard let record = try? await manager.task(id, in: context.caller.scope), !record.status.isSettled else { continue }
                    progress.report(TaskReport(record, now: clock.now).sentence, at: clock.uptime)
                }
                return nil
            }
            group.addTask {
                while (try? await clock.sleep(until: progress.nextBeat)) != nil { progress.beat(at: clock.uptime) }
                return nil
            }
            defer { group.cancelAll() }
            while let outcome = try await group.next() {
                if let outcome { return outcome }
            }
            throw CancellationError()
        }
    }

    // MARK: - Answers

    private static func answer(_ record: TaskRecord, isTimedOut: Bool, _ now: Timestamp) -> ToolResult {
        let report = TaskReport(record, now: now)
        var object = report.object
        object["timed_out"] = .bool(isTimedOut)
        return ToolResult(content: report.content, structuredContent: .object(object))
    }

    private static func answer(_ outcome: WaitOutcome, _ now: Timestamp) -> ToolResult {
        let settled = outcome.settled.map { TaskReport($0, now: now, resultLimit: resultLimit) }
        let pending = outcome.pending.map { TaskReport($0, now: now) }
        var first = "\(settled.count) of \(settled.count + pending.count) tasks no longer run."
        if outcome.isTimedOut { first += " The time is over; call await_task again to go on waiting." }
        let lines = [first] + pending.map(\.listLine)
        return ToolResult(
            content: [.text(lines.joined(separator: "\n"))] + settled.flatMap(\.content),
            structuredContent: [
                "tasks": .array((settled + pending).map { .object($0.object) }),
                "settled": JSONValue(settled.count),
                "pending": JSONValue(pending.count),
                "timed_out": .bool(outcome.isTimedOut),
            ]
        )
    }
}
