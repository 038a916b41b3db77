import LegworkCore

/// Values for placeholders, their texts in one buffer. It is made on the caller's thread; the writing thread binds the buffer where it lies,
/// which saves a copy and an allocation for every text.
struct EncodedRow: Sendable {
    enum Field: Sendable, Hashable {
        case null
        case integer(Int64)
        case real(Double)
        /// UTF-8 text at a place in the buffer.
        case text(start: Int, count: Int)
    }

    private(set) var bytes: [UInt8]
    private(set) var fields: [Field] = []

    init(fieldCapacity: Int, byteCapacity: Int) {
        // Never empty, so that it always has an address: SQLite takes a text without one for NULL.
        bytes = [0]
        bytes.reserveCapacity(byteCapacity)
        fields.reserveCapacity(fieldCapacity)
    }

    /// About how many bytes the row takes.
    var size: Int { bytes.count + 8 * fields.count }

    mutating func add(_ text: String?) {
        guard let text else { return fields.append(.null) }
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        fields.append(.text(start: start, count: bytes.count - start))
    }

    mutating func add(_ integer: Int64?) { fields.append(integer.map(Field.integer) ?? .null) }

    mutating func add(_ integer: Int?) { add(integer.map(Int64.init)) }

    mutating func add(_ real: Double?) { fields.append(real.map(Field.real) ?? .null) }

    mutating func add(_ bool: Bool) { fields.append(.integer(bool ? 1 : 0)) }

    mutating func add(_ time: Timestamp?) { add(time?.milliseconds) }

    mutating func add(_ value: JSONValue?, _ what: StaticString) throws(StoreError) {
        guard let value else { return fields.append(.null) }
        add(utf8: try StoredJSON.bytes(value, what))
    }

    /// Adds text that is UTF-8 already.
    mutating func add(utf8: [UInt8]) {
        fields.append(.text(start: bytes.count, count: utf8.count))
        bytes.append(contentsOf: utf8)
    }

    /// Takes out what there is.
    mutating func clear(_ index: Int) { fields[index] = .null }

    /// Replaces a number.
    mutating func set(_ index: Int, _ integer: Int64) { fields[index] = .integer(integer) }
}
