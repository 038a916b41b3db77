import LegworkCore

/// Where a reader met something that it could not read.
enum DamagedPlace: Sendable, Hashable {
    case task(position: Int64)
    case event(position: Int64, sequence: Int64)
    case notice(sequence: Int64)
    case letter(number: Int64)
    case schedule(id: String)
    case delivery(position: Int64)
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
            case .notice(let sequence):
                let row: SQL = "SELECT \(trusted: Notice.columns) FROM notices WHERE sequence = \(sequence)"
                if let damage = try damage(of: row, { (row) throws(RowDamage) in _ = try Notice(row) }) {
                    try setAsideNotice(sequence, damage)
                }
            case .letter(let number):
                let row: SQL = "SELECT \(trusted: DeadLetter.columns) FROM dead_letters WHERE number = \(number)"
                if let damage = try damage(of: row, { (row) throws(RowDamage) in _ = try DeadLetter(row) }) {
                    try setAsideLetter(number, damage)
                }
            case .schedule(let id):
                let row: SQL = "SELECT \(trusted: ScheduleRecord.columns) FROM schedules WHERE id = \(id)"
                if let damage = try damage(of: row, { (row) throws(RowDamage) in _ = try ScheduleRecord(row) }) {
                    try setAsideSchedule(id, damage)
                }
            case .delivery(let position):
                let row: SQL = "SELECT \(trusted: Delivery.columns) FROM deliveries WHERE position = \(position)"
                if let damage = try damage(of: row, { (row) throws(RowDamage) in _ = try Delivery(row) }) {
                    try setAsideDelivery(position, damage)
                }
            }
        }
    }

    /// Moves a damaged task out of the way, every column as it is. Its timeline stays where it is, for whoever wants to repair it. Messages
    /// that it has not read become dead letters.
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
        try closeInbox(at: position, now: .now)
        try connection.run("DELETE FROM tasks WHERE position = \(position)")
        try connection.run("DELETE FROM bodies WHERE position = \(position)")
        if let owner {
            try noteFeedGap(upTo: try connection.integer("SELECT max(feed) FROM events WHERE position = \(position)") ?? 0, of: owner)
        }
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
        let row: SQL = "SELECT sequence, time, kind, text, data FROM events WHERE position = \(position) AND sequence = \(sequence)"
        guard let damage = try damage(of: row, { (row) throws(RowDamage) in _ = try TaskEvent(row) }) else { return }
        let number = try record(
            "timeline entry \(sequence): \(damage.problem)",
            of: try text("SELECT id FROM tasks WHERE position = \(position)"),
            at: position
        )
        try keep("SELECT * FROM events WHERE position = \(position) AND sequence = \(sequence)", as: "events", number)
        try deleteEvents(of: try text("SELECT owner FROM tasks WHERE position = \(position)"), at: position, sequence...sequence)
    }

    /// Moves a damaged message out of the way.
    ///
    /// - Returns: how many bytes of content it was counted with.
    func setAsideMessage(_ sequence: Int64, at position: Int64, _ damage: RowDamage) throws(StoreError) -> Int64 {
        let place: SQL = "FROM messages WHERE position = \(position) AND sequence = \(sequence)"
        let bytes = try connection.integer("SELECT bytes \(place)") ?? 0
        let id = try text("SELECT id FROM tasks WHERE position = \(position)")
        try keep("SELECT * \(place)", as: "messages", try record("message \(sequence): \(damage.problem)", of: id, at: position))
        try connection.run("DELETE \(place)")
        return bytes
    }

    /// Moves a damaged notice out of the way.
    private func setAsideNotice(_ sequence: Int64, _ damage: RowDamage) throws(StoreError) {
        let place: SQL = "FROM notices WHERE sequence = \(sequence)"
        let id = try text("SELECT task \(place)")
        try keep("SELECT * \(place)", as: "notices", try record("notice \(sequence): \(damage.problem)", of: id, at: 0))
        try connection.run("DELETE \(place)")
    }

    /// Moves a damaged dead letter out of the way.
    func setAsideLetter(_ number: Int64, _ damage: RowDamage) throws(StoreError) {
        let place: SQL = "FROM dead_letters WHERE number = \(number)"
        let id = try text("SELECT recipient \(place)")
        try keep("SELECT * \(place)", as: "dead_letters", try record("dead letter \(number): \(damage.problem)", of: id, at: 0))
        try connection.run("DELETE \(place)")
    }

    /// Moves a damaged schedule out of the way, so that the others go on.
    func setAsideSchedule(_ id: String, _ damage: RowDamage) throws(StoreError) {
        let place: SQL = "FROM schedules WHERE id = \(id)"
        try keep("SELECT * \(place)", as: "schedules", try record(damage.problem, of: id, at: 0))
        try connection.run("DELETE \(place)")
    }

    /// Moves a damaged delivery out of the way, so that the others go on.
    func setAsideDelivery(_ position: Int64, _ damage: RowDamage) throws(StoreError) {
        let place: SQL = "FROM deliveries WHERE position = \(position)"
        let id = try text("SELECT task \(place)")
        try keep("SELECT * \(place)", as: "deliveries", try record("delivery \(position): \(damage.problem)", of: id, at: 0))
        try connection.run("DELETE \(place)")
    }

    /// What is wrong with a row, if it is there and anything is.
    private func damage(of query: SQL, _ read: (Row) throws(RowDamage) -> Void) throws(StoreError) -> RowDamage? {
        var damage: RowDamage?
        try connection.each(query) { row in
            do throws(RowDamage) { try read(row) } catch { damage = error }
        }
        return damage
    }

    /// The first column of a row as text, whatever it is.
    private func text(_ query: SQL) throws(StoreError) -> String {
        var text = ""
        try connection.each(query) { row in text = row.rawText(0) }
        return text
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
