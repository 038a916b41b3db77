import CSQLite
import Glibc

/// The row that a statement stands at; good until the statement steps or is reset.
@safe struct Row {
    private let handle: OpaquePointer

    @unsafe init(_ handle: OpaquePointer) { unsafe self.handle = handle }

    /// The number of columns.
    var count: Int32 { unsafe sqlite3_column_count(handle) }

    func name(_ column: Int32) -> String { unsafe sqlite3_column_name(handle, column).map { unsafe String(cString: $0) } ?? "" }

    func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(handle, column) == SQLITE_NULL }

    /// The value as SQLite makes a whole number of it, whatever it is.
    func rawInteger(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }

    /// The value as text, whatever it is, with what is no UTF-8 replaced.
    func rawText(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

    /// The value as it is.
    func value(_ column: Int32) -> SQLValue {
        switch unsafe sqlite3_column_type(handle, column) {
        case SQLITE_NULL: .null
        case SQLITE_INTEGER: .integer(rawInteger(column))
        case SQLITE_FLOAT: unsafe .real(sqlite3_column_double(handle, column))
        case _: .utf8(bytes(column))
        }
    }

    /// A whole number, nil for NULL.
    func integer(_ column: Int32) throws(RowDamage) -> Int64? {
        switch unsafe sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: rawInteger(column)
        case SQLITE_NULL: nil
        case _: throw damage(column, "is no whole number")
        }
    }

    /// A number, nil for NULL.
    func real(_ column: Int32) throws(RowDamage) -> Double? {
        switch unsafe sqlite3_column_type(handle, column) {
        case SQLITE_FLOAT, SQLITE_INTEGER: unsafe sqlite3_column_double(handle, column)
        case SQLITE_NULL: nil
        case _: throw damage(column, "is no number")
        }
    }

    /// A text, nil for NULL.
    func text(_ column: Int32) throws(RowDamage) -> String? {
        switch unsafe sqlite3_column_type(handle, column) {
        case SQLITE_TEXT:
            guard let text = unsafe withBytes(column, { bytes in unsafe String(validating: bytes, as: UTF8.self) }) else {
                throw damage(column, "is no UTF-8 text")
            }
            return text
        case SQLITE_NULL: return nil
        case _: throw damage(column, "is no text")
        }
    }

    /// The bytes of a text or blob.
    func bytes(_ column: Int32) -> [UInt8] {
        unsafe withBytes(column) { bytes in unsafe Array(bytes) }
    }

    /// Whether the column holds what a field does, texts compared byte for byte; NULL equals `.null` only.
    func equals(_ column: Int32, _ field: EncodedRow.Field, of row: EncodedRow) -> Bool {
        let type = unsafe sqlite3_column_type(handle, column)
        switch field {
        case .null: return type == SQLITE_NULL
        case .integer(let integer): return type == SQLITE_INTEGER && rawInteger(column) == integer
        case .real(let real): return unsafe type == SQLITE_FLOAT && sqlite3_column_double(handle, column) == real
        case .text(let start, let count):
            guard type == SQLITE_TEXT else { return false }
            return unsafe row.bytes.withUnsafeBytes { bytes in
                unsafe equals(column, UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]))
            }
        }
    }

    private func equals(_ column: Int32, _ other: UnsafeRawBufferPointer) -> Bool {
        unsafe withBytes(column) { bytes in
            guard bytes.count == other.count else { return false }
            guard let left = bytes.baseAddress, let right = other.baseAddress else { return true }
            return unsafe memcmp(left, right, bytes.count) == 0
        }
    }

    /// What is wrong with a column.
    func damage(_ column: Int32, _ problem: String) -> RowDamage { RowDamage("its \(name(column)) \(problem)") }

    private func withBytes<Result>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        // SQLite documents this order of calls: first the pointer, then the length.
        let start = unsafe sqlite3_column_blob(handle, column)
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        return unsafe body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
    }
}

/// What is wrong with a stored row.
struct RowDamage: Error, Hashable {
    let problem: String

    init(_ problem: String) { self.problem = problem }
}

@available(*, unavailable, message: "a row belongs to its statement")
extension Row: Sendable {}
