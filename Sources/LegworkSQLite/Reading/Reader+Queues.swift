import LegworkCore

extension Reader {
    func waiting(_ query: WaitingQuery) throws(StoreError) -> WaitingReply {
        try snapshot { () throws(StoreError) in
            var reply = WaitingReply()
            var positions: [Int64] = []
            let now = query.now.milliseconds
            let patient: SQL = "FROM tasks INDEXED BY tasks_patient WHERE status = 'queued' AND waits_until IS NOT NULL"
            try connection.each(
                "SELECT position \(patient) AND waits_until <= \(now) ORDER BY waits_until, position LIMIT \(max(0, query.limit))"
            ) { row in positions.append(row.rawInteger(0)) }
            for position in positions {
                try connection.each("\(Self.record) WHERE t.position = \(position)") { row in
                    if let record = record(row) { reply.overdue.append(record) }
                }
            }
            reply.nextOverdue = try connection.integer(
                "SELECT waits_until \(patient) AND waits_until > \(now) ORDER BY waits_until LIMIT 1"
            ).map(Timestamp.init(milliseconds:))
            reply.nextStart = try connection.integer(
                """
                SELECT held_until FROM tasks INDEXED BY tasks_held WHERE status = 'queued' AND held_until IS NOT NULL
                ORDER BY held_until LIMIT 1
                """
            ).map(Timestamp.init(milliseconds:))
            return reply
        }
    }

    func queues() throws(StoreError) -> [QueueStanding] {
        try snapshot { () throws(StoreError) in
            var standings: [ExactText: QueueStanding] = [:]
            let most = QueueStanding.greatestCount
            func standing(_ name: String, _ change: (inout QueueStanding) -> Void) {
                change(&standings[ExactText(name), default: QueueStanding(name)])
            }
            for (rows, count) in [(Self.ready, \QueueStanding.ready), (Self.delayed, \.delayed)] {
                for name in try queues(rows) {
                    let number = try connection.integer("SELECT count(*) FROM (SELECT 1 \(rows) AND queue = \(name) LIMIT \(most))")
                    standing(name) { $0[keyPath: count] = Int(number ?? 0) }
                }
            }
            try connection.each("SELECT queue FROM tasks INDEXED BY tasks_by_lease WHERE status IN ('running', 'input_required')") { row in
                standing(row.rawText(0)) { $0.executing = min($0.executing + 1, most) }
            }
            try connection.each("SELECT name, state FROM queues") { row in
                standing(row.rawText(0)) { $0.state = QueueState(rawValue: row.rawText(1)) ?? .open }
            }
            return standings.values.sorted { $0.queue.utf8.lexicographicallyPrecedes($1.queue.utf8) }
        }
    }

    /// The tasks that may begin, and those that wait for their time, each in an index that begins with the queue.
    private static let ready: SQL = "FROM tasks INDEXED BY tasks_to_claim WHERE status = 'queued' AND held_until IS NULL"
    private static let delayed: SQL = "FROM tasks INDEXED BY tasks_held_by_queue WHERE status = 'queued' AND held_until IS NOT NULL"

    /// The queues of some tasks: one search in an index for each.
    private func queues(_ rows: SQL) throws(StoreError) -> [String] {
        var names: [String] = []
        while true {
            let count = names.count
            let after: SQL = names.last.map { "AND queue > \($0)" } ?? ""
            try connection.each("SELECT queue \(rows) \(after) ORDER BY queue LIMIT 1") { row in names.append(row.rawText(0)) }
            if names.count == count { return names }
        }
    }
}
