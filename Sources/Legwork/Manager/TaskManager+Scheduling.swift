public import LegworkCore

extension TaskManager {
    /// Has a tool called later: once, every so often, or as a cron expression or a recurrence rule says. Its tasks are made while ``run()``
    /// runs, here or in another process of the store.
    ///
    /// - Returns: the schedule, which says when it happens first.
    /// - Throws: ``TaskManagerError/Code/invalidArgument`` for a time that is none, that never comes or is over, for an unknown zone and for too
    ///   many schedules; ``TaskManagerError/Code/nameTaken``; ``ToolError`` for an unknown tool or bad arguments; ``StoreError``.
    public func schedule(_ request: ScheduleRequest, as caller: Caller) async throws -> ScheduleRecord {
        try await schedule(request, tool: tools.tool(named: request.tool), as: caller)
    }

    func schedule(_ request: ScheduleRequest, tool: RegisteredTool, as caller: Caller) async throws -> ScheduleRecord {
        try tool.check(request.arguments)
        try check(request.arguments, caller)
        try CallLimits.check(request)
        if engine.isShuttingDown { throw shuttingDown }
        let redirects = try engine.channels.redirects(request.redirects, of: caller, tool: request.tool, queue: request.queue)
        let now = engine.clock.now
        var text = request.when
        text.zone = text.zone ?? configuration.timeZone
        let schedule = try Self.reading { () throws(ScheduleError) in try text.schedule(now: now) }
        var record = ScheduleRecord(
            id: .random(),
            caller: caller,
            name: request.name,
            title: request.title ?? tool.tool.title(for: request.arguments),
            tool: request.tool,
            arguments: request.arguments,
            queue: request.queue,
            priority: request.priority,
            metadata: request.metadata,
            text: text.settled(as: schedule),
            catchUp: request.catchUp ?? .latest,
            overlap: request.overlap,
            isWatcher: request.isWatcher,
            nextAt: try Self.first(of: schedule, request.catchUp, now: now),
            createdAt: now
        )
        record.redirects = redirects
        switch try await engine.store.insert(ScheduleInsert(record)) {
        case .inserted:
            engine.scheduler.wake()
            return record
        case .nameTaken(let other):
            throw TaskManagerError(
                .nameTaken,
                "the name '\(other.name ?? "")' is that of the schedule \(other.id); choose another, or delete that one"
            )
        case .full:
            throw TaskManagerError(
                .invalidArgument,
                "there are \(ScheduleInsert.maximumLive) schedules already; delete some that are not needed any more"
            )
        }
    }

    /// Lists schedules, those that happen next first, then those that wait for somebody, then those that have ended.
    ///
    /// - Parameter states: only those in these states; empty means all.
    public func schedules(in scope: Scope, states: Set<ScheduleRecord.State> = []) async throws -> [ScheduleRecord] {
        try await engine.store.schedules(ScheduleQuery(in: scope, states: states))
            .sorted { left, right in
                (left.nextAt?.milliseconds ?? .max, left.createdAt, left.id) < (
                    right.nextAt?.milliseconds ?? .max, right.createdAt, right.id
                )
            }
    }

    /// Reads one schedule by its id, the first four or more characters of that, or its name.
    ///
    /// - Throws: ``TaskManagerError/Code/notFound``, with the same words for a missing one and for another owner's;
    ///   ``TaskManagerError/Code/ambiguous``.
    public func schedule(_ reference: String, in scope: Scope) async throws -> ScheduleRecord {
        let shown = reference.truncated(toBytes: 100)
        guard !reference.isEmpty, reference.utf8.count <= 100 else { throw TaskManagerError.noSchedule(shown) }
        var found = try await engine.store.schedules(ScheduleQuery(in: scope, reference: reference, limit: 10))
        let digits = reference.hasPrefix(ScheduleID.marker) ? reference.dropFirst(ScheduleID.marker.count) : reference[...]
        if !reference.hasPrefix(ScheduleID.marker), found.isEmpty, digits.utf8.count >= TaskID.shortestPrefix {
            found = try await engine.store.schedules(ScheduleQuery(in: scope, reference: ScheduleID.marker + reference, limit: 10))
        } else if digits.utf8.count < TaskID.shortestPrefix {
            found = found.filter { $0.name?.isExactly(reference) ?? false }
        }
        // A name is meant before an id is.
        let named = found.filter { $0.name?.isExactly(reference) ?? false }
        if !named.isEmpty { found = named }
        guard let first = found.first else { throw TaskManagerError.noSchedule(shown) }
        guard found.count == 1 else {
            let list = found.map { "\($0.id) (\($0.title))" }.joined(separator: ", ")
            throw TaskManagerError(.ambiguous, "'\(shown)' fits several schedules: \(list)")
        }
        return first
    }

    /// Stops a schedule until it is resumed. What comes due meanwhile is not made up for.
    ///
    /// - Throws: as ``schedule(_:in:)`` does; ``TaskManagerError/Code/finished`` when it has ended.
    public func pauseSchedule(_ reference: String, in scope: Scope) async throws -> ScheduleRecord {
        try await change(reference, in: scope) { record, _ in
            guard record.state != .ended else { throw Self.ended(record) }
            record.state = .paused
            record.nextAt = nil
        }
    }

    /// Lets a schedule go on with its next time from now.
    ///
    /// - Throws: as ``pauseSchedule(_:in:)`` does, also when there is no further time; ``TaskManagerError/Code/invalidArgument`` when its time
    ///   cannot be read any more.
    public func resumeSchedule(_ reference: String, in scope: Scope) async throws -> ScheduleRecord {
        try await change(reference, in: scope) { record, now in
            guard record.state != .ended else { throw Self.ended(record) }
            guard record.state == .paused else { return }
            let schedule = try Self.reading { () throws(ScheduleError) in try record.text.schedule(now: record.createdAt) }
            guard let next = schedule.next(after: now) else { throw Self.ended(record) }
            record.state = .active
            record.nextAt = next
            record.problem = nil
        }
    }

    /// Deletes a schedule; the tasks that it made stay, and those that wait or are executed go on.
    ///
    /// - Throws: as ``schedule(_:in:)`` does.
    @discardableResult
    public func deleteSchedule(_ reference: String, in scope: Scope) async throws -> ScheduleRecord {
        let record = try await schedule(reference, in: scope)
        guard try await engine.store.delete(ScheduleLookup(record.id, in: scope)) else {
            throw TaskManagerError.noSchedule(reference.truncated(toBytes: 100))
        }
        engine.scheduler.wake()
        return record
    }

    /// Makes a task of a schedule now, beside its times; also of one that is paused or has ended.
    ///
    /// - Throws: as ``schedule(_:in:)`` does; ``TaskManagerError/Code/conflict`` when its last task has not ended and it allows no two at once.
    public func runSchedule(_ reference: String, in scope: Scope) async throws -> TaskRecord {
        var request: InsertRequest?
        _ = try await changeMaking(reference, in: scope) { record, _ in
            if let last = record.lastTask, try await engine.isHeldUp(record) {
                throw TaskManagerError(.conflict, "its last task \(last) has not ended; wait for that, or cancel it")
            }
            let made: InsertRequest = engine.task(of: record, for: nil, tool(record.tool))
            record.lastTask = made.record.id
            record.fired += 1
            request = made
            return made
        }
        guard let task = request?.record else { throw TaskManagerError.noSchedule(reference) }
        engine.workers.wake()
        return task
    }

    /// Lists the tasks that a schedule made and that are still kept, the newest first.
    ///
    /// - Throws: as ``schedule(_:in:)`` does.
    public func history(ofSchedule reference: String, in scope: Scope, limit: Int = 20) async throws -> [TaskSummary] {
        let record = try await schedule(reference, in: scope)
        return try await engine.store.tasks(TaskQuery(in: .owner(record.owner), run: record.id.description, limit: limit)).tasks
    }

    // MARK: - Changing

    private func change(
        _ reference: String,
        in scope: Scope,
        _ body: (inout ScheduleRecord, Timestamp) throws -> Void
    ) async throws -> ScheduleRecord {
        try await changeMaking(reference, in: scope) { (record, now) -> InsertRequest? in
            try body(&record, now)
            return nil
        }
    }

    /// Changes a schedule, perhaps with a task that it makes; again when somebody else was faster.
    private func changeMaking(
        _ reference: String,
        in scope: Scope,
        _ body: (inout ScheduleRecord, Timestamp) async throws -> InsertRequest?
    ) async throws -> ScheduleRecord {
        for _ in 0..<20 {
            let stored = try await schedule(reference, in: scope)
            var record = stored
            let now = engine.clock.now
            let task = try await body(&record, now)
            guard record != stored else { return stored }
            record.touch(at: now)
            guard case .applied(let result) = try await engine.store.commit(ScheduleChange(record, replacing: stored.version, task: task))
            else {
                continue
            }
            if case .refused(let refusal) = result { throw TaskManagerError(refusal) }
            if let task, result == .inserted { engine.watchers.recordChanged(task.record) }
            engine.scheduler.wake()
            return record
        }
        throw TaskManagerError(.conflict, "the schedule '\(reference.truncated(toBytes: 100))' keeps changing; try again")
    }

    /// When a schedule happens first.
    private static func first(of schedule: Schedule, _ catchUp: CatchUp?, now: Timestamp) throws -> Timestamp {
        if let next = schedule.next(after: now) { return next }
        if case .once(let at) = schedule.timing {
            if let catchUp, catchUp != .skip { return at }
            throw TaskManagerError(.invalidArgument, "\(at) is over, now it is \(now); name a time to come, or let it catch up")
        }
        throw TaskManagerError(.invalidArgument, "all its times are over, now it is \(now); mend the start or the end")
    }

    private static func ended(_ record: ScheduleRecord) -> TaskManagerError {
        TaskManagerError(.finished, "the schedule \(record.id) has no further time; make a new one")
    }

    private static func reading<Value>(_ body: () throws(ScheduleError) -> Value) throws(TaskManagerError) -> Value {
        do throws(ScheduleError) { return try body() } catch { throw TaskManagerError(.invalidArgument, error.message) }
    }
}

extension TaskManagerError {
    /// The one answer for schedules that do not exist and schedules of others.
    static func noSchedule(_ reference: String) -> TaskManagerError {
        TaskManagerError(.notFound, "there is no schedule '\(reference)'; 'schedule list' shows those you may see")
    }
}
