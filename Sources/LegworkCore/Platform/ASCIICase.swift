/// Letters without regard to their case, as in the names of protocols: A to Z only, whatever the language.
package enum ASCIICase {
    /// A byte, of a capital letter the small one's.
    package static func lowered(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }

    // Not generic in what modules above see, for there it would not be specialized, and be the slowest part of a request.

    /// Whether two texts are the same but for the case of letters.
    package static func isSame(_ one: String, _ other: String) -> Bool { areSame(one.utf8, other.utf8) }

    /// Whether two texts are the same but for the case of letters.
    package static func isSame(_ one: Substring.UTF8View, _ other: Substring.UTF8View) -> Bool { areSame(one, other) }

    private static func areSame<Bytes: Collection<UInt8>>(_ one: Bytes, _ other: Bytes) -> Bool {
        guard one.count == other.count else { return false }
        let compared: Bool?? = one.withContiguousStorageIfAvailable { one in
            other.withContiguousStorageIfAvailable { other in one.elementsEqual(other, by: isSame) }
        }
        if case let same?? = compared { return same }
        return one.elementsEqual(other, by: isSame)
    }

    private static func isSame(_ one: UInt8, _ other: UInt8) -> Bool { one == other || lowered(one) == lowered(other) }
}
