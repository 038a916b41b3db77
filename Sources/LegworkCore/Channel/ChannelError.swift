/// Why a channel did not take a piece.
public struct ChannelError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of fault, by which it is decided what happens next. New ones may appear in later versions.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Value: String { case unavailable, rateLimited = "rate_limited", rejected, gone, misconfigured }
        private let value: Value

        /// The other side cannot be reached, is in trouble or took too long: it concerns all that is sent there, and passes.
        public static let unavailable = Code(value: .unavailable)
        /// Too much was sent: it passes.
        public static let rateLimited = Code(value: .rateLimited)
        /// The other side will never take this piece; another it may.
        public static let rejected = Code(value: .rejected)
        /// The place is gone for good, or the other side wants nothing from here any more.
        public static let gone = Code(value: .gone)
        /// What the configuration says is wrong, such as a token: nothing is taken until somebody mends it.
        public static let misconfigured = Code(value: .misconfigured)

        /// The word for it, in metrics.
        public var description: String { value.rawValue }
    }

    /// The kind of fault.
    public let code: Code
    /// What is wrong and what to do, without secrets: no URL, no token, no header.
    public let message: String
    /// How long the other side wants to hear nothing, where it said so.
    public let retryAfter: Duration?

    /// Makes an error.
    public init(_ code: Code, _ message: String, retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    /// The message.
    public var description: String { message }
}
