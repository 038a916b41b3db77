/// Why a schema could not be derived from a type, or is not well formed.
public struct JSONSchemaError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of a ``JSONSchemaError``.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String, Sendable {
            case malformed
            case unsupported
            case tooLarge = "too_large"
            case underivable
            case recursive
        }

        private let kind: Kind

        /// A keyword has a value that JSON Schema does not allow.
        public static let malformed = Code(kind: .malformed)
        /// The schema uses something that is not supported and cannot be ignored, such as a reference to another document.
        public static let unsupported = Code(kind: .unsupported)
        /// The schema is nested too deeply or has too many parts.
        public static let tooLarge = Code(kind: .tooLarge)
        /// The type does not tell what it is made of.
        public static let underivable = Code(kind: .underivable)
        /// The type contains itself.
        public static let recursive = Code(kind: .recursive)

        /// A stable word such as `malformed`.
        public var description: String { kind.rawValue }
    }

    /// The kind of error.
    public let code: Code
    /// Where in the schema or the type, such as `schema.properties.timeout.minimum` or `arguments.files[0]`.
    public let path: String
    /// What is wrong there and what to do.
    public let message: String

    /// Path and message.
    public var description: String { "\(path): \(message)" }
}
