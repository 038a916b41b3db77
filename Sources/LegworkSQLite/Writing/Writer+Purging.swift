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
            try connection.each(Self.query(request, status, limit)) { row in
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
            pending.count(task.owner, task.status, -1)
            pending.change(id)
            purged.append(id)
        }
        return purged
    }

    private static func query(_ request: PurgeRequest, _ status: TaskStatus, _ limit: Int) -> SQL {
        let before = request.finishedBefore.milliseconds
        switch request.scope {
        case .owner(let owner):
            return """
                SELECT position, finished_at, id, owner FROM tasks INDEXED BY tasks_by_owner
                WHERE owner = \(owner.name) AND status = \(literal: status) AND finished_at < \(before) ORDER BY position LIMIT \(limit)
                """
        case .operator:
            return """
                SELECT position, finished_at, id, owner FROM tasks INDEXED BY tasks_by_finish
                WHERE status = \(literal: status) AND finished_at < \(before) ORDER BY finished_at, position LIMIT \(limit)
                """
        }
    }
}
