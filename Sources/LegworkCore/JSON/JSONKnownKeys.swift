/// Finds a member that an object names twice, without a quadratic search and, for ordinary objects, without a hash.
///
/// Keys are equal as Swift strings are: by canonical equivalence. Two spellings of one accented name would be one key to every reader of
/// the parsed object, so they count as duplicates.
struct JSONKnownKeys {
    /// From this many members on, a set is used.
    static let setThreshold = 16

    /// One bit for each fingerprint seen. A key whose bit is clear is new.
    private var fingerprints: UInt64 = 0
    private var keys: Set<String>?

    /// Notes a key; false when one of the members has it already.
    @inline(__always)
    mutating func insert(_ key: String, isASCII: Bool, after members: [JSONObject.Member]) -> Bool {
        if members.count < Self.setThreshold, isASCII {
            let bit: UInt64 = 1 &<< UInt64(truncatingIfNeeded: Self.fingerprint(key))
            if fingerprints & bit == 0 {
                fingerprints |= bit
                return true
            }
        }
        return insertSlowly(key, isASCII: isASCII, after: members)
    }

    @inline(never)
    private mutating func insertSlowly(_ key: String, isASCII: Bool, after members: [JSONObject.Member]) -> Bool {
        // A key outside ASCII may equal an ASCII one (the Kelvin sign equals K): no fingerprint can be trusted any more.
        if !isASCII { fingerprints = .max }
        if members.count < Self.setThreshold { return !members.contains { $0.key == key } }
        if keys == nil { keys = Set(members.map(\.key)) }
        return keys?.insert(key).inserted ?? false
    }

    private static func fingerprint(_ key: String) -> Int {
        let bytes = key.utf8.span
        let count = bytes.count
        guard count > 0 else { return 0 }
        return (count &* 7 &+ Int(bytes[0]) &* 5 &+ Int(bytes[count / 2]) &* 3 &+ Int(bytes[count &- 1])) & 63
    }
}
