/// The limits and habits of a server.
public struct HTTPServerConfiguration: Sendable {
    /// The largest body, in bytes (16 MiB); more is answered with 413.
    public var maximumBodySize = 16 * 1024 * 1024
    /// The largest head, in bytes (64 KiB); more is answered with 431, or 414 when the first line alone is larger.
    public var maximumHeadSize = 64 * 1024
    /// How many connections may be open (1024); more are answered with 503.
    public var maximumConnections = 1024
    /// How many of them may be TCP connections (256), so that those who are not known yet cannot take the places of a Unix socket's users.
    public var maximumTCPConnections = 256
    /// How long a client may take to send a head (30 s).
    public var headTimeout = Duration.seconds(30)
    /// How long a client may take to send a body (30 s, and one more second for every 16 KiB that have arrived).
    public var bodyTimeout = Duration.seconds(30)
    /// How long a connection may wait for its next request (75 s).
    public var idleTimeout = Duration.seconds(75)
    /// How long a client may leave a response unread (60 s) before it is taken for dead.
    public var writeTimeout = Duration.seconds(60)
    /// How often a comment is sent on event streams on which nothing else was (15 s).
    public var keepAliveInterval = Duration.seconds(15)
    /// How many bytes of a streamed response may wait for the client before its writer has to (256 KiB).
    public var highWaterMark = 256 * 1024
    /// How many connections may wait to be accepted (1024).
    public var backlog: Int32 = 1024
    /// Whether a peer may use this server; those who may not get 403. Called on the loop for each new connection; must be quick.
    public var authorize: @Sendable (HTTPPeer) -> Bool = { _ in true }
    /// Whether a request is let in by what its head says, and as whom. Called on the loop when the head has arrived, with an empty body:
    /// nobody can make the server keep a body who may not use it. Must be quick.
    public var admit: @Sendable (HTTPRequest) -> HTTPAdmission = { _ in .trusted }

    /// Told of what goes wrong without ending anything, such as a certificate that cannot be read again.
    public var onProblem: @Sendable (String) -> Void = { _ in }

    /// The usual values.
    public init() {}
}
