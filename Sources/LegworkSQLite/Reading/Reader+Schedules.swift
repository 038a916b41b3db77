import LegworkCore

extension Reader {
    private static let all: SQL = "SELECT \(trusted: ScheduleRecord.columns) FROM schedules"

    func schedules(_ query: ScheduleQuery) throws(StoreError) -> [ScheduleRecord] {
        try snapshot { () throws(StoreError) in
            let after = query.after?.description ?? ""
            let limit = min(max(1, query.limit), ScheduleQuery.maximumLimit)
            guard let reference = query.reference else {
                switch query.scope {
                case .owner(let owner):
                    let rows: SQL = "\(Self.all) INDEXED BY schedules_by_owner WHERE owner = \(owner.name) AND id > \(after) ORDER BY id"
                    return try schedules(rows, query, limit)
                case .operator: return try schedules("\(Self.all) WHERE id > \(after) ORDER BY id", query, limit)
                }
            }
            guard !reference.isEmpty else { return [] }
            // Ids are ASCII, and `~` comes behind all that may stand in one.
            var found = try schedules(
                "\(Self.all) WHERE id >= \(reference) AND id < \(reference + "~")\(and: query.scope) ORDER BY id",
                query,
                limit
            )
            let named = try schedules(
                "\(Self.all) INDEXED BY schedules_by_name WHERE name = \(reference) AND name IS NOT NULL\(and: query.scope) ORDER BY id",
                query,
                limit
            )
            let known = Set(found.map(\.id))
            found += named.filter { !known.contains($0.id) }
            return Array(found.sorted { $0.id < $1.id }.prefix(limit))
        }
    }

    func dueSchedules(_ query: DueScheduleQuery) throws(StoreError) -> DueSchedules {
        try snapshot { () throws(StoreError) in
            let now = query.now.milliseconds
            let rows: SQL = """
                \(Self.all) INDEXED BY schedules_by_time
                WHERE state = 'active' AND next_at IS NOT NULL AND next_at <= \(now) ORDER BY next_at, id
                """
            let due = query.limit > 0 ? try schedules(rows, ScheduleQuery(in: .operator), query.limit) : []
            let next = try connection.integer(
                """
                SELECT next_at FROM schedules INDEXED BY schedules_by_time
                WHERE state = 'active' AND next_at IS NOT NULL AND next_at > \(now) ORDER BY next_at LIMIT 1
                """
            )
            return DueSchedules(due, next: next.map(Timestamp.init(milliseconds:)))
        }
    }

    private func schedules(_ rows: SQL, _ query: ScheduleQuery, _ limit: Int) throws(StoreError) -> [ScheduleRecord] {
        let statement = try connection.statement(rows)
        defer { statement.reset() }
        var found: [ScheduleRecord] = []
        while found.count < limit, try statement.step() {
            do throws(RowDamage) {
                let record = try ScheduleRecord(statement.row)
                if query.includes(record) { found.append(record) }
            } catch {
                noteDamage(.schedule(id: statement.row.rawText(0)))
            }
        }
        return found
    }
}
