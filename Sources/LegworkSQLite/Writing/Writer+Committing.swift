import LegworkCore

extension Writer {
    func commit(
        _ change: TaskChange,
        _ task: EncodedTask,
        _ events: EncodedEvents,
        _ notices: EncodedNotices,
        _ deliveries: [EncodedDelivery]
    ) throws(StoreError) -> CommitResult {
        var task = task
        guard let stored = try standing(of: &task) else { return .stale(nil) }
        guard stored.version == change.expectedVersion, change.token == nil || stored.token == change.token?.stored else {
            return .stale(try soundRecord(stored.position))
        }
        guard stored.isSameTask else {
            throw StoreError(
                .invalid,
                "the owner, tool, name, keys and inbox of \(task.id) are fixed; commit the record with those it has"
            )
        }
        guard let status = stored.status else {
            try setAside(stored.position, RowDamage("its status is unknown"))
            return .stale(nil)
        }
        if status.isTerminal, !task.status.isTerminal { try comeBack(change.record, at: stored.position) }
        let (statement, end) =
            switch (stored.isStandingSame, stored.isPlacementSame) {
            case (true, true): (statements.updateReported, EncodedTask.reported.upperBound)
            case (false, true): (statements.updateStanding, EncodedTask.standing.upperBound)
            case (_, false): (statements.updateAll, EncodedTask.placement.upperBound)
            }
        try update(statement, task.row, EncodedTask.reported.lowerBound..<end, at: stored.position)
        try replaceBody(task, at: stored.position)
        try append(events, of: task.owner, at: stored.position)
        if task.hasInbox, task.status.isTerminal {
            try closeInbox(at: stored.position, acknowledging: Int64(change.acknowledging), now: change.record.updatedAt)
        }
        try tell(notices, of: stored.position)
        for id in change.withdrawing where id.task == change.record.id { try withdraw(id) }
        try put(deliveries)
        if !stored.isStandingSame || !stored.isPlacementSame { lineUp(change.record, at: stored.position) }
        pending.move(task.owner, from: status, to: task.status)
        pending.change(task.id)
        return .applied
    }

    /// Sees that a task that had ended can be live again, and that its next end is told.
    private func comeBack(_ record: TaskRecord, at position: Int64) throws(StoreError) {
        let owner = record.owner.name
        var isTaken = false
        if let name = record.name {
            let other = try connection.integer(
                """
                SELECT position FROM tasks INDEXED BY tasks_by_live_name WHERE name = \(name) AND owner = \(owner)
                AND name IS NOT NULL AND status IN ('queued', 'running', 'input_required', 'stopped')
                """
            )
            isTaken = other != nil
        }
        if let key = record.flightKey {
            let other = try connection.integer(
                """
                SELECT position FROM tasks INDEXED BY tasks_by_flight_key WHERE owner = \(owner) AND flight_key = \(key)
                AND flight_key IS NOT NULL AND status IN ('queued', 'running', 'input_required', 'stopped')
                """
            )
            isTaken = isTaken || other != nil
        }
        if isTaken {
            throw StoreError(.invalid, "another live task has the name or flight key of \(record.id) by now; wait for its end")
        }
        try connection.run("UPDATE tasks SET told = NULL WHERE position = \(position)")
    }

    func renew(_ request: RenewRequest) throws(StoreError) -> [RenewReply] {
        var replies: [RenewReply] = []
        replies.reserveCapacity(request.items.count)
        let renew = statements.renew
        for item in request.items {
            try renew.bind([
                .integer(request.expiresAt.milliseconds), .text(item.id.description), .integer(item.token.stored),
            ])
            defer { renew.reset() }
            var reply = RenewReply.lost
            while try renew.step() { reply = .renewed(isCancelRequested: renew.row.rawInteger(0) != 0) }
            replies.append(reply)
        }
        return replies
    }

    /// Runs an update whose last placeholder is the position.
    func update(_ statement: Statement, _ row: EncodedRow, _ fields: Range<Int>, at position: Int64) throws(StoreError) {
        try statement.bind(.integer(position), at: Int32(fields.count + 1))
        try statement.run(row, fields, at: 1)
    }

    /// Writes arguments, checkpoint and result only where they differ: they may be large, and most changes leave them alone.
    private func replaceBody(_ task: EncodedTask, at position: Int64) throws(StoreError) {
        let statement = statements.readBody
        try statement.bind(.integer(position), at: 1)
        var isSame = false
        if try statement.step() {
            let row = statement.row
            isSame = row.equals(0, EncodedTask.body, of: task.row)
        }
        statement.reset()
        if !isSame { try putBody(task, at: position) }
    }

    /// What the store has of a task, compared with what it is to become.
    private struct Standing {
        var position: Int64
        var version: Int
        var token: Int64?
        var status: TaskStatus?
        var isStandingSame: Bool
        var isPlacementSame: Bool
        var isSameTask: Bool
    }

    private func standing(of task: inout EncodedTask) throws(StoreError) -> Standing? {
        let statement = statements.readStanding
        try statement.bind(.text(task.id.description), at: 1)
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        let row = statement.row
        let token = row.isNull(2) ? nil : row.rawInteger(2)
        let standing: Int32 = 3
        let placement = standing + Int32(Column.standing.count)
        let fixed = placement + Int32(Column.placement.count)
        // Renewing a lease makes no new version, so the record that the change was made of may know an earlier end.
        if token != nil, row.equals(2, task.leaseToken, of: task.row) { task.extendLease(to: row.rawInteger(placement - 1)) }

        // What has joined the line stays there while nothing changes about where it waits and when it may begin.
        let isReady = row.isNull(standing + Int32(EncodedTask.heldUntil - EncodedTask.standing.lowerBound))
        let line = EncodedTask.line
        if isReady, row.rawText(standing) == TaskStatus.queued.rawValue,
            row.equals(placement + Int32(line.lowerBound - EncodedTask.placement.lowerBound), line, of: task.row)
        {
            task.release()
        }

        return Standing(
            position: row.rawInteger(0),
            version: Int(row.rawInteger(1)),
            token: token,
            status: TaskStatus(rawValue: row.rawText(standing)),
            isStandingSame: row.equals(standing, EncodedTask.standing, of: task.row),
            isPlacementSame: row.equals(placement, EncodedTask.placement, of: task.row),
            isSameTask: row.equals(fixed, EncodedTask.fixed, of: task.row)
        )
    }
}

extension LeaseToken {
    /// The token as it is stored.
    var stored: Int64 { Int64(bitPattern: rawValue) }
}

extension Row {
    /// Whether the columns from one on hold what some fields do.
    fileprivate func equals(_ first: Int32, _ fields: Range<Int>, of row: EncodedRow) -> Bool {
        zip(first..., row.fields[fields]).allSatisfy { column, field in equals(column, field, of: row) }
    }
}
