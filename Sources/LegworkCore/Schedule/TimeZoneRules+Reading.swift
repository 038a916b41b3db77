extension TimeZoneRules {
    /// Reads a file of the database, which has the format of RFC 9636.
    ///
    /// - Returns: nil when the bytes are no such file.
    package convenience init?(identifier: String, file: [UInt8]) {
        var reader = ZoneFileReader(file)
        guard let first = reader.header() else { return nil }
        // The first block is for readers that know no 64 bits.
        guard first.version >= UInt8(ascii: "2"), reader.skip(first.size(timeBytes: 4)), let header = reader.header() else { return nil }
        guard header.types > 0 else { return nil }
        var starts: [Int64] = []
        for _ in 0..<header.transitions {
            guard let time = reader.integer(8) else { return nil }
            starts.append(time)
        }
        var indexes: [Int] = []
        for _ in 0..<header.transitions {
            guard let index = reader.byte(), index < header.types else { return nil }
            indexes.append(Int(index))
        }
        var types: [Int32] = []
        for _ in 0..<header.types {
            guard let offset = reader.integer(4), abs(offset) < CivilDate.secondsPerDay, reader.skip(2) else { return nil }
            types.append(Int32(truncatingIfNeeded: offset))
        }
        guard zip(starts, starts.dropFirst()).allSatisfy(<),
            reader.skip(header.characters + header.leaps * 12 + header.standards + header.universals)
        else { return nil }
        var offsets = [types[0]] + indexes.map { types[$0] }
        if let rule = reader.footer().flatMap(PosixZoneRule.init) {
            let last = starts.last ?? .min
            let firstYear = starts.isEmpty ? 1970 : CivilDate(dayNumber: CivilDate.split(max(0, last)).dayNumber).year
            for year in min(firstYear, 2200)..<2200 {
                for change in rule.changes(in: year) where change.at > (starts.last ?? .min) {
                    starts.append(change.at)
                    offsets.append(change.offset)
                }
            }
            if starts.isEmpty { offsets = [rule.standardOffset] }
        }
        self.init(identifier: identifier, starts: starts, offsets: offsets)
    }
}

/// Reads numbers from the bytes of a zone file, and never beyond them.
private struct ZoneFileReader {
    struct Header {
        var version: UInt8
        var universals, standards, leaps, transitions, types, characters: Int

        func size(timeBytes: Int) -> Int {
            transitions * (timeBytes + 1) + types * 6 + characters + leaps * (timeBytes + 4) + standards + universals
        }
    }

    /// The most of anything in a file; the largest that exist have a few hundred.
    private static let maximumCount: Int64 = 10_000

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func byte() -> UInt8? {
        guard position < bytes.count else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func integer(_ count: Int) -> Int64? {
        guard bytes.count - position >= count else { return nil }
        var value: Int64 = bytes[position] & 0x80 == 0 ? 0 : -1
        for byte in bytes[position..<position + count] { value = value << 8 | Int64(byte) }
        position += count
        return value
    }

    mutating func skip(_ count: Int) -> Bool {
        guard count <= bytes.count - position else { return false }
        position += count
        return true
    }

    mutating func header() -> Header? {
        guard bytes.dropFirst(position).starts(with: Array("TZif".utf8)), skip(4), let version = byte(), skip(15) else { return nil }
        var counts: [Int] = []
        for _ in 0..<6 {
            guard let count = integer(4), (0...Self.maximumCount).contains(count) else { return nil }
            counts.append(Int(count))
        }
        return Header(
            version: version,
            universals: counts[0],
            standards: counts[1],
            leaps: counts[2],
            transitions: counts[3],
            types: counts[4],
            characters: counts[5]
        )
    }

    /// The rule for the time after the last change that is listed, between two ends of lines.
    mutating func footer() -> String? {
        guard byte() == UInt8(ascii: "\n"), let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        return String(decoding: bytes[position..<end], as: UTF8.self)
    }
}
