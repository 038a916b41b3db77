import LegworkCore

extension Writer {
    func insert(
        _ request: InsertRequest,
        _ task: EncodedTask,
        _ events: EncodedEvents,
        _ notices: EncodedNotices,
        _ deliveries: [EncodedDelivery]
    ) throws(StoreError) -> InsertResult {
        if let idempotencyKey = request.record.idempotencyKey {
            let position = try connection.integer(
                """
                SELECT position FROM tasks INDEXED BY tasks_by_idempotency_key
                WHERE owner = \(task.owner) AND idempotency_key = \(idempotencyKey)
                """
            )
            if let position, let record = try soundRecord(position) { return .existing(record) }
        }
        if let refusal = try refusal(of: request.record) { return .refused(refusal) }
        if let flightKey = request.record.flightKey {
            let position = try connection.integer(
                """
                SELECT position FROM tasks INDEXED BY tasks_by_flight_key WHERE owner = \(task.owner) AND flight_key = \(flightKey)
                AND flight_key IS NOT NULL AND status IN ('queued', 'running', 'input_required', 'stopped')
                """
            )
            if let position, let record = try soundRecord(position) { return .existing(record) }
        }
        if let name = request.record.name {
            let position = try connection.integer(
                """
                SELECT position FROM tasks INDEXED BY tasks_by_live_name WHERE name = \(name) AND owner = \(task.owner)
                AND name IS NOT NULL AND status IN ('queued', 'running', 'input_required', 'stopped')
                """
            )
            if let position, let record = try soundRecord(position) {
                guard try connection.integer("SELECT 1 FROM tasks WHERE id = \(task.id.description)") == nil else {
                    throw Self.duplicate(task.id)
                }
                return .nameTaken(record)
            }
        }
        let (position, createdUntil) = numbers.takePosition(createdAt: task.createdAt)
        let insert = statements.insertTask
        try insert.bind(.integer(position), at: 1)
        try insert.bind(.integer(createdUntil), at: 2)
        // The arguments come next in the row, and have the last placeholder.
        let end = EncodedTask.placement.upperBound
        if !task.isBodySmall { try insert.bind(.null, at: Int32(3 + end)) }
        try insert.run(task.row, 0..<(task.isBodySmall ? end + 1 : end), at: 3)
        guard connection.changes == 1 else { throw Self.duplicate(task.id) }
        if !task.isBodySmall { try putBody(task, at: position) }
        try append(events, of: task.owner, at: position)
        try tell(notices, of: position)
        try put(deliveries)
        lineUp(request.record, at: position)
        pending.count(task.owner, task.status, 1)
        pending.change(task.id)
        return .inserted
    }

    /// Why a new task's family does not take it.
    private func refusal(of record: TaskRecord) throws(StoreError) -> InsertRefusal? {
        let owner = record.owner.name
        if let run = record.lineage.run {
            let isCancelled = try connection.integer("SELECT 1 FROM cancelled_runs WHERE owner = \(owner) AND run = \(run)")
            if isCancelled != nil { return .runCancelled }
        }
        if let parent = record.lineage.parent?.description {
            let isCancelled = try connection.integer(
                "SELECT cancel_requested <> 0 OR status = 'cancelled' FROM tasks WHERE id = \(parent) AND owner = \(owner)"
            )
            if isCancelled == 1 { return .parentCancelled }
        }
        if record.status == .queued {
            let isDraining = try connection.integer("SELECT 1 FROM queues WHERE name = \(record.queue) AND state = 'draining'")
            if isDraining != nil { return .queueDraining }
        }
        return nil
    }

    func cancel(_ run: RunCancel) throws(StoreError) {
        let forgotten = run.now + (.zero - RunCancel.memory)
        try connection.run(
            "DELETE FROM cancelled_runs INDEXED BY cancelled_runs_by_time WHERE cancelled_at < \(forgotten.milliseconds)"
        )
        try connection.run(
            """
            INSERT OR REPLACE INTO cancelled_runs (owner, run, cancelled_at)
            VALUES (\(run.owner.name), \(run.run), \(run.now.milliseconds))
            """
        )
    }

    private static func duplicate(_ id: TaskID) -> StoreError {
        StoreError(.duplicateID, "there is a task \(id) already; make a new id")
    }

    func putBody(_ task: EncodedTask, at position: Int64) throws(StoreError) {
        try statements.putBody.bind(.integer(position), at: 1)
        try statements.putBody.run(task.row, EncodedTask.body, at: 2)
    }

    /// The record at a position; nil when there is none, or when it is damaged and had to be set aside.
    func soundRecord(_ position: Int64) throws(StoreError) -> TaskRecord? {
        switch try read(position) {
        case .success(let record): return record
        case .failure(let damage):
            try setAside(position, damage)
            return nil
        }
    }

    /// Reads the record at a position, damaged or not; nil when there is none.
    func read(_ position: Int64) throws(StoreError) -> Result<TaskRecord?, RowDamage> {
        let statement = statements.readRecord
        try statement.bind(.integer(position), at: 1)
        defer { statement.reset() }
        guard try statement.step() else { return .success(nil) }
        do throws(RowDamage) {
            return .success(try TaskRecord(statement.row))
        } catch {
            return .failure(error)
        }
    }
}
