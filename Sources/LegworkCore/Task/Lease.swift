/// The fencing token of one attempt. Whoever writes for an attempt names it; a token that is no longer the task's writes nothing.
public struct LeaseToken: Sendable, Hashable {
    /// The token's bits.
    public let rawValue: UInt64

    /// Wraps the bits of a token.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// A token nobody else has.
    public static func random() -> LeaseToken {
        var generator = RandomPool()
        return LeaseToken(rawValue: .random(in: 1 ... .max, using: &generator))
    }
}

/// The right of one attempt to execute a task, for a time.
public struct Lease: Sendable, Hashable {
    /// The fencing token.
    public var token: LeaseToken
    /// The node that executes the attempt.
    public var node: NodeID
    /// When the right ends unless it is renewed.
    public var expiresAt: Timestamp

    /// Describes a lease.
    public init(token: LeaseToken, node: NodeID, expiresAt: Timestamp) {
        self.token = token
        self.node = node
        self.expiresAt = expiresAt
    }
}
