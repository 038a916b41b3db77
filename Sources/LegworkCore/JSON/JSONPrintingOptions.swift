/// How a ``JSONValue`` is printed; without options compact and in the order of the members.
public struct JSONPrintingOptions: OptionSet, Sendable, Hashable {
    /// The bits.
    public let rawValue: UInt8

    /// Wraps bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// One member or element a line, indented by two spaces a level, and a space after the colon.
    public static let pretty = JSONPrintingOptions(rawValue: 1)

    /// Members sorted by the UTF-16 code units of their names, as RFC 8785 orders them.
    ///
    /// Two values that differ only in the order of members then print alike. Numbers keep their text, so `1.0` and `1` still differ.
    public static let sortedKeys = JSONPrintingOptions(rawValue: 2)
}
