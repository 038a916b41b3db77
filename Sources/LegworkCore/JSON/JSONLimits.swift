/// How large a JSON text may be before parsing stops with an error.
public struct JSONLimits: Sendable, Hashable {
    /// How deep arrays and objects may be nested: 128 unless said otherwise, and never more than ``greatestDepth``.
    public var depth: Int
    /// The length of the whole text in bytes: 16 MiB unless said otherwise.
    public var bytes: Int
    /// How many values the whole text may hold, counting every member and every element: 1,000,000 unless said otherwise.
    public var values: Int
    /// The length of one number in characters: 1,000 unless said otherwise.
    public var numberLength: Int

    /// The depth that no limit can exceed, because the parser uses the stack: 1,000.
    public static let greatestDepth = 1_000

    /// What a text from a stranger may be.
    public static let `default` = JSONLimits()

    /// Makes limits; what is not named keeps its default.
    public init(depth: Int = 128, bytes: Int = 16 << 20, values: Int = 1_000_000, numberLength: Int = 1_000) {
        self.depth = depth
        self.bytes = bytes
        self.values = values
        self.numberLength = numberLength
    }
}
