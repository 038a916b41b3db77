/// A secret is not where it is said to be.
public struct SecretError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong and what to do. Names places and never what is there.
    public let message: String

    /// Makes an error.
    public init(_ message: String) { self.message = message }

    /// The message.
    public var description: String { message }
}
