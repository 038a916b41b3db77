package import LegworkCore

/// Direct access to a store's file while no store has it open: for repairs, and for tests that need something to be broken.
package final class DatabaseSurgery {
    private let lock: StoreLock
    private var connection: Connection?

    /// Opens the file, which is made when there is none, and keeps every store out.
    ///
    /// - Throws: ``StoreError``, as opening a store does, but whatever the schema.
    package init(path: String) throws(StoreError) {
        let path = try StoreFiles.prepareFolder(for: path)
        lock = try StoreLock(for: path)
        try StoreFiles.prepareFile(path)
        connection = try Connection(path: path, access: .readWrite)
    }

    deinit {
        connection = nil
        lock.release()
    }

    /// Runs one statement of SQL.
    package func run(_ sql: String) throws(StoreError) { try connection?.run(SQL(stringLiteral: sql)) }

    /// Makes the tables of a schema that may be older than the newest.
    package func migrate(to number: Int64) throws(StoreError) {
        guard let connection else { return }
        try SchemaKeeper(connection: connection).migrate(to: number)
    }

    /// The first value of a query's answer, as a whole number.
    package func integer(_ sql: String) throws(StoreError) -> Int64? { try connection?.integer(SQL(stringLiteral: sql)) ?? nil }
}
