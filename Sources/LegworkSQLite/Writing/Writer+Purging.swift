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
        let limit = min(request.limit, Self.maximumPurge, try excess(request))
        guard limit > 0 else { return [] }
        var doomed: [Doomed] = []
        for query in Self.queries(request, limit) {
            try connection.each(query) { row in
                guard let status = TaskStatus(rawValue: row.rawText(4)) else { return }
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
            try deleteEvents(of: task.owner, at: task.position)
            try connection.run("DELETE FROM messages WHERE position = \(task.position)")
            try connection.run("DELETE FROM inboxes WHERE position = \(task.position)")
            try connection.run("DELETE FROM deliveries INDEXED BY deliveries_by_task WHERE task = \(task.id) AND state = 'delivered'")
            pending.count(task.owner, task.status, -1)
            pending.change(id)
            purged.append(id)
        }
        return purged
    }

    /// How many may go until as few are left as there have to be.
    private func excess(_ request: PurgeRequest) throws(StoreError) -> Int {
        guard request.leaving > 0 else { return .max }
        var excess = try number(of: request.statuses, in: request.scope) - request.leaving
        guard excess > 0, !request.includesKept else { return excess }
        // Few are kept, and those that are already need not be counted to the end.
        for status in Self.terminal(request) where excess > 0 {
            let kept: SQL = "SELECT 1 FROM tasks \(Self.range(request.scope, status, kept: 1)) LIMIT \(excess)"
            try connection.each(kept) { _ in excess -= 1 }
        }
        return excess
    }

    private static func terminal(_ request: PurgeRequest) -> [TaskStatus] {
        TaskStatus.allCases.filter { $0.isTerminal && request.statuses.contains($0) }
    }

    private static func queries(_ request: PurgeRequest, _ limit: Int) -> [SQL] {
        let before: SQL = "finished_at < \(request.finishedBefore.milliseconds)"
        let statuses = terminal(request)
        if let ids = request.ids {
            guard !statuses.isEmpty else { return [] }
            let list = SQL(stringLiteral: statuses.map { "'\($0.rawValue)'" }.joined(separator: ", "))
            let kept: SQL = request.includesKept ? "" : " AND kept = 0"
            return ids.map { id in
                """
                SELECT position, finished_at, id, owner, status FROM tasks INDEXED BY tasks_by_id
                WHERE id = \(id.description)\(and: request.scope) AND status IN (\(list))\(kept) AND \(before)
                """
            }
        }
        // The first to have ended of each status, those that are kept and the others.
        return statuses.flatMap { status in
            (request.includesKept ? [0, 1] : [0]).map { kept in
                """
                SELECT position, finished_at, id, owner, status FROM tasks \(range(request.scope, status, kept: kept)) AND \(before)
                ORDER BY finished_at, position LIMIT \(limit)
                """
            }
        }
    }

    /// The range of an index that holds what has ended with a status.
    private static func range(_ scope: Scope, _ status: TaskStatus, kept: Int) -> SQL {
        let start: SQL =
            switch scope {
            case .owner(let owner): "INDEXED BY tasks_by_owner_finish WHERE owner = \(owner.name) AND"
            case .operator: "INDEXED BY tasks_by_finish WHERE"
            }
        return "\(start) status = \(literal: status) AND kept = \(kept) AND finished_at IS NOT NULL"
    }
}
