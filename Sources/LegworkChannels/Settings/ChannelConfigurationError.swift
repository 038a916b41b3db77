/// What a configuration says of a channel cannot be used.
public struct ChannelConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of fault. New ones may appear in later versions.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Value: String { case invalid, unknownKind = "unknown_kind", noSecret = "no_secret", failed }
        private let value: Value

        /// A member is missing, unknown or not what it should be.
        public static let invalid = Code(value: .invalid)
        /// There is no such kind of channel.
        public static let unknownKind = Code(value: .unknownKind)
        /// A secret is not where it is said to be.
        public static let noSecret = Code(value: .noSecret)
        /// The machine lacks what it takes.
        public static let failed = Code(value: .failed)

        /// The word for it.
        public var description: String { value.rawValue }
    }

    /// The kind of fault.
    public let code: Code
    /// Which member is wrong and what to do. Repeats nothing that may be a secret.
    public let message: String

    /// Makes an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
