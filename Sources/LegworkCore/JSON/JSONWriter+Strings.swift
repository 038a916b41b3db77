extension JSONWriter {
    /// Writes a string in quotes, escaping only what JSON requires: quotes, backslashes and control characters.
    mutating func writeString(_ string: String) {
        append(UInt8(ascii: "\""))
        let bytes = string.utf8.span
        var start = 0
        while true {
            let end = Self.endOfPlainRun(from: start, in: bytes)
            if end > start { appendRun(bytes.extracting(start..<end)) }
            guard end < bytes.count else { break }
            appendEscape(of: bytes[end])
            start = end &+ 1
        }
        append(UInt8(ascii: "\""))
    }

    /// The first byte from an index on that needs an escape, or the end; eight bytes at a time, as in `JSONParser`.
    @inline(__always)
    private static func endOfPlainRun(from start: Int, in bytes: Span<UInt8>) -> Int {
        var index = start
        let raw = bytes.bytes
        while index &+ 8 <= bytes.count {
            let word = UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
            let quotes = word ^ 0x2222_2222_2222_2222
            let backslashes = word ^ 0x5C5C_5C5C_5C5C_5C5C
            let hits =
                (((quotes &- 0x0101_0101_0101_0101) & ~quotes) | ((backslashes &- 0x0101_0101_0101_0101) & ~backslashes)
                    | ((word &- 0x2020_2020_2020_2020) & ~word)) & 0x8080_8080_8080_8080
            if hits != 0 { return index &+ hits.trailingZeroBitCount &>> 3 }
            index &+= 8
        }
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
            index &+= 1
        }
        return index
    }

    private mutating func appendEscape(of byte: UInt8) {
        let letter: UInt8
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): letter = byte
        case 0x08: letter = UInt8(ascii: "b")
        case 0x09: letter = UInt8(ascii: "t")
        case 0x0A: letter = UInt8(ascii: "n")
        case 0x0C: letter = UInt8(ascii: "f")
        case 0x0D: letter = UInt8(ascii: "r")
        default:
            let hexadecimal: StaticString = "0123456789abcdef"
            for digit: UInt8 in [UInt8(ascii: "\\"), UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")] { append(digit) }
            append(hexadecimal.utf8Start[Int(byte >> 4)])
            append(hexadecimal.utf8Start[Int(byte & 15)])
            return
        }
        append(UInt8(ascii: "\\"))
        append(letter)
    }
}
