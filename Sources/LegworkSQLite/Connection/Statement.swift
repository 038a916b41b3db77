import CSQLite
import LegworkCore

/// A compiled statement. It must not outlive its connection's use.
@safe final class Statement {
    private let handle: OpaquePointer
    private unowned let connection: Connection

    /// Takes over a statement that SQLite made.
    @unsafe init(_ handle: OpaquePointer, of connection: Connection) {
        unsafe self.handle = handle
        self.connection = connection
    }

    deinit { unsafe sqlite3_finalize(handle) }

    /// The row that the last step arrived at.
    var row: Row { unsafe Row(handle) }

    /// Binds the placeholders in order.
    func bind(_ values: some Sequence<SQLValue>) throws(StoreError) {
        var index: Int32 = 1
        for value in values {
            try bind(value, at: index)
            index += 1
        }
    }

    /// Binds one placeholder, counted from 1. SQLite keeps a copy.
    func bind(_ value: SQLValue, at index: Int32) throws(StoreError) {
        let result =
            switch value {
            case .null:
                unsafe sqlite3_bind_null(handle, index)
            case .integer(let integer):
                unsafe sqlite3_bind_int64(handle, index, integer)
            case .real(let real):
                unsafe sqlite3_bind_double(handle, index, real)
            case .text(var text):
                text.withUTF8 { bytes in unsafe bind(UnsafeRawBufferPointer(bytes), at: index) }
            case .utf8(let bytes):
                unsafe bytes.withUnsafeBytes { bytes in unsafe bind(bytes, at: index) }
            }
        guard result == SQLITE_OK else { throw connection.error(result) }
    }

    private func bind(_ bytes: UnsafeRawBufferPointer, at index: Int32) -> Int32 {
        // An empty buffer has no address, which SQLite would take for NULL.
        guard let start = unsafe bytes.assumingMemoryBound(to: CChar.self).baseAddress else {
            return unsafe sqlite3_bind_text(handle, index, "", 0, legwork_sqlite_transient())
        }
        return unsafe sqlite3_bind_text64(handle, index, start, UInt64(bytes.count), legwork_sqlite_transient(), UInt8(SQLITE_UTF8))
    }

    /// Binds some fields of a row from a placeholder on, runs the statement to its end, and resets it.
    func run(_ row: EncodedRow, _ fields: Range<Int>, at index: Int32) throws(StoreError) {
        defer { reset() }
        var result: Int32 = SQLITE_OK
        // The texts are bound where they lie, so the statement has to run while they do.
        unsafe row.bytes.withUnsafeBytes { bytes in
            result = unsafe bind(row.fields[fields], in: bytes, at: index)
            if result == SQLITE_OK {
                repeat { result = unsafe sqlite3_step(handle) } while result == SQLITE_ROW
            }
        }
        guard result == SQLITE_DONE else { throw connection.error(result) }
    }

    private func bind(_ fields: ArraySlice<EncodedRow.Field>, in bytes: UnsafeRawBufferPointer, at start: Int32) -> Int32 {
        var index = start
        for field in fields {
            let result: Int32
            switch field {
            case .null:
                result = unsafe sqlite3_bind_null(handle, index)
            case .integer(let integer):
                result = unsafe sqlite3_bind_int64(handle, index, integer)
            case .real(let real):
                result = unsafe sqlite3_bind_double(handle, index, real)
            case .text(let start, let count):
                let text = unsafe bytes.assumingMemoryBound(to: CChar.self).baseAddress.map { base in unsafe base + start }
                result = unsafe sqlite3_bind_text64(handle, index, text, UInt64(count), nil, UInt8(SQLITE_UTF8))
            }
            guard result == SQLITE_OK else { return result }
            index += 1
        }
        return SQLITE_OK
    }

    /// Goes to the next row; false at the end.
    func step() throws(StoreError) -> Bool {
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: true
        case SQLITE_DONE: false
        case let code: throw connection.error(code)
        }
    }

    /// Ends the statement's use, so that it holds no lock and no snapshot.
    func reset() { unsafe sqlite3_reset(handle) }

    /// Binds, steps to the end, and resets.
    func run(_ values: some Sequence<SQLValue>) throws(StoreError) {
        defer { reset() }
        try bind(values)
        while try step() {}
    }
}

@available(*, unavailable, message: "a statement belongs to the thread that uses its connection")
extension Statement: Sendable {}
