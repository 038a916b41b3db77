import LegworkCore

extension Engine {
    /// The record of a call that runs here, and its first timeline entries.
    ///
    /// - Throws: ``TaskManagerError`` for redirects that cannot be.
    func started(
        _ id: TaskID,
        _ tool: RegisteredTool,
        _ arguments: JSONValue,
        _ caller: Caller,
        _ options: CallOptions,
        at now: Timestamp
    ) throws(TaskManagerError) -> (TaskRecord, [TaskEvent]) {
        let redirects = try channels.redirects(
            options.redirects,
            of: caller,
            tool: tool.descriptor.name,
            queue: TaskRecord.defaultQueue
        )
        var (record, events) = TaskRecord.started(id, tool, arguments, caller, options, lease: newLease(), at: now)
        record.take(redirects, channels)
        return (record, events)
    }
}

extension TaskRecord {
    /// The record of a call that runs, and its first timeline entries.
    static func started(
        _ id: TaskID,
        _ tool: RegisteredTool,
        _ arguments: JSONValue,
        _ caller: Caller,
        _ options: CallOptions,
        lease: Lease,
        at now: Timestamp
    ) -> (TaskRecord, [TaskEvent]) {
        var record = TaskRecord(
            id: id,
            tool: tool.descriptor.name,
            title: options.title ?? tool.tool.title(for: arguments),
            name: options.name,
            caller: caller,
            lineage: options.lineage,
            arguments: arguments,
            idempotencyKey: options.idempotencyKey,
            recovery: tool.descriptor.recovery,
            hasInbox: tool.descriptor.hasInbox,
            flightKey: options.flightKey,
            metadata: options.metadata,
            keepsUntilRead: options.keepsUntilRead,
            terms: TaskTerms(retry: options.retry ?? tool.descriptor.retry.flatMap { $0.appliesToCalls ? $0 : nil }),
            lifecycle: .promoted,
            lease: lease,
            createdAt: now,
            startedAt: now
        )
        let events = [record.newEvent(.created, at: now), record.newEvent(.started, at: now, data: TaskEvent.firstAttempt)]
        return (record, events)
    }
}
