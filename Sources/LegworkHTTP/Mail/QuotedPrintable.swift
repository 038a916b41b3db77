import LegworkCore

/// Text as lines of at most 76 printable ASCII characters (RFC 2045, section 6.7).
enum QuotedPrintable {
    private static let lineLength = 76

    /// The text, with CRLF at the end of each of its lines.
    static func encode(_ text: String) -> [UInt8] {
        var (output, column): ([UInt8], Int) = ([], 0)
        let bytes = Array(text.utf8)
        output.reserveCapacity(bytes.count + bytes.count / 8)
        var index = 0
        func put(_ piece: [UInt8], isLast: Bool) {
            // One character of the line is kept for the mark that it goes on.
            if column + piece.count > (isLast ? lineLength : lineLength - 1) {
                output += "=\r\n".utf8
                column = 0
            }
            output += piece
            column += piece.count
        }
        while index < bytes.count {
            let byte = bytes[index]
            if let length = lineEnd(bytes, index) {
                output += "\r\n".utf8
                column = 0
                index += length
                continue
            }
            index += 1
            let isLast = index == bytes.count || lineEnd(bytes, index) != nil
            put(isPlain(byte, isLast: isLast, isFirst: column == 0) ? [byte] : escape(byte), isLast: isLast)
        }
        if column > 0 { output += "\r\n".utf8 }
        return output
    }

    /// How many bytes the line end at a place has; nil when there is none.
    private static func lineEnd(_ bytes: [UInt8], _ index: Int) -> Int? {
        switch bytes[index] {
        case UInt8(ascii: "\n"): 1
        case UInt8(ascii: "\r"): index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "\n") ? 2 : 1
        default: nil
        }
    }

    private static func isPlain(_ byte: UInt8, isLast: Bool, isFirst: Bool) -> Bool {
        switch byte {
        // Blanks at the end of a line get lost on the way.
        case UInt8(ascii: " "), UInt8(ascii: "\t"): !isLast
        case UInt8(ascii: "="): false
        // A line that begins with "From " or with a dot means something else to some who carry it.
        case UInt8(ascii: "F"), UInt8(ascii: "."): !isFirst
        default: (0x21...0x7E).contains(byte)
        }
    }

    private static func escape(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
