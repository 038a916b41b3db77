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
        var claimed: [TaskRecord] = []
        var isDone = false
        while !isDone {
            let wanted = limit - claimed.count
            let candidates = try claimable(request, limit: wanted)
            // Fewer were found than asked for: there are no more, however many of these are damaged.
            isDone = candidates.count < wanted
            for position in candidates {
                guard let record = try claim(position, request) else { continue }
                claimed.append(record)
            }
            if claimed.count == limit { isDone = true }
        }
        return claimed
    }

    /// Tasks whose time has come join those that may be claimed. Each does so once, so that a crowd of waiting tasks costs the claims nothing.
    private func releaseHeld(at now: Timestamp) throws(StoreError) {
        try connection.run(
            """
            UPDATE tasks SET held_until = NULL WHERE position IN (
                SELECT position FROM tasks INDEXED BY tasks_held
                WHERE status = 'queued' AND held_until IS NOT NULL AND held_until <= \(now.milliseconds)
                ORDER BY held_until LIMIT \(Self.maximumRelease)
            )
            """
        )
    }

    private func claimable(_ request: ClaimRequest, limit: Int) throws(StoreError) -> [Int64] {
        let now = request.now.milliseconds
        if request.queues.isEmpty {
            var positions: [Int64] = []
            try connection.each(
                """
                SELECT position FROM tasks INDEXED BY tasks_to_claim
                WHERE status = 'queued' AND held_until IS NULL AND (not_before IS NULL OR not_before <= \(now))
                ORDER BY priority DESC, position LIMIT \(limit)
                """
            ) { row in positions.append(row.rawInteger(0)) }
            return positions
        }
        var found: [(priority: Int64, position: Int64)] = []
        for queue in Set(request.queues.map(ExactText.init)) {
            try connection.each(
                """
                SELECT priority, position FROM tasks INDEXED BY tasks_to_claim_by_queue
                WHERE queue = \(queue.text) AND status = 'queued' AND held_until IS NULL AND (not_before IS NULL OR not_before <= \(now))
                ORDER BY priority DESC, position LIMIT \(limit)
                """
            ) { row in found.append((row.rawInteger(0), row.rawInteger(1))) }
        }
        found.sort { ($1.priority, $0.position) < ($0.priority, $1.position) }
        return found.prefix(limit).map(\.position)
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
        try append(EncodedEvents(transition.events), at: position)
        try tell(EncodedNotices(transition.notices), of: position)
        pending.move(record.owner.name, from: before, to: record.status)
        pending.change(record.id)
        return record
    }
}
