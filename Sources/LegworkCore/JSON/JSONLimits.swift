/// How large a JSON text may be.
public struct JSONLimits: Sendable, Hashable {
    /// The most bytes of a text.
    public var bytes: Int
    /// How deep arrays and objects may be nested.
    public var depth: Int
    /// The most values of a text in all.
    public var values: Int

    /// Describes limits.
    public init(bytes: Int = 16 << 20, depth: Int = 128, values: Int = 1_000_000) {
        self.bytes = bytes
        self.depth = min(depth, 512)
        self.values = values
    }

    /// 16 MiB, 128 levels, a million values.
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
