import LegworkCore

extension Engine {
    /// Whether the last task of a schedule stands in the way of the next.
    func isHeldUp(_ schedule: ScheduleRecord) async throws(StoreError) -> Bool {
        guard schedule.overlap == .skip, let last = schedule.lastTask else { return false }
        return try await store.task(TaskLookup(last, in: .operator)).map { !$0.status.isTerminal } ?? false
    }

    /// The task that a schedule makes.
    ///
    /// Its run is the schedule, by which its history is found. Any conversation of the owner is told of it: the one that made the schedule may
    /// be over by then.
    ///
    /// - Parameter time: the time that it is made for; nil when somebody wants it now.
    func task(of schedule: ScheduleRecord, for time: Timestamp?, _ tool: RegisteredTool?) -> InsertRequest {
        let id = configuration.makeID()
        var terms = TaskTerms(retry: tool?.descriptor.retry)
        terms.limits.queue = tool?.descriptor.limits.queue ?? configuration.queuedTaskLimits.queue
        var caller = schedule.caller
        caller.origin?.session = nil
        var metadata = schedule.metadata
        metadata["schedule"] = .string(schedule.id.description)
        metadata["scheduled_for"] = time.map { .string($0.description) }
        var record = TaskRecord(
            id: id,
            tool: schedule.tool,
            title: schedule.title,
            caller: caller,
            lineage: Lineage(run: schedule.id.description),
            arguments: schedule.arguments,
            idempotencyKey: "\(schedule.id)/" + (time.map { "\($0.milliseconds)" } ?? "now/\(id)"),
            queue: schedule.queue,
            priority: schedule.priority,
            recovery: tool?.descriptor.recovery ?? .stop,
            hasInbox: tool?.descriptor.hasInbox ?? false,
            metadata: metadata,
            terms: terms,
            createdAt: clock.now
        )
        if schedule.isWatcher { record.extras.isWatcher = true }
        // Who may use a channel may have changed since. One that is configured no more is given up where it is seen.
        let channels = channels
        record.take(schedule.redirects.filter { channels[$0.channel]?.access.permits(caller) ?? true }, channels)
        let event = record.newEvent(.created, at: record.createdAt)
        return InsertRequest(record, events: [event])
    }

    /// Deletes the task of a watcher that found nothing. When that fails, retention does it later.
    func forget(_ record: TaskRecord) async {
        do {
            _ = try await purge(
                PurgeRequest(in: .operator, ids: [record.id], finishedBefore: Timestamp(milliseconds: .max), limit: 1)
            )
        } catch {
            problem("\(record.id), which has nothing to report, cannot be deleted yet: \(error)")
        }
    }
}
