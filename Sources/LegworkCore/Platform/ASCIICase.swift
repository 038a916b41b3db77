/// Letters without regard to their case, as in the names of protocols: A to Z only, whatever the language.
package enum ASCIICase {
    /// A byte, of a capital letter the small one's.
    @inlinable
    package static func lowered(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }

    /// Whether two texts are the same but for the case of letters.
    @inlinable
    package static func isSame(_ one: some Collection<UInt8>, _ other: some Collection<UInt8>) -> Bool {
        one.count == other.count && one.elementsEqual(other) { lowered($0) == lowered($1) }
    }
}
