public import LegworkCore

extension TaskStore where Self == SQLiteTaskStore {
    /// A store in one SQLite file with the usual configuration. Blocks for some milliseconds; ``SQLiteTaskStore/open(path:configuration:)``
    /// does not.
    ///
    /// - Throws: ``StoreError`` as ``SQLiteTaskStore/open(path:configuration:)`` does.
    public static func sqlite(path: String) throws(StoreError) -> SQLiteTaskStore {
        try SQLiteTaskStore(opening: path, SQLiteConfiguration())
    }
}

extension SQLiteTaskStore {
    /// Opens a store, and makes its folder (for this user only, mode 0700) and file (0600) where there are none.
    ///
    /// - Parameters:
    ///   - path: the file; its lock `<path>.lock`, write-ahead log and index lie beside it.
    ///   - configuration: cache, readers and limits.
    /// - Throws: ``StoreError`` with the codes `locked` (another process, or this one, has it open), `newerSchema`, `damaged` (no database, or
    ///   one of another program), `readOnly`, `full`, `unavailable` or `invalid` (a path that is none). What was refused is left as it is.
    public static func open(
        path: String,
        configuration: SQLiteConfiguration = SQLiteConfiguration()
    ) async throws(StoreError) -> SQLiteTaskStore {
        try await BlockingThread.run { () throws(StoreError) in
            try SQLiteTaskStore(opening: path, configuration)
        } orThrow: {
            StoreFiles.noThread($0)
        }
    }

    convenience init(opening path: String, _ configuration: SQLiteConfiguration) throws(StoreError) {
        let path = try StoreFiles.prepareFolder(for: path)
        let lock = try StoreLock(for: path)
        try StoreFiles.prepareFile(path)
        let watchers = ChangeBroadcast<TaskID>()
        let writer = try Writer(
            Self.openWriter(path, configuration),
            timeline: configuration.timeline,
            announce: { watchers.send($0) }
        )
        var readers: [Handover<Reader>] = []
        for _ in 0..<min(max(1, configuration.readers), 64) {
            readers.append(Handover(Reader(try Self.openReader(path, configuration))))
        }
        let writing = try WritingThread(writer, lock: lock)
        do throws(StoreError) {
            let reading = try ReadingThreads(readers, writing: writing)
            self.init(path: path, writing: writing, reading: reading, watchers: watchers)
        } catch {
            writing.end()
            throw error
        }
    }

    private static func openWriter(_ path: String, _ configuration: SQLiteConfiguration) throws(StoreError) -> sending Connection {
        let connection = try Connection(path: path, access: .readWrite)
        // Until the file is known to be ours, nothing is to be written to it, not even what a newer version left in its log.
        connection.setCheckpointOnClose(false)
        connection.setBusyTimeout(milliseconds: Int32(clamping: configuration.busyTimeout.milliseconds))
        guard !connection.isReadOnly else {
            throw StoreError(
                .readOnly,
                "the store '\(path)' may only be read; give this user the right to write to the file and its folder"
            )
        }
        let schema = SchemaKeeper(connection: connection)
        try schema.check()
        try connection.run(script: "PRAGMA journal_mode = WAL")
        connection.setCheckpointOnClose(true)
        try connection.run(configuration.isDurable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF")
        try connection.run(
            script: """
                PRAGMA wal_autocheckpoint = 8000;
                PRAGMA journal_size_limit = 67108864;
                PRAGMA secure_delete = OFF;
                PRAGMA mmap_size = 0;
                PRAGMA temp_store = MEMORY;
                PRAGMA trusted_schema = OFF;
                """
        )
        try setCache(connection, bytes: configuration.writerCacheBytes)
        if let pages = configuration.maximumPages { try connection.run(SQL(stringLiteral: "PRAGMA max_page_count = \(pages)")) }
        try schema.migrate()
        return connection
    }

    private static func openReader(_ path: String, _ configuration: SQLiteConfiguration) throws(StoreError) -> sending Connection {
        let connection = try Connection(path: path, access: .readOnly)
        connection.setBusyTimeout(milliseconds: Int32(clamping: configuration.busyTimeout.milliseconds))
        try connection.run(
            script: """
                PRAGMA query_only = ON;
                PRAGMA mmap_size = 0;
                PRAGMA temp_store = MEMORY;
                PRAGMA trusted_schema = OFF;
                """
        )
        try setCache(connection, bytes: configuration.readerCacheBytes)
        return connection
    }

    private static func setCache(_ connection: Connection, bytes: Int) throws(StoreError) {
        // A negative number counts kibibytes.
        try connection.run(SQL(stringLiteral: "PRAGMA cache_size = -\(max(1, bytes / 1024))"))
    }
}
