/// A text that must not be seen, such as a token: printing it, or anything that has it, shows `[hidden]`.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself.
    public let revealed: String

    /// Hides a text.
    public init(_ text: String) { revealed = text }

    /// Not the text.
    public var description: String { "[hidden]" }
    /// Not the text.
    public var debugDescription: String { description }
    /// Nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
