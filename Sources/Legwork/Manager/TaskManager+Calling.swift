public import LegworkCore

extension TaskManager {
    /// Calls a tool. A call that finishes within the window gives its result; one that does not becomes a task and goes on.
    ///
    /// The tool starts once, at once, on the caller's thread, and a call that finishes in time writes nothing (unless its tool is
    /// ``Durability/eager``). When the answer is a task, its record is durable already. A tool that computes for long without awaiting
    /// anything should do so in a `@concurrent` function, for until its first `await` it holds up its caller.
    ///
    /// - Parameters:
    ///   - name: the tool.
    ///   - arguments: an object that fits the tool's schema.
    ///   - caller: who calls; only this owner sees the task.
    ///   - options: window, background, and what happens when the caller leaves.
    /// - Throws: ``ToolError`` for an unknown tool or bad arguments; ``TaskManagerError`` for bad options or while shutting down;
    ///   ``StoreError`` when an eager or background call cannot be recorded; `CancellationError` when the call was cancelled. What the
    ///   tool throws is not thrown here: it is the text of a result with `isError`, the same as when the call has become a task.
    public func call(
        _ name: String,
        _ arguments: JSONValue = .object(JSONObject()),
        as caller: Caller,
        options: CallOptions? = nil
    ) async throws -> CallOutcome {
        let tool = try tools.tool(named: name)
        try tool.check(arguments)
        let plan = try CallPlan(tool, options, window: engine.window)
        if engine.isShuttingDown { throw TaskManagerError(.shuttingDown, "the daemon is shutting down; try again when it is back") }
        guard case .lazy(let window) = plan else { return try await callRecorded(tool, arguments, caller, options ?? CallOptions(), plan) }
        let attempt = Attempt(engine: engine, tool: tool, arguments: arguments, caller: caller, options: options)
        if let result = try attempt.start() { return .finished(result) }
        return try await attempt.outcome(within: window)
    }

    // Kept out of the frame of quick calls.
    @inline(never)
    private func callRecorded(
        _ tool: RegisteredTool,
        _ arguments: JSONValue,
        _ caller: Caller,
        _ options: CallOptions,
        _ plan: CallPlan
    ) async throws -> CallOutcome {
        let record = try await recordNow(tool, arguments, caller, options)
        guard case .eager(let window) = plan else {
            Attempt(engine: engine, tool: tool, record: record).startDetached()
            return .task(record)
        }
        let attempt = Attempt(engine: engine, tool: tool, record: record, options: options)
        if let result = try attempt.start() { return .finished(result) }
        return try await attempt.outcome(within: window)
    }

    /// Puts a call into a queue, from which a worker takes it.
    ///
    /// - Returns: the recorded task; with an idempotency key that was used before, the task of that time.
    /// - Throws: ``ToolError``, ``TaskManagerError`` and ``StoreError`` as ``call(_:_:as:options:)`` does.
    public func submit(
        _ name: String,
        _ arguments: JSONValue = .object(JSONObject()),
        as caller: Caller,
        options: SubmitOptions = SubmitOptions()
    ) async throws -> TaskRecord {
        let tool = try tools.tool(named: name)
        try tool.check(arguments)
        if engine.isShuttingDown { throw TaskManagerError(.shuttingDown, "the daemon is shutting down; try again when it is back") }
        var record = TaskRecord(
            id: configuration.makeID(),
            tool: name,
            title: options.title ?? tool.tool.title(for: arguments),
            name: options.name,
            caller: caller,
            lineage: options.lineage,
            arguments: arguments,
            idempotencyKey: options.idempotencyKey,
            queue: options.queue,
            priority: options.priority,
            recovery: tool.descriptor.recovery,
            createdAt: engine.clock.now
        )
        try CallPlan.checkTexts(owner: caller.owner, name: record.name, queue: record.queue, idempotencyKey: record.idempotencyKey)
        try checkSize(arguments)
        let event = record.newEvent(.created, at: record.createdAt)
        switch try await engine.store.insert(InsertRequest(record, events: [event])) {
        case .existing(let existing): return existing
        case .nameTaken(let other): throw nameTaken(other)
        case .inserted:
            engine.workers.wake()
            return record
        }
    }

    /// Records a call that starts now.
    private func recordNow(_ tool: RegisteredTool, _ arguments: JSONValue, _ caller: Caller, _ options: CallOptions) async throws
        -> TaskRecord
    {
        try CallPlan.checkTexts(owner: caller.owner, name: options.name)
        try checkSize(arguments)
        let now = engine.clock.now
        var record = TaskRecord(
            id: configuration.makeID(),
            tool: tool.descriptor.name,
            title: options.title ?? tool.tool.title(for: arguments),
            name: options.name,
            caller: caller,
            lineage: options.lineage,
            arguments: arguments,
            recovery: tool.descriptor.recovery,
            lifecycle: .promoted,
            lease: engine.newLease(),
            createdAt: now,
            startedAt: now
        )
        let events = [record.newEvent(.created, at: now), record.newEvent(.started, at: now, data: TaskEvent.firstAttempt)]
        switch try await engine.store.insert(InsertRequest(record, events: events)) {
        case .inserted, .existing: return record
        case .nameTaken(let other): throw nameTaken(other)
        }
    }

    private func nameTaken(_ other: TaskRecord) -> TaskManagerError {
        TaskManagerError(.nameTaken, "the name '\(other.name ?? "")' is that of \(other.id), which has not ended; choose another name")
    }

    private func checkSize(_ arguments: JSONValue) throws(TaskManagerError) {
        let (size, limit) = (arguments.approximateBytes, configuration.maximumArgumentBytes)
        guard size <= limit else {
            throw TaskManagerError(
                .invalidArgument,
                "the arguments have about \(size) bytes, \(limit) are allowed; pass a reference instead"
            )
        }
    }
}

/// When a call is recorded and how long its caller waits.
enum CallPlan: Sendable, Hashable {
    /// Recorded when the window has passed, if there is one.
    case lazy(window: Duration?)
    /// Recorded before it starts; the caller waits for the window.
    case eager(window: Duration?)
    /// Recorded before it starts; the caller does not wait.
    case background

    /// Decides.
    ///
    /// - Throws: ``TaskManagerError/Code/invalidArgument`` for a window that makes no sense.
    init(_ tool: RegisteredTool, _ options: CallOptions?, window standard: Duration) throws(TaskManagerError) {
        if let window = options?.window {
            guard window >= .zero, window <= TaskManagerConfiguration.maximumWait else {
                let longest = TaskManagerConfiguration.maximumWait.milliseconds / 1000
                throw TaskManagerError(.invalidArgument, "the window must be between 0 and \(longest) seconds, not \(window.seconds)")
            }
        }
        let window: Duration?
        switch tool.background {
        case .always:
            self = .background
            return
        case .never: window = nil
        case .onRequest, .automatic:
            if options?.inBackground == true {
                self = .background
                return
            }
            if case .automatic(let ownWindow) = tool.background {
                window = options?.window ?? ownWindow ?? standard
            } else {
                window = nil
            }
        }
        // A name has to be unique from the start, and only the store can say whether it is.
        self = tool.durability == .eager || options?.name != nil ? .eager(window: window) : .lazy(window: window)
    }

    /// Refuses texts that are too long or empty.
    static func checkTexts(
        owner: Owner,
        name: String?,
        queue: String = TaskRecord.defaultQueue,
        idempotencyKey: String? = nil
    ) throws(TaskManagerError) {
        let limits = [
            ("owner", owner.name, Owner.maximumLength), ("name", name, 100), ("queue", queue, 100),
            ("idempotency key", idempotencyKey, 256),
        ]
        for (what, text, limit) in limits {
            guard let text else { continue }
            let isPrintable = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
            guard !text.isEmpty, text.utf8.count <= limit, isPrintable else {
                throw TaskManagerError(.invalidArgument, "the \(what) must be a text of 1 to \(limit) bytes without control characters")
            }
        }
    }
}
