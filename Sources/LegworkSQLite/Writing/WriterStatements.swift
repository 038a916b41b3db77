import LegworkCore

/// The statements of the writing thread that run often, compiled once.
struct WriterStatements {
    let begin: Statement
    let commit: Statement
    let rollback: Statement
    let savepoint: Statement
    let releaseSavepoint: Statement
    let rollbackToSavepoint: Statement
    let setFact: Statement
    let addToCount: Statement
    let dropEmptyCount: Statement

    let insertTask: Statement
    let putBody: Statement
    let readBody: Statement
    let insertEvent: Statement
    let dropEvents: Statement
    /// Says of an owner, or of all, as far as which place entries are gone.
    let raiseFeedGap: Statement
    let insertMessage: Statement
    let insertNotice: Statement
    /// Gives a notice the fields ``EncodedNotices/coalesced`` of a later one.
    let coalesceNotice: Statement
    /// What the store has of a task that is to change, in the order: position, version, lease token, then ``Column/standing``,
    /// ``Column/placement`` and ``Column/fixed``.
    let readStanding: Statement
    let updateReported: Statement
    let updateStanding: Statement
    let updateAll: Statement
    let readRecord: Statement
    let renew: Statement

    init(_ connection: Connection) throws(StoreError) {
        begin = try connection.prepare("BEGIN IMMEDIATE")
        commit = try connection.prepare("COMMIT")
        rollback = try connection.prepare("ROLLBACK")
        savepoint = try connection.prepare("SAVEPOINT request")
        releaseSavepoint = try connection.prepare("RELEASE request")
        rollbackToSavepoint = try connection.prepare("ROLLBACK TO request")
        setFact = try connection.prepare("INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)")
        addToCount = try connection.prepare(
            """
            INSERT INTO counts (owner, status, number) VALUES (?, ?, ?)
            ON CONFLICT (owner, status) DO UPDATE SET number = number + excluded.number
            """
        )
        dropEmptyCount = try connection.prepare("DELETE FROM counts WHERE owner = ? AND status = ? AND number = 0")

        let inserted =
            [Column.position, .createdUntil] + Column.identity + Column.reported + Column.standing + Column.placement + [.smallArguments]
        insertTask = try connection.prepare(
            "INSERT INTO tasks (\(Self.names(inserted))) VALUES (\(Self.places(inserted))) ON CONFLICT (id) DO NOTHING"
        )
        putBody = try connection.prepare(
            """
            INSERT INTO bodies (position, arguments, checkpoint, result, extras) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (position) DO UPDATE
            SET arguments = excluded.arguments, checkpoint = excluded.checkpoint, result = excluded.result, extras = excluded.extras
            """
        )
        readBody = try connection.prepare(
            "SELECT \(Column.selected(Column.body)) FROM tasks LEFT JOIN bodies USING (position) WHERE position = ?"
        )
        insertEvent = try connection.prepare(
            "INSERT INTO events (position, owner, feed, sequence, time, kind, text, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        )
        dropEvents = try connection.prepare("DELETE FROM events WHERE position = ? AND sequence BETWEEN ? AND ? RETURNING feed")
        raiseFeedGap = try connection.prepare(
            """
            INSERT INTO feed_gaps (owner, gone) VALUES (?, ?)
            ON CONFLICT (owner) DO UPDATE SET gone = excluded.gone WHERE excluded.gone > gone
            """
        )
        insertMessage = try connection.prepare(
            """
            INSERT INTO messages
            (position, sequence, deliveries, id, sender_owner, sender_task, sender_name, sent_at, bytes, content)
            VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?, ?)
            """
        )
        insertNotice = try connection.prepare(
            "INSERT INTO notices (\(Notice.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        coalesceNotice = try connection.prepare(
            "UPDATE notices SET text = ?, data = ?, count = count + ?, updated_at = ? WHERE sequence = ?"
        )

        let standing = [Column.position, .version, .leaseToken] + Column.standing + Column.placement + Column.fixed
        readStanding = try connection.prepare("SELECT \(Self.names(standing)) FROM tasks WHERE id = ?")
        updateReported = try connection.prepare("UPDATE tasks SET \(Self.assignments(Column.reported)) WHERE position = ?")
        updateStanding = try connection.prepare(
            "UPDATE tasks SET \(Self.assignments(Column.reported + Column.standing)) WHERE position = ?"
        )
        updateAll = try connection.prepare(
            "UPDATE tasks SET \(Self.assignments(Column.reported + Column.standing + Column.placement)) WHERE position = ?"
        )
        readRecord = try connection.prepare(
            "SELECT \(Column.selected(Column.record)) FROM tasks LEFT JOIN bodies USING (position) WHERE position = ?"
        )
        renew = try connection.prepare(
            "UPDATE tasks SET lease_expires_at = ? WHERE id = ? AND lease_token = ? RETURNING cancel_requested"
        )
    }

    private static func names(_ columns: [Column]) -> String { columns.map(\.name).joined(separator: ", ") }
    private static func places(_ columns: [Column]) -> String { columns.map { _ in "?" }.joined(separator: ", ") }
    private static func assignments(_ columns: [Column]) -> String { columns.map { "\($0.name) = ?" }.joined(separator: ", ") }
}

extension Statement {
    /// Runs a statement that has no placeholders.
    func run() throws(StoreError) { try run(EmptyCollection<SQLValue>()) }
}
