import LegworkCore

// Calls of background-capable tools, which say in their arguments how they are to be made and may be about a task that is there already.
extension TaskManager {
    /// Calls a background-capable tool as the arguments wish it.
    @inline(never)
    func callAsWished(
        _ tool: RegisteredTool,
        _ arguments: JSONValue,
        _ caller: Caller,
        _ options: CallOptions?
    ) async throws -> CallOutcome {
        let (arguments, wish) = try tool.separate(arguments)
        var options = options ?? CallOptions()
        if wish.inBackground { options.inBackground = true }
        if let task = wish.task { return try await callAgain(task, tool, arguments, caller, options) }
        try tool.check(arguments)
        try check(arguments, caller)
        return try await call(tool, arguments, caller, options)
    }

    /// A call that names an earlier one: its end, a wait for it within the window, or that it goes on.
    private func callAgain(
        _ reference: String,
        _ tool: RegisteredTool,
        _ arguments: JSONValue,
        _ caller: Caller,
        _ options: CallOptions
    ) async throws -> CallOutcome {
        let plan = try CallPlan(tool, options, window: engine.window)
        var record = try await earlierCall(reference, of: tool, arguments, caller)
        switch plan {
        case .background: break
        case .lazy(let window), .eager(let window):
            guard !record.status.isSettled else { break }
            record = try await wait(for: record.id, atMost: window ?? TaskManagerConfiguration.maximumWait, in: caller.scope)
        }
        return record.status.isTerminal ? .finished(end(of: record)) : .task(record)
    }

    /// The task of an earlier call of a tool, which goes on if it stood still and can.
    ///
    /// - Throws: ``TaskManagerError/Code/notFound``, with the same words for what is no id, a missing task and another owner's;
    ///   ``TaskManagerError/Code/invalidArgument`` for another tool's task.
    func earlierCall(_ reference: String, of tool: RegisteredTool, _ arguments: JSONValue, _ caller: Caller) async throws -> TaskRecord {
        try CallLimits.check(caller)
        guard let id = TaskID(reference) else { throw TaskManagerError.notFound(reference.truncated(toBytes: 100)) }
        let record = try await task(id, in: caller.scope)
        guard record.tool == tool.descriptor.name else {
            throw TaskManagerError(.invalidArgument, "\(id) is a task of '\(record.tool)', not of '\(tool.descriptor.name)'; ask that tool")
        }
        guard record.status == .stopped, tool.isResumable else { return record }
        return try await resume(id, with: arguments, in: caller.scope)
    }

    /// The result of a task that has ended, with how it ended, for whoever asks after the task.
    private func end(of record: TaskRecord) -> ToolResult {
        var meta = record.result?.meta ?? JSONObject()
        meta["legwork/task"] = ["task_id": .string(record.id.description), "status": .string(record.status.rawValue)]
        return ToolResult(
            content: TaskReport(record, now: engine.clock.now).content,
            structuredContent: record.result?.structuredContent,
            isError: record.status != .completed,
            meta: meta
        )
    }
}
