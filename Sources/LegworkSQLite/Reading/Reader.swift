import LegworkCore

/// A connection that only reads, on a thread of its own. What it cannot read it remembers, for the writer to set aside.
final class Reader {
    let connection: Connection
    private(set) var damaged: Set<DamagedPlace> = []

    /// The columns of a whole record behind its position, from both tables.
    static let record = SQL(
        stringLiteral: "SELECT t.position, " + Column.selected(Column.record)
            + " FROM tasks t LEFT JOIN bodies b ON b.position = t.position"
    )

    /// The columns of a summary, its position first.
    static let summary = SQL(stringLiteral: "SELECT " + Column.summary.map(\.name).joined(separator: ", ") + " FROM tasks")

    init(_ connection: Connection) { self.connection = connection }

    /// What was found damaged since the last call.
    func takeDamaged() -> Set<DamagedPlace> {
        defer { damaged = [] }
        return damaged
    }

    func noteDamage(_ place: DamagedPlace) { damaged.insert(place) }

    /// Runs several queries on one state of the database.
    func snapshot<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
        try connection.transaction("BEGIN", body)
    }

    func task(_ lookup: TaskLookup) throws(StoreError) -> TaskRecord? {
        var found: TaskRecord?
        try connection.each("\(Self.record) WHERE t.id = \(lookup.id.description)\(and: lookup.scope)") { row in found = record(row) }
        return found
    }

    func counts(_ scope: Scope) throws(StoreError) -> TaskCounts {
        var counts = TaskCounts()
        let query: SQL =
            switch scope {
            case .owner(let owner): "SELECT status, number FROM counts WHERE owner = \(owner.name)"
            case .operator: "SELECT status, number FROM counts WHERE owner = 0"
            }
        try connection.each(query) { row in
            guard let status = TaskStatus(rawValue: row.rawText(0)) else { return }
            counts[status] = Int(row.rawInteger(1))
        }
        return counts
    }

    func events(_ query: EventQuery) throws(StoreError) -> [TaskEvent]? {
        try snapshot { () throws(StoreError) in
            guard let position = try position(of: query.id, in: query.scope) else { return nil }
            let limit = min(max(0, query.limit), 10_000)
            var events: [TaskEvent] = []
            let statement = try connection.statement(
                """
                SELECT sequence, time, kind, text, data FROM events
                WHERE position = \(position) AND sequence > \(query.after) ORDER BY sequence
                """
            )
            defer { statement.reset() }
            while events.count < limit, try statement.step() {
                do throws(RowDamage) {
                    events.append(try TaskEvent(statement.row))
                } catch {
                    noteDamage(.event(position: position, sequence: statement.row.rawInteger(0)))
                }
            }
            return events
        }
    }

    func position(of id: TaskID, in scope: Scope) throws(StoreError) -> Int64? {
        try connection.integer("SELECT position FROM tasks WHERE id = \(id.description)\(and: scope)")
    }

    /// The record of a row of ``record``; nil, and noted, when it is damaged.
    func record(_ row: Row) -> TaskRecord? {
        do throws(RowDamage) {
            return try TaskRecord(row, from: 1)
        } catch {
            noteDamage(.task(position: row.rawInteger(0)))
            return nil
        }
    }

    /// The summary of a row of ``summary``; nil, and noted, when it is damaged.
    func summary(_ row: Row) -> TaskSummary? {
        do throws(RowDamage) {
            return try TaskSummary(row)
        } catch {
            noteDamage(.task(position: row.rawInteger(0)))
            return nil
        }
    }
}
