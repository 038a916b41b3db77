import LegworkCore

/// Reads a row column after column, and says which one is damaged.
struct RowReader {
    private let row: Row
    private var column: Int32

    init(_ row: Row, from column: Int32 = 0) {
        self.row = row
        self.column = column
    }

    /// Passes over columns.
    mutating func skip(_ count: Int32) { column += count }

    mutating func optionalText() throws(RowDamage) -> String? {
        defer { column += 1 }
        return try row.text(column)
    }

    mutating func text() throws(RowDamage) -> String {
        defer { column += 1 }
        guard let text = try row.text(column) else { throw row.damage(column, "is missing") }
        return text
    }

    mutating func optionalInteger() throws(RowDamage) -> Int64? {
        defer { column += 1 }
        return try row.integer(column)
    }

    mutating func integer() throws(RowDamage) -> Int64 {
        defer { column += 1 }
        guard let integer = try row.integer(column) else { throw row.damage(column, "is missing") }
        return integer
    }

    mutating func int() throws(RowDamage) -> Int { Int(try integer()) }

    mutating func bool() throws(RowDamage) -> Bool { try integer() != 0 }

    mutating func time() throws(RowDamage) -> Timestamp { Timestamp(milliseconds: try integer()) }

    mutating func optionalTime() throws(RowDamage) -> Timestamp? { try optionalInteger().map(Timestamp.init(milliseconds:)) }

    mutating func optionalReal() throws(RowDamage) -> Double? {
        defer { column += 1 }
        return try row.real(column)
    }

    /// A text that has to be one of some words.
    mutating func word<Word: RawRepresentable<String>>(_: Word.Type) throws(RowDamage) -> Word {
        let text = try text()
        guard let word = Word(rawValue: text) else { throw row.damage(column - 1, "'\(text.truncated(toBytes: 40))' is unknown") }
        return word
    }

    mutating func id() throws(RowDamage) -> TaskID {
        guard let id = try optionalID() else { throw row.damage(column - 1, "is missing") }
        return id
    }

    mutating func optionalID() throws(RowDamage) -> TaskID? {
        guard let text = try optionalText() else { return nil }
        guard let id = TaskID(text) else { throw row.damage(column - 1, "'\(text.truncated(toBytes: 40))' is no task id") }
        return id
    }

    mutating func optionalJSON() throws(RowDamage) -> JSONValue? {
        defer { column += 1 }
        if row.isNull(column) { return nil }
        guard let value = StoredJSON.value(row.bytes(column)) else { throw row.damage(column, "is no JSON") }
        return value
    }

    mutating func progress() throws(RowDamage) -> TaskProgress? {
        let done = try optionalReal()
        let total = try optionalReal()
        return done.map { TaskProgress(done: $0, total: total) }
    }
}
