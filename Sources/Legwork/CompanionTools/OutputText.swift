/// Bytes of output as text, cut so that no character is torn where another part begins.
package struct OutputText: Sendable {
    /// The text; what is no UTF-8 is replaced by U+FFFD.
    package let text: String
    /// Where the bytes of the text begin.
    package let offset: Int
    /// Where the next part begins.
    package let end: Int

    /// - Parameters:
    ///   - chunk: the bytes.
    ///   - startsAnywhere: whether the beginning was not chosen by the reader, so that half a character may be left out there.
    package init(_ chunk: OutputChunk, startsAnywhere: Bool) {
        var bytes = chunk.bytes[...]
        if startsAnywhere, chunk.offset > 0 {
            let torn = bytes.prefix(3).prefix { $0 & 0b1100_0000 == 0b1000_0000 }.count
            bytes = bytes.dropFirst(torn)
        }
        let offset = chunk.offset + (chunk.bytes.count - bytes.count)
        // A character that is not all here comes with the next part, unless nothing will follow.
        if chunk.end < chunk.total || chunk.mayGrow {
            let torn = Self.tornBytes(at: bytes)
            if torn < bytes.count { bytes = bytes.dropLast(torn) }
        }
        text = String(decoding: bytes, as: UTF8.self)
        self.offset = offset
        end = offset + bytes.count
    }

    /// How many bytes at the end begin a character whose rest is missing.
    private static func tornBytes(at bytes: ArraySlice<UInt8>) -> Int {
        for (back, byte) in bytes.suffix(3).reversed().enumerated() {
            switch byte {
            case 0b1100_0000...0b1101_1111: return back < 1 ? back + 1 : 0
            case 0b1110_0000...0b1110_1111: return back < 2 ? back + 1 : 0
            case 0b1111_0000...0b1111_0111: return back < 3 ? back + 1 : 0
            case 0b1000_0000...0b1011_1111: continue
            default: return 0
            }
        }
        return 0
    }
}
