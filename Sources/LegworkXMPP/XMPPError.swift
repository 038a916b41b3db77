/// Why a message was not sent over XMPP.
public struct XMPPError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure. New ones may appear in later versions.
    public struct Code: Sendable, Hashable {
        private enum Value { case unreachable, addressNotAllowed, encryption, login, refused, timedOut, cancelled, failed }
        private let value: Value

        /// The server cannot be reached, or the connection broke.
        public static let unreachable = Code(value: .unreachable)
        /// The server has no public address, and the account is to go to no other.
        public static let addressNotAllowed = Code(value: .addressNotAllowed)
        /// There is no TLS, or its certificate is not to be trusted.
        public static let encryption = Code(value: .encryption)
        /// User or password are wrong.
        public static let login = Code(value: .login)
        /// The server, the room or the other side refused it; see the condition.
        public static let refused = Code(value: .refused)
        /// Nothing was answered in time.
        public static let timedOut = Code(value: .timedOut)
        /// The task that sent was cancelled.
        public static let cancelled = Code(value: .cancelled)
        /// The machine lacks what it takes.
        public static let failed = Code(value: .failed)
    }

    /// The kind of failure.
    public let code: Code
    /// What is wrong and what to do; never a password.
    public let message: String
    /// The condition that an error names, such as `item-not-found` (RFC 6120, section 8.3.3).
    public let condition: String?

    /// Makes an error.
    public init(_ code: Code, _ message: String, condition: String? = nil) {
        self.code = code
        self.message = message
        self.condition = condition
    }

    /// The message.
    public var description: String { message }
}
