/// A process with workers, as leases name it. Every start of a process is a node of its own.
public struct NodeID: Sendable, Hashable, CustomStringConvertible {
    /// The node's name, unique for each start of a process.
    public let name: String

    /// Names a node.
    public init(_ name: String) { self.name = name }

    /// The node's name.
    public var description: String { name }

    /// Whether two nodes are one: their names have the same bytes.
    public static func == (left: NodeID, right: NodeID) -> Bool { left.name.isExactly(right.name) }

    /// Hashes the name's bytes.
    public func hash(into hasher: inout Hasher) { name.hashExactly(into: &hasher) }

    /// A name nobody else has.
    public static func random() -> NodeID {
        NodeID("node_" + String(UInt64.random(in: .min ... .max), radix: 36))
    }
}

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
