/// How large a JSON text may be.
public struct JSONLimits: Sendable, Hashable {
    /// The deepest nesting that can be allowed: reading is recursive, and the stack has an end.
    public static let greatestDepth = 512

    /// How deep arrays and objects may be nested.
    public var depth: Int
    /// The most bytes of a text.
    public var bytes: Int
    /// The most values of a text in all.
    public var values: Int
    /// The most characters of a number.
    public var numberLength: Int

    /// Describes limits; a depth beyond ``greatestDepth`` counts as that.
    public init(depth: Int = 128, bytes: Int = 16 << 20, values: Int = 1_000_000, numberLength: Int = 1000) {
        self.depth = min(depth, Self.greatestDepth)
        self.bytes = bytes
        self.values = values
        self.numberLength = numberLength
    }

    /// 128 levels, 16 MiB, a million values, numbers of 1000 characters.
    public static let standard = JSONLimits()
}

/// What is wrong with a JSON text, and where.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The place, in bytes from the beginning.
    public let offset: Int
    /// The place's line, from 1.
    public let line: Int
    /// The place in its line, in bytes from 1.
    public let column: Int
    /// What is wrong.
    public let problem: String

    /// Says where and what.
    public var description: String { "line \(line), column \(column): \(problem)" }
}
