import CSQLite
import Glibc
import LegworkCore

/// One connection to one database file. It may move to another thread, but only one thread at a time may use it.
@safe final class Connection {
    /// How a connection is opened.
    enum Access: Hashable {
        /// Reads and writes a file that exists.
        case readWrite
        /// Only reads.
        case readOnly
    }

    let path: String
    private let handle: OpaquePointer
    private var statements: [String: Statement] = [:]
    /// The texts of what was compiled, once each, for ``plans()``.
    private var texts: Set<String> = []

    /// Turns off the memory statistics, for which every allocation would take a lock of the whole process. It does nothing when some other
    /// part of the program uses SQLite already.
    private static let configureOnce: Void = { _ = legwork_sqlite_disable_memory_statistics() }()

    init(path: String, access: Access) throws(StoreError) {
        Self.configureOnce
        var handle: OpaquePointer?
        let mode = access == .readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
        // One thread at a time uses a connection, so that SQLite need not lock it.
        let result = unsafe sqlite3_open_v2(path, &handle, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard let opened = unsafe handle else {
            throw StoreError(.unavailable, "there is no memory left to open the store '\(path)'")
        }
        guard result == SQLITE_OK else {
            let fault = unsafe SQLiteFault(
                code: result,
                systemError: sqlite3_system_errno(opened),
                text: String(cString: sqlite3_errmsg(opened))
            )
            unsafe sqlite3_close_v2(opened)
            throw fault.storeError(path: path)
        }
        self.path = path
        unsafe self.handle = opened
    }

    deinit {
        // A connection goes away only when its statements are gone.
        statements = [:]
        unsafe sqlite3_close_v2(handle)
    }

    /// Whether the file can only be read, whatever was asked for.
    var isReadOnly: Bool { unsafe sqlite3_db_readonly(handle, "main") == 1 }

    /// Whether a transaction is open. SQLite ends one by itself when the disk is full or fails.
    var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

    /// How many rows the last statement changed.
    var changes: Int { unsafe Int(sqlite3_changes(handle)) }

    /// How many rows all statements changed so far.
    var totalChanges: Int64 { unsafe sqlite3_total_changes64(handle) }

    /// How long to wait for another program's lock.
    func setBusyTimeout(milliseconds: Int32) { unsafe sqlite3_busy_timeout(handle, milliseconds) }

    /// Whether closing the last connection copies the write-ahead log into the file. Off until the file is known to be ours.
    func setCheckpointOnClose(_ isEnabled: Bool) { unsafe legwork_sqlite_checkpoint_on_close(handle, isEnabled ? 1 : 0) }

    /// Compiles a statement that is kept as long as its owner likes.
    func prepare(_ text: String) throws(StoreError) -> Statement {
        var statement: OpaquePointer?
        let result = unsafe sqlite3_prepare_v3(handle, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard result == SQLITE_OK, let statement = unsafe statement else { throw error(result) }
        texts.insert(text)
        return unsafe Statement(statement, of: self)
    }

    /// A statement with its values bound, ready to step. Statements are kept for the next use of the same text.
    func statement(_ sql: SQL) throws(StoreError) -> Statement {
        let statement: Statement
        if let kept = statements[sql.text] {
            statement = kept
            // An error may have left it in the middle of its rows.
            kept.reset()
        } else {
            statement = try prepare(sql.text)
            statements[sql.text] = statement
        }
        try statement.bind(sql.values)
        return statement
    }

    /// Runs a statement to its end.
    func run(_ sql: SQL) throws(StoreError) {
        let statement = try statement(sql)
        defer { statement.reset() }
        while try statement.step() {}
    }

    /// Runs a script of this program's own, such as a migration.
    func run(script: StaticString) throws(StoreError) {
        let result = unsafe sqlite3_exec(handle, script.description, nil, nil, nil)
        guard result == SQLITE_OK else { throw error(result) }
    }

    /// Calls a body for each row of the answer.
    func each(_ sql: SQL, _ body: (Row) throws(StoreError) -> Void) throws(StoreError) {
        let statement = try statement(sql)
        defer { statement.reset() }
        while try statement.step() { try body(statement.row) }
    }

    /// The first column of the first row, as a whole number.
    func integer(_ sql: SQL) throws(StoreError) -> Int64? {
        let statement = try statement(sql)
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        return statement.row.isNull(0) ? nil : statement.row.rawInteger(0)
    }

    /// Runs a body in a transaction that is undone when the body throws.
    func transaction<Result>(_ begin: SQL, _ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
        try run(begin)
        do throws(StoreError) {
            let result = try body()
            try run("COMMIT")
            return result
        } catch {
            if isInTransaction { try? run("ROLLBACK") }
            throw error
        }
    }

    /// How SQLite goes about every query and change that was compiled so far, a line for each step.
    func plans() throws(StoreError) -> [(text: String, steps: [String])] {
        var plans: [(text: String, steps: [String])] = []
        for text in texts.sorted() where ["SELECT", "INSERT", "UPDATE", "DELETE"].contains(where: text.hasPrefix) {
            let statement = try prepare("EXPLAIN QUERY PLAN " + text)
            var steps: [String] = []
            while try statement.step() { steps.append(statement.row.rawText(3)) }
            plans.append((text, steps))
        }
        return plans
    }

    /// The error that belongs to a result code of the last call.
    func error(_ code: Int32) -> StoreError {
        // When a COMMIT fails SQLite does not keep the system's error number, but nothing has replaced it yet.
        let latest = errno
        let systemError = unsafe SQLiteFault.noRoom.contains(latest) ? latest : sqlite3_system_errno(handle)
        let fault = unsafe SQLiteFault(code: code, systemError: systemError, text: String(cString: sqlite3_errmsg(handle)))
        return fault.storeError(path: path)
    }
}

@available(*, unavailable, message: "a connection belongs to the thread that uses it")
extension Connection: Sendable {}
