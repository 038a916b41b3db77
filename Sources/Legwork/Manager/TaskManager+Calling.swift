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
        // What most calls have not is kept out of the frame of those.
        if tool.isBackgroundCapable { return try await callAsWished(tool, arguments, caller, options) }
        try tool.check(arguments)
        try check(arguments, caller)
        if options != nil || AmbientLineage.object != nil { return try await call(tool, arguments, caller, options ?? CallOptions()) }
        let plan = try CallPlan(tool, nil, window: engine.window)
        if engine.isShuttingDown { throw shuttingDown }
        guard case .lazy(let window) = plan else { return try await callRecorded(tool, arguments, caller, CallOptions(), plan) }
        let attempt = Attempt(engine: engine, tool: tool, arguments: arguments, caller: caller)
        if let result = try attempt.start() { return .finished(result) }
        return try await attempt.outcome(within: window)
    }

    /// Calls a tool with arguments that were checked.
    @inline(never)
    func call(_ tool: RegisteredTool, _ arguments: JSONValue, _ caller: Caller, _ options: CallOptions) async throws -> CallOutcome {
        try CallLimits.check(options)
        _ = try engine.channels.redirects(options.redirects, of: caller, tool: tool.descriptor.name, queue: TaskRecord.defaultQueue)
        var options = options
        options.lineage = try await family(options.lineage, caller)
        let plan = try CallPlan(tool, options, window: engine.window)
        if engine.isShuttingDown { throw shuttingDown }
        guard case .lazy(let window) = plan else { return try await callRecorded(tool, arguments, caller, options, plan) }
        let attempt = Attempt(engine: engine, tool: tool, arguments: arguments, caller: caller, options: options)
        if let result = try attempt.start() { return .finished(result) }
        return try await outcome(of: attempt, within: window)
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
        let record: TaskRecord
        let attempt: Attempt
        do {
            // A shutdown waits for what is being recorded, or comes first.
            engine.live.beginStarting()
            defer { engine.live.endStarting() }
            if engine.isShuttingDown { throw shuttingDown }
            let spawned = try await self.record(tool, arguments, caller, options)
            record = spawned.task
            guard spawned.isNew else { return .task(record) }
            if case .background = plan {
                Attempt(engine: engine, tool: tool, record: record).startDetached()
                return .task(record)
            }
            attempt = Attempt(engine: engine, tool: tool, record: record, options: options)
        }
        guard record.keepsUntilRead else {
            if let result = try attempt.start() { return .finished(result) }
            return try await outcome(of: attempt, within: plan.window)
        }
        let outcome: CallOutcome
        if let result = try attempt.start() {
            outcome = .finished(result)
        } else {
            outcome = try await self.outcome(of: attempt, within: plan.window)
        }
        if case .finished = outcome, let ended = try? await task(record.id, in: caller.scope) {
            await noteReading([ended], in: caller.scope)
        }
        return outcome
    }

    /// Waits for the outcome of a call, perhaps one that the tool of another attempt makes.
    private func outcome(of attempt: Attempt, within window: Duration?) async throws -> CallOutcome {
        guard let calling = Attempt.waiting(in: engine) else { return try await attempt.outcome(within: window) }
        return try await calling.whileCalling { try await attempt.outcome(within: window) }
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
        let (arguments, wish) = try tool.separate(arguments)
        if let task = wish.task { return try await earlierCall(task, of: tool, arguments, caller) }
        try tool.check(arguments)
        try check(arguments, caller)
        try CallLimits.check(options)
        if engine.isShuttingDown { throw shuttingDown }
        let now = engine.clock.now
        if let deadline = options.deadline, deadline <= now {
            throw TaskManagerError(.invalidArgument, "the deadline \(deadline) has passed already")
        }
        var terms = TaskTerms(
            limitKey: options.limitKey,
            deadline: options.deadline,
            limits: options.limits,
            retry: options.retry ?? tool.descriptor.retry
        )
        // The other limits are looked up when an attempt begins, so that a task which has none of its own costs nothing for it.
        terms.limits.queue = options.limits.queue ?? tool.descriptor.limits.queue ?? configuration.queuedTaskLimits.queue
        var record = TaskRecord(
            id: options.id ?? configuration.makeID(),
            tool: name,
            title: options.title ?? tool.tool.title(for: arguments),
            name: options.name,
            caller: caller,
            lineage: try await family(options.lineage, caller),
            arguments: arguments,
            idempotencyKey: options.idempotencyKey,
            queue: options.queue,
            priority: options.priority,
            notBefore: options.notBefore.map { min($0, now + .seconds(10 * 366 * 24 * 3600)) }
                ?? (options.delay > .zero ? now + options.delay : nil),
            recovery: tool.descriptor.recovery,
            hasInbox: tool.descriptor.hasInbox,
            flightKey: options.flightKey,
            metadata: options.metadata,
            keepsUntilRead: options.keepsUntilRead,
            terms: terms,
            createdAt: now
        )
        record.take(
            try engine.channels.redirects(options.redirects, of: caller, tool: name, queue: options.queue),
            engine.channels
        )
        let event = record.newEvent(.created, at: record.createdAt)
        // Also after a fault, for it may be written all the same.
        defer {
            engine.workers.joined(record, engine)
            engine.watchers.recordChanged(record)
        }
        switch try await engine.store.insert(InsertRequest(record, events: [event])) {
        case .existing(let existing): return existing
        case .nameTaken(let other): throw nameTaken(other)
        case .refused(let refusal): throw TaskManagerError(refusal)
        case .inserted: return record
        }
    }

    /// Records something that starts now.
    func record(
        _ tool: RegisteredTool,
        _ arguments: JSONValue,
        _ caller: Caller,
        _ options: CallOptions
    ) async throws -> Spawned {
        let id = options.id ?? configuration.makeID()
        let (record, events) = try engine.started(id, tool, arguments, caller, options, at: engine.clock.now)
        switch try await engine.insert(InsertRequest(record, events: events)) {
        case .inserted:
            engine.watchers.recordChanged(record)
            return Spawned(record, isNew: true)
        case .existing(let existing): return Spawned(existing, isNew: false)
        case .nameTaken(let other): throw nameTaken(other)
        case .refused(let refusal): throw TaskManagerError(refusal)
        }
    }

    /// Where something that is started now belongs.
    ///
    /// - Throws: ``TaskManagerError/Code/notFound`` for a parent that the caller may not see.
    func family(_ given: Lineage, _ caller: Caller) async throws -> Lineage {
        let ambient = AmbientLineage.current(for: caller.owner)
        if let parent = given.parent, parent != ambient.parent {
            guard try await engine.store.task(TaskLookup(parent, in: caller.scope)) != nil else { throw TaskManagerError.notFound(parent) }
        }
        return given.completed(from: ambient)
    }

    var shuttingDown: TaskManagerError {
        TaskManagerError(.shuttingDown, "the daemon is shutting down; try again when it is back")
    }

    private func nameTaken(_ other: TaskRecord) -> TaskManagerError {
        TaskManagerError(.nameTaken, "the name '\(other.name ?? "")' is that of \(other.id), which has not ended; choose another name")
    }

    /// Refuses what could not be recorded, should the call become a task.
    func check(_ arguments: JSONValue, _ caller: Caller) throws(TaskManagerError) {
        try CallLimits.check(caller)
        if let excess = arguments.excess(bytes: engine.maximumArgumentBytes) {
            throw TaskManagerError(.invalidArgument, "the arguments cannot be taken: \(excess); pass a reference instead")
        }
    }
}
