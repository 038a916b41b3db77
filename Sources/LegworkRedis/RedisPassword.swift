/// A password that no description, dump or log shows.
public struct RedisPassword: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    package let text: String

    /// Wraps a password.
    public init(_ text: String) { self.text = text }

    /// Wraps a password.
    public init(stringLiteral value: String) { text = value }

    /// Always the same.
    public var description: String { "(hidden)" }
    /// Always the same.
    public var debugDescription: String { description }
    /// Shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
