/// The name of one task: `task_` and 128 random bits in lowercase base32, 31 characters in all.
///
/// An id is as hard to guess as a bearer token, and safe in HTTP headers, URLs, file names and shells without quoting.
public struct TaskID: Sendable, Hashable {
    /// What every id begins with.
    public static let marker = "task_"

    /// The number of characters of a whole id, the marker included.
    public static let length = 31

    /// The shortest prefix (marker not counted) that may stand for an id.
    public static let shortestPrefix = 4

    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Hashes half of the id, for all of it is random.
    public func hash(into hasher: inout Hasher) { hasher.combine(low) }

    /// Makes a new id from a source of randomness.
    public static func random(using generator: inout some RandomNumberGenerator) -> TaskID {
        TaskID(high: generator.next(), low: generator.next())
    }

    /// Makes a new id from the system's randomness.
    public static func random() -> TaskID {
        var generator = RandomPool()
        return random(using: &generator)
    }

    /// Reads an id; nil unless the text is exactly one, as ``description`` prints it.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == Self.length, bytes.starts(with: Self.marker.utf8) else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for (index, byte) in bytes.dropFirst(Self.marker.utf8.count).enumerated() {
            guard var digit = Self.value(ofDigit: byte) else { return nil }
            if index == 25 {
                // 26 digits hold 130 bits; the last two are always zero, so that one id has one spelling.
                guard digit & 0b11 == 0 else { return nil }
                digit >>= 2
            }
            let shift: UInt64 = index == 25 ? 3 : 5
            high = high << shift | low >> (64 - shift)
            low = low << shift | UInt64(digit)
        }
        self.init(high: high, low: low)
    }

    private static func value(ofDigit byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a")
        case UInt8(ascii: "2")...UInt8(ascii: "7"): byte - UInt8(ascii: "2") + 26
        default: nil
        }
    }

    /// Whether a text can be the beginning of an id: enough base32 digits, with or without the marker.
    ///
    /// - Returns: the prefix with its marker, or nil.
    public static func prefix(from text: String) -> String? {
        let digits = text.hasPrefix(marker) ? text.dropFirst(marker.count) : text[...]
        guard digits.utf8.count >= shortestPrefix, digits.utf8.count <= length - marker.count else { return nil }
        guard digits.utf8.allSatisfy({ value(ofDigit: $0) != nil }) else { return nil }
        return marker + digits
    }
}

extension TaskID: CustomStringConvertible, Comparable {
    /// The id as text.
    public var description: String {
        String(unsafeUninitializedCapacity: Self.length) { buffer in
            var index = 0
            for byte in Self.marker.utf8 {
                unsafe buffer[index] = byte
                index += 1
            }
            var (high, low) = (high, low)
            for digit in 0..<26 {
                let value = UInt8(truncatingIfNeeded: high >> 59)
                unsafe buffer[index + digit] = value < 26 ? UInt8(ascii: "a") + value : UInt8(ascii: "2") + value - 26
                high = high << 5 | low >> 59
                low <<= 5
            }
            return Self.length
        }
    }

    /// The order of the ids' bits, the same as that of digits' values; it says nothing of age.
    public static func < (left: TaskID, right: TaskID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}
