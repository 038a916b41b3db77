/// Why a message was not sent.
public struct MailError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure. More may come; compare with `==`.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String, Sendable {
            case invalid, unreachable, addressNotAllowed, noEncryption, untrusted, encryptionFailed, noLogin, refused, connectionLost,
                timedOut
            case cancelled, closed, failed
        }
        private let kind: Kind
        private init(_ kind: Kind) { self.kind = kind }

        /// Server or message cannot be used as given.
        public static let invalid = Self(.invalid)
        /// The host's name has no address, or nobody listens there.
        public static let unreachable = Self(.unreachable)
        /// The host has no public address, and the client is to go to no other.
        public static let addressNotAllowed = Self(.addressNotAllowed)
        /// The server offers no TLS, and it is wanted.
        public static let noEncryption = Self(.noEncryption)
        /// The server's certificate is not one to be trusted.
        public static let untrusted = Self(.untrusted)
        /// TLS failed otherwise.
        public static let encryptionFailed = Self(.encryptionFailed)
        /// The server knows none of the ways to log in that are known here.
        public static let noLogin = Self(.noLogin)
        /// The server answered with an error: see the reply and the stage.
        public static let refused = Self(.refused)
        /// The connection ended before the message was taken. It may have been taken all the same.
        public static let connectionLost = Self(.connectionLost)
        /// The server did not answer in time. The message may have been taken all the same.
        public static let timedOut = Self(.timedOut)
        /// The task that sent was cancelled.
        public static let cancelled = Self(.cancelled)
        /// The event loop has stopped.
        public static let closed = Self(.closed)
        /// Anything else; see the message.
        public static let failed = Self(.failed)

        /// The name of the code.
        public var description: String { kind.rawValue }
    }

    /// What was being done.
    public enum Stage: String, Sendable, Hashable {
        /// The server was to greet.
        case greeting
        /// The two said who they are.
        case hello
        /// TLS was to begin.
        case encryption
        /// The user was to log in.
        case login
        /// The sender was named.
        case sender
        /// A recipient was named.
        case recipient
        /// The message itself was sent.
        case content
    }

    /// The kind of failure.
    public let code: Code
    /// What went wrong and what to do; no password, and no address but those that the server repeats.
    public let message: String
    /// What the server answered, where that was the reason.
    public let reply: SMTPReply?
    /// What was being done.
    public let stage: Stage?

    /// Describes a failure.
    public init(_ code: Code, _ message: String, reply: SMTPReply? = nil, stage: Stage? = nil) {
        self.code = code
        self.message = message
        self.reply = reply
        self.stage = stage
    }

    /// The message.
    public var description: String { message }
}
