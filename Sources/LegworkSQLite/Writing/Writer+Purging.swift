import LegworkCore

extension Writer {
    /// The most tasks that one purge deletes.
    private static let maximumPurge = 10_000

    private struct Doomed {
        var position: Int64
        var finishedAt: Int64
        var id: String
        var owner: String
        var status: TaskStatus
    }

    func purge(_ request: PurgeRequest) throws(StoreError) -> [TaskID] {
        let limit = min(request.limit, Self.maximumPurge)
        guard limit > 0 else { return [] }
        var doomed: [Doomed] = []
        for status in TaskStatus.allCases where status.isTerminal && request.statuses.contains(status) {
            for kept in request.includesKept ? [0, 1] : [0] {
                try connection.each(Self.query(request, status, kept: kept, limit)) { row in
                    doomed.append(
                        Doomed(
                            position: row.rawInteger(0),
                            finishedAt: row.rawInteger(1),
                            id: row.rawText(2),
                            owner: row.rawText(3),
                            status: status
                        )
                    )
                }
            }
        }
        doomed.sort { ($0.finishedAt, $0.position) < ($1.finishedAt, $1.position) }
        var purged: [TaskID] = []
        for task in doomed.prefix(limit) {
            guard let id = TaskID(task.id) else {
                try setAside(task.position, RowDamage("its id is no task id"))
                continue
            }
            try connection.run("DELETE FROM tasks WHERE position = \(task.position)")
            try connection.run("DELETE FROM bodies WHERE position = \(task.position)")
            try connection.run("DELETE FROM events WHERE position = \(task.position)")
            try connection.run("DELETE FROM messages WHERE position = \(task.position)")
            try connection.run("DELETE FROM inboxes WHERE position = \(task.position)")
            pending.count(task.owner, task.status, -1)
            pending.change(id)
            purged.append(id)
        }
        return purged
    }

    /// The first to have ended of one status, those that are kept or the others.
    private static func query(_ request: PurgeRequest, _ status: TaskStatus, kept: Int, _ limit: Int) -> SQL {
        let range: SQL =
            switch request.scope {
            case .owner(let owner): "INDEXED BY tasks_by_owner_finish WHERE owner = \(owner.name) AND"
            case .operator: "INDEXED BY tasks_by_finish WHERE"
            }
        return """
            SELECT position, finished_at, id, owner FROM tasks \(range) status = \(literal: status) AND kept = \(kept)
            AND finished_at < \(request.finishedBefore.milliseconds) ORDER BY finished_at, position LIMIT \(limit)
            """
    }
}
