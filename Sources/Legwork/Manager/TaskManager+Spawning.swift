public import LegworkCore

extension TaskManager {
    /// Makes a closure a task, which runs at once.
    ///
    /// The record is durable before the closure starts. Nobody has the closure after a restart, so a task whose process is lost has failed;
    /// what should go on then is a tool. Inside, ``AmbientLineage`` makes whatever is started a child of the task.
    ///
    /// - Parameters:
    ///   - title: what the task is about, in one line.
    ///   - caller: who starts it; only this owner sees the task.
    ///   - options: name, family, keys.
    ///   - body: the work.
    /// - Returns: the task, and whether it was started now.
    /// - Throws: ``TaskManagerError`` for a name that is taken or reserved, a parent or run that was cancelled, bad options, or while shutting
    ///   down; ``StoreError`` when it cannot be recorded.
    @discardableResult
    public func spawn(
        _ title: String,
        as caller: Caller,
        options: SpawnOptions = SpawnOptions(),
        _ body: @escaping @Sendable (ToolContext) async throws -> ToolResult
    ) async throws -> Spawned {
        try await spawn(title, caller, options, hasInbox: false, body)
    }

    /// Makes a closure a task to which messages can be sent: a sub-agent.
    ///
    /// As ``spawn(_:as:options:_:)``; the closure reads its messages from its context. Unless the options say otherwise its kind is `sub_agent`.
    @discardableResult
    public func spawnAgent(
        _ title: String,
        as caller: Caller,
        options: SpawnOptions = SpawnOptions(),
        _ body: @escaping @Sendable (ToolContext) async throws -> ToolResult
    ) async throws -> Spawned {
        var options = options
        if options.kind == SpawnOptions().kind { options.kind = "sub_agent" }
        return try await spawn(title, caller, options, hasInbox: true, body)
    }

    private func spawn(
        _ title: String,
        _ caller: Caller,
        _ options: SpawnOptions,
        hasInbox: Bool,
        _ body: @escaping @Sendable (ToolContext) async throws -> ToolResult
    ) async throws -> Spawned {
        guard ToolDescriptor.isValidName(options.kind) else {
            throw TaskManagerError(.invalidArgument, "the kind of a task is 1 to 128 of the characters A-Z a-z 0-9 _ . -")
        }
        let tool = RegisteredTool(
            spawned: ClosureTool(
                ToolDescriptor(
                    name: options.kind,
                    description: title,
                    background: .always,
                    durability: .eager,
                    recovery: .fail,
                    hasInbox: hasInbox,
                    cancelGrace: options.cancelGrace
                )
            ) { _, context in try await body(context) }
        )
        var call = options.callOptions(title: title)
        try CallLimits.check(caller)
        try CallLimits.check(call)
        call.lineage = try await family(call.lineage, caller)

        // A shutdown waits for what is being recorded, or comes first.
        engine.live.beginStarting()
        defer { engine.live.endStarting() }
        if engine.isShuttingDown { throw shuttingDown }
        let spawned = try await record(tool, .object(JSONObject()), caller, call)
        if spawned.isNew { Attempt(engine: engine, tool: tool, record: spawned.task).startDetached() }
        return spawned
    }
}
