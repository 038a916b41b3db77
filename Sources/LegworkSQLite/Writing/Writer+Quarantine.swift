import LegworkCore

/// Where a reader met something that it could not read.
enum DamagedPlace: Sendable, Hashable {
    case task(position: Int64)
    case event(position: Int64, sequence: Int64)
}

extension Writer {
    /// The most answers of ``quarantined()``.
    private static let maximumQuarantined = 10_000

    /// Looks again at what readers could not read, and sets it aside unless it has become readable since.
    func inspect(_ places: Set<DamagedPlace>) throws(StoreError) {
        for place in places {
            switch place {
            case .task(let position):
                if case .failure(let damage) = try read(position) { try setAside(position, damage) }
            case .event(let position, let sequence):
                try inspectEvent(position, sequence)
            }
        }
    }

    /// Moves a damaged task out of the way, every column as it is. Its timeline stays where it is, for whoever wants to repair it.
    func setAside(_ position: Int64, _ damage: RowDamage) throws(StoreError) {
        var owner: String?
        var status: TaskStatus?
        var id: String?
        try connection.each("SELECT id, owner, status FROM tasks WHERE position = \(position)") { row in
            id = row.rawText(0)
            owner = try? row.text(1)
            status = TaskStatus(rawValue: row.rawText(2))
        }
        guard let id else { return }
        let number = try record(damage.problem, of: id, at: position)
        try keep("SELECT * FROM tasks WHERE position = \(position)", as: "tasks", number)
        try keep("SELECT * FROM bodies WHERE position = \(position)", as: "bodies", number)
        try connection.run("DELETE FROM tasks WHERE position = \(position)")
        try connection.run("DELETE FROM bodies WHERE position = \(position)")
        if let owner, let status { pending.count(owner, status, -1) } else { pending.requireRecount() }
        if let id = TaskID(id) { pending.change(id) }
    }

    func quarantined() throws(StoreError) -> [QuarantinedTask] {
        var tasks: [QuarantinedTask] = []
        try connection.each("SELECT id, problem FROM quarantine ORDER BY number LIMIT \(Self.maximumQuarantined)") { row in
            tasks.append(QuarantinedTask(id: row.rawText(0), problem: row.rawText(1)))
        }
        return tasks
    }

    private func inspectEvent(_ position: Int64, _ sequence: Int64) throws(StoreError) {
        var damage: RowDamage?
        try connection.each(
            "SELECT sequence, time, kind, text, data FROM events WHERE position = \(position) AND sequence = \(sequence)"
        ) { row in
            do throws(RowDamage) { _ = try TaskEvent(row) } catch { damage = error }
        }
        guard let damage else { return }
        var id = ""
        try connection.each("SELECT id FROM tasks WHERE position = \(position)") { row in id = row.rawText(0) }
        let number = try record("timeline entry \(sequence): \(damage.problem)", of: id, at: position)
        try keep("SELECT * FROM events WHERE position = \(position) AND sequence = \(sequence)", as: "events", number)
        try connection.run("DELETE FROM events WHERE position = \(position) AND sequence = \(sequence)")
    }

    private func record(_ problem: String, of id: String, at position: Int64) throws(StoreError) -> Int64 {
        let number = (try connection.integer("SELECT max(number) FROM quarantine") ?? 0) + 1
        try connection.run(
            """
            INSERT INTO quarantine (number, position, id, problem, set_aside_at)
            VALUES (\(number), \(position), \(id), \(problem), \(Timestamp.now.milliseconds))
            """
        )
        return number
    }

    /// Copies each column of a row as a row of its own, whatever it holds.
    private func keep(_ row: SQL, as source: String, _ number: Int64) throws(StoreError) {
        var fields: [(name: String, value: SQLValue)] = []
        try connection.each(row) { row in
            for column in 0..<row.count { fields.append((row.name(column), row.value(column))) }
        }
        for field in fields {
            try connection.run(
                """
                INSERT INTO quarantined_values (number, source, field, value)
                VALUES (\(number), \(source), \(field.name), \(field.value))
                """
            )
        }
    }
}
