import LegworkCore

/// One step from an older schema to the next. A step that was released never changes.
struct Migration: Sendable {
    /// The schema's number after the step.
    let number: Int64
    /// What the step does.
    let script: StaticString

    /// All steps, in order, numbered from 1.
    static let all = [tasks, families, queues, schedules, finding, feed, deliveries]

    /// The number of the schema that this program writes.
    static var newest: Int64 { Int64(all.count) }
}

/// Brings a database to the newest schema, or refuses it.
struct SchemaKeeper {
    /// `Lgwk`, by which `file` and others tell whose database it is.
    static let applicationID: Int64 = 0x4c67_776b

    let connection: Connection

    /// Checks that the database is ours to open, without changing it.
    ///
    /// - Throws: ``StoreError/Code/newerSchema``, or ``StoreError/Code/damaged`` for a database of another program.
    func check() throws(StoreError) {
        let version = try connection.integer("PRAGMA user_version") ?? 0
        let application = try connection.integer("PRAGMA application_id") ?? 0
        let isEmpty = try connection.integer("SELECT count(*) FROM sqlite_schema") == 0
        guard application == Self.applicationID || application == 0 && version == 0 && isEmpty else {
            throw StoreError(
                .damaged,
                "'\(connection.path)' is a database of another program, so it was left alone; name another path for the store"
            )
        }
        guard version <= Migration.newest else {
            throw StoreError(
                .newerSchema,
                """
                the store '\(connection.path)' has schema \(version), written by a newer Legwork; this one knows schemas up to \
                \(Migration.newest). Nothing was changed. Upgrade Legwork, or name another path
                """
            )
        }
    }

    /// Takes the steps that are missing, each in a transaction of its own.
    func migrate(to newest: Int64 = Migration.newest) throws(StoreError) {
        let version = try connection.integer("PRAGMA user_version") ?? 0
        for step in Migration.all where step.number > version && step.number <= newest {
            try connection.transaction("BEGIN IMMEDIATE") { () throws(StoreError) in
                try connection.run(script: step.script)
                // A pragma takes no placeholder.
                try connection.run(SQL(stringLiteral: "PRAGMA application_id = \(Self.applicationID)"))
                try connection.run(SQL(stringLiteral: "PRAGMA user_version = \(step.number)"))
            }
        }
    }
}
