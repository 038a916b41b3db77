extension JSONParser {
    /// Reads the string whose opening quote is at the offset, and tells whether it is all ASCII.
    mutating func string(in bytes: Span<UInt8>) throws(JSONParserFailure) -> (text: String, isASCII: Bool) {
        let start = offset &+ 1
        var seen: UInt64 = 0
        let end = Self.endOfRun(from: start, in: bytes, seen: &seen)
        let isASCII = seen & 0x8080_8080_8080_8080 == 0
        guard end < bytes.count else { throw unterminated(from: start, in: bytes, isASCII: isASCII) }
        if bytes[end] == UInt8(ascii: "\"") {
            let run = bytes.extracting(start..<end)
            offset = end &+ 1
            // Known to be ASCII, the run needs no second look.
            if isASCII { return (String(copying: UTF8Span(unchecked: run, isKnownASCII: true)), true) }
            return (try Self.validated(run, at: start), false)
        }
        return try stringWithEscapes(from: start, firstRunTo: end, in: bytes)
    }

    /// The first quote, backslash or control character from an index on, or the end of the bytes. Collects the bits of what it passes.
    ///
    /// Eight bytes at a time: for each of the three, the lowest byte that matches has its top bit set exactly; above it there may be
    /// false hits, which do not matter as the lowest is taken.
    @inline(__always)
    private static func endOfRun(from start: Int, in bytes: Span<UInt8>, seen: inout UInt64) -> Int {
        var index = start
        let raw = bytes.bytes
        while index &+ 8 <= bytes.count {
            let word = UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
            let quotes = word ^ 0x2222_2222_2222_2222
            let backslashes = word ^ 0x5C5C_5C5C_5C5C_5C5C
            let hits =
                (((quotes &- 0x0101_0101_0101_0101) & ~quotes) | ((backslashes &- 0x0101_0101_0101_0101) & ~backslashes)
                    | ((word &- 0x2020_2020_2020_2020) & ~word)) & 0x8080_8080_8080_8080
            if hits != 0 {
                let passed = hits.trailingZeroBitCount & ~7
                seen |= word & ((1 &<< UInt64(truncatingIfNeeded: passed)) &- 1)
                return index &+ passed &>> 3
            }
            seen |= word
            index &+= 8
        }
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
            seen |= UInt64(byte)
            index &+= 1
        }
        return index
    }

    private static func validated(_ run: Span<UInt8>, at start: Int) throws(JSONParserFailure) -> String {
        do throws(UTF8.ValidationError) {
            return String(copying: try UTF8Span(validating: run))
        } catch {
            throw JSONParserFailure(reason: .invalidUTF8, offset: start + error.byteOffsets.lowerBound)
        }
    }

    /// Of a text that ends inside a string, broken bytes are reported rather than the end.
    private func unterminated(from start: Int, in bytes: Span<UInt8>, isASCII: Bool) -> JSONParserFailure {
        if !isASCII {
            do throws(JSONParserFailure) {
                _ = try Self.validated(bytes.extracting(start..<bytes.count), at: start)
            } catch {
                return error
            }
        }
        return JSONParserFailure(reason: .unterminatedString, offset: bytes.count)
    }

    private mutating func stringWithEscapes(
        from start: Int,
        firstRunTo firstEnd: Int,
        in bytes: Span<UInt8>
    ) throws(JSONParserFailure) -> (text: String, isASCII: Bool) {
        scratch.removeAll(keepingCapacity: true)
        var runStart = start
        var end = firstEnd
        while true {
            try appendRun(runStart..<end, of: bytes)
            guard end < bytes.count else { throw JSONParserFailure(reason: .unterminatedString, offset: bytes.count) }
            offset = end
            switch bytes[end] {
            case UInt8(ascii: "\""):
                offset = end &+ 1
                let text = String(decoding: scratch, as: UTF8.self)
                return (text, text.utf8Span.isKnownASCII)
            case UInt8(ascii: "\\"): try escape(in: bytes)
            default: throw failure(.controlCharacter)
            }
            runStart = offset
            var seen: UInt64 = 0
            end = Self.endOfRun(from: runStart, in: bytes, seen: &seen)
        }
    }

    /// Each run is validated for itself: an escape cannot stand inside a character, so a run that is cut short by one is invalid.
    private mutating func appendRun(_ range: Range<Int>, of bytes: Span<UInt8>) throws(JSONParserFailure) {
        guard !range.isEmpty else { return }
        let run = bytes.extracting(range)
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: run)
        } catch {
            throw JSONParserFailure(reason: .invalidUTF8, offset: range.lowerBound + error.byteOffsets.lowerBound)
        }
        run.withUnsafeBufferPointer { scratch.append(contentsOf: $0) }
    }

    /// Reads the escape whose backslash is at the offset.
    private mutating func escape(in bytes: Span<UInt8>) throws(JSONParserFailure) {
        offset &+= 1
        guard offset < bytes.count else { throw failure(.unknownEscape) }
        switch bytes[offset] {
        case UInt8(ascii: "\""): scratch.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): scratch.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "/"): scratch.append(UInt8(ascii: "/"))
        case UInt8(ascii: "b"): scratch.append(0x08)
        case UInt8(ascii: "f"): scratch.append(0x0C)
        case UInt8(ascii: "n"): scratch.append(0x0A)
        case UInt8(ascii: "r"): scratch.append(0x0D)
        case UInt8(ascii: "t"): scratch.append(0x09)
        case UInt8(ascii: "u"): return try unicodeEscape(in: bytes)
        default: throw failure(.unknownEscape)
        }
        offset &+= 1
    }

    /// Reads one `\uXXXX`, or two that make a surrogate pair; the offset is at the first `u`.
    private mutating func unicodeEscape(in bytes: Span<UInt8>) throws(JSONParserFailure) {
        let start = offset &- 1
        offset &+= 1
        let first = try fourHexadecimalDigits(in: bytes)
        var code = UInt32(first)
        if first & 0xF800 == 0xD800 {
            let lone = JSONParserFailure(reason: .loneSurrogate, offset: start)
            guard first < 0xDC00, offset &+ 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"), bytes[offset &+ 1] == UInt8(ascii: "u")
            else { throw lone }
            offset &+= 2
            let second = try fourHexadecimalDigits(in: bytes)
            guard second & 0xFC00 == 0xDC00 else { throw lone }
            code = 0x10000 + (UInt32(first & 0x3FF) << 10 | UInt32(second & 0x3FF))
        }
        guard let scalar = Unicode.Scalar(code) else { throw JSONParserFailure(reason: .loneSurrogate, offset: start) }
        scratch.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    private mutating func fourHexadecimalDigits(in bytes: Span<UInt8>) throws(JSONParserFailure) -> UInt16 {
        var code: UInt16 = 0
        for _ in 0..<4 {
            guard offset < bytes.count else { throw failure(.badUnicodeEscape) }
            let byte = bytes[offset]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte &- UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte &- UInt8(ascii: "a") &+ 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte &- UInt8(ascii: "A") &+ 10
            default: throw failure(.badUnicodeEscape)
            }
            code = code << 4 | UInt16(digit)
            offset &+= 1
        }
        return code
    }
}
