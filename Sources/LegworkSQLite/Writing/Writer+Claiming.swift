import LegworkCore

extension Writer {
    /// The most tasks of one claim.
    private static let maximumClaim = 10_000
    /// How many tasks whose time has come join the line in one claim; the rest join in the next.
    private static let maximumRelease = 10_000

    func claim(_ request: ClaimRequest) throws(StoreError) -> [TaskRecord] {
        let limit = min(request.limit, Self.maximumClaim)
        guard limit > 0 else { return [] }
        try releaseHeld(at: request.now)
        var paused: Set<ExactText> = []
        try connection.each("SELECT name FROM queues WHERE state = 'paused'") { row in paused.insert(ExactText(row.rawText(0))) }
        var claimed: [TaskRecord] = []
        try lanes.take(
            limit,
            of: request.queues,
            except: paused,
            gate: request.gate,
            now: request.now
        ) { (lane, position) throws(StoreError) in
            try head(of: lane, from: position, at: request.now)
        } claim: { (position) throws(StoreError) in
            guard let record = try claim(position, request) else { return false }
            claimed.append(record)
            return true
        }
        return claimed
    }

    /// Tasks whose time has come join those that may be claimed. Each does so once, so that a crowd of waiting tasks costs the claims nothing.
    private func releaseHeld(at now: Timestamp) throws(StoreError) {
        if now < lastRelease {
            // The clock went back: what had joined the line waits once more.
            try connection.run(
                """
                UPDATE tasks SET held_until = not_before WHERE position IN (SELECT position FROM tasks INDEXED BY tasks_to_claim
                WHERE status = 'queued' AND held_until IS NULL AND not_before > \(now.milliseconds))
                """
            )
        }
        lastRelease = now
        var released: [(position: Int64, lane: ClaimLane)] = []
        try connection.each(
            """
            SELECT position, queue, priority, owner, tool, limit_key FROM tasks INDEXED BY tasks_held
            WHERE status = 'queued' AND held_until IS NOT NULL AND held_until <= \(now.milliseconds)
            ORDER BY held_until, position LIMIT \(Self.maximumRelease)
            """
        ) { row in released.append((row.rawInteger(0), ClaimLane(row, from: 1))) }
        for (position, lane) in released {
            try connection.run("UPDATE tasks SET held_until = NULL WHERE position = \(position)")
            lanes.add(lane, at: position)
        }
    }

    private func head(of lane: ClaimLane, from position: Int64, at now: Timestamp) throws(StoreError) -> Int64? {
        lanesLookedAt.append((lane, position))
        while true {
            var head: (position: Int64, isEarly: Bool)?
            try connection.each(
                """
                SELECT position, not_before FROM tasks INDEXED BY tasks_to_claim
                WHERE queue = \(lane.queue.text) AND priority = \(lane.priority) AND owner = \(lane.owner.text) AND tool = \(lane.tool.text)
                AND limit_key = \(lane.key.text) AND status = 'queued' AND held_until IS NULL AND position >= \(position)
                ORDER BY position LIMIT 1
                """
            ) { row in head = (row.rawInteger(0), !row.isNull(1) && row.rawInteger(1) > now.milliseconds) }
            guard let head, head.isEarly else { return head?.position }
            // The clock went back while nobody had the store open: it waits once more, and must not hold up those behind it.
            try connection.run("UPDATE tasks SET held_until = not_before WHERE position = \(head.position)")
        }
    }

    private func claim(_ position: Int64, _ request: ClaimRequest) throws(StoreError) -> TaskRecord? {
        guard var record = try soundRecord(position) else { return nil }
        let before = record.status
        let transition: TaskRecord.Transition
        do throws(IllegalTransition) {
            transition = try record.claim(under: request.lease, at: request.now)
        } catch {
            throw StoreError(
                .damaged,
                "an index of the store '\(connection.path)' names a task that is not queued; run `legwork doctor`",
                underlying: error
            )
        }
        let row = EncodedRow(claimed: record)
        try update(statements.updateStanding, row, row.fields.indices, at: position)
        try append(EncodedEvents(transition.events), of: record.owner.name, at: position)
        try tell(EncodedNotices(transition.notices), of: position)
        try put(EncodedDelivery.all(transition.deliveries))
        pending.move(record.owner.name, from: before, to: record.status)
        pending.change(record.id)
        return record
    }

    /// Says where a task waits that joins its queue with this change.
    func lineUp(_ record: TaskRecord, at position: Int64) {
        guard record.status == .queued, record.notBefore == nil else { return }
        lanes.add(ClaimLane(record), at: position)
    }

    func set(_ update: QueueUpdate) throws(StoreError) {
        guard update.state != .open else { return try connection.run("DELETE FROM queues WHERE name = \(update.queue)") }
        try connection.run(
            """
            INSERT OR REPLACE INTO queues (name, state, changed_at)
            VALUES (\(update.queue), \(update.state.rawValue), \(update.now.milliseconds))
            """
        )
    }
}

extension ClaimLanes {
    /// Finds where the queued tasks of a file wait: one search in an index for each lane.
    init(_ connection: Connection) throws(StoreError) {
        self.init()
        var last: ClaimLane?
        while true {
            let lane = try Self.lane(after: last, connection)
            guard let lane else { return }
            add(lane.lane, at: lane.position)
            last = lane.lane
        }
    }

    private static func lane(
        after last: ClaimLane?,
        _ connection: Connection
    ) throws(StoreError) -> (lane: ClaimLane, position: Int64)? {
        var after: SQL = ""
        if let last {
            after = """
                AND (queue, priority, owner, tool, limit_key)
                > (\(last.queue.text), \(last.priority), \(last.owner.text), \(last.tool.text), \(last.key.text))
                """
        }
        var found: (ClaimLane, Int64)?
        try connection.each(
            """
            SELECT queue, priority, owner, tool, limit_key, position FROM tasks INDEXED BY tasks_to_claim
            WHERE status = 'queued' AND held_until IS NULL \(after)
            ORDER BY queue, priority, owner, tool, limit_key, position LIMIT 1
            """
        ) { row in found = (ClaimLane(row, from: 0), row.rawInteger(5)) }
        return found
    }
}

extension ClaimLane {
    /// Reads a lane of the columns queue, priority, owner, tool and limit key.
    fileprivate init(_ row: Row, from column: Int32) {
        self.init(
            queue: row.rawText(column),
            priority: Int(row.rawInteger(column + 1)),
            owner: row.rawText(column + 2),
            tool: row.rawText(column + 3),
            key: row.rawText(column + 4)
        )
    }
}
