/// One way in which a value is not what its schema asks for.
public struct JSONSchemaViolation: Sendable, Hashable, CustomStringConvertible {
    /// Where, such as `arguments.files[2].path`.
    public let path: String
    /// The same as a JSON pointer (RFC 6901) into the value that was checked, such as `/files/2/path`; the whole value is the empty one.
    public let pointer: String
    /// What is wrong there, such as `must be at most 3600, is 99999`.
    public let message: String

    /// Makes a violation.
    public init(path: String, pointer: String, message: String) {
        self.path = path
        self.pointer = pointer
        self.message = message
    }

    /// Path and message.
    public var description: String { "\(path): \(message)" }
}
