/// A failure of the HTTP server or client.
public struct HTTPError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is. More codes may come; compare with `==`.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String, Sendable {
            case connectionRefused, noSuchSocket, permissionDenied, hostNotFound, connectionLost, timedOut, cancelled, tooLarge
            case protocolViolation, invalidRequest, tlsFailed, listenFailed, addressNotAllowed, closed, failed
        }

        private let kind: Kind

        private init(_ kind: Kind) {
            self.kind = kind
        }

        /// Nobody listens there; for a Unix socket, its file is left over from a server that is gone.
        public static let connectionRefused = Self(.connectionRefused)
        /// The Unix socket's file does not exist.
        public static let noSuchSocket = Self(.noSuchSocket)
        /// This user may not connect to the socket.
        public static let permissionDenied = Self(.permissionDenied)
        /// The host's name has no address.
        public static let hostNotFound = Self(.hostNotFound)
        /// The other side closed, or the network failed, before the message was complete.
        public static let connectionLost = Self(.connectionLost)
        /// The connect, idle or total timeout passed.
        public static let timedOut = Self(.timedOut)
        /// The task that asked was cancelled.
        public static let cancelled = Self(.cancelled)
        /// A body, head or event is larger than its limit.
        public static let tooLarge = Self(.tooLarge)
        /// The other side does not speak HTTP as it should.
        public static let protocolViolation = Self(.protocolViolation)
        /// The request cannot be sent as given: a bad URL, method or header.
        public static let invalidRequest = Self(.invalidRequest)
        /// The TLS handshake or the certificate failed.
        public static let tlsFailed = Self(.tlsFailed)
        /// The host has no public address, and the request is to go to no other.
        public static let addressNotAllowed = Self(.addressNotAllowed)
        /// The server could not listen at the address.
        public static let listenFailed = Self(.listenFailed)
        /// The client, server or response is closed already.
        public static let closed = Self(.closed)
        /// Anything else; see the message.
        public static let failed = Self(.failed)

        /// The name of the code.
        public var description: String { kind.rawValue }
    }

    /// The kind of failure.
    public let code: Code
    /// What went wrong and what to do, in words.
    public let message: String
    /// The failure behind it, if any.
    public let underlying: (any Error)?

    /// Describes a failure.
    public init(_ code: Code, _ message: String, underlying: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.underlying = underlying
    }

    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}
