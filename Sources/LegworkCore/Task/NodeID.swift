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

    /// A name nobody else has, which says nothing more.
    public static func random() -> NodeID { NodeID(NodeOrigin.marker + tail()) }

    /// A name nobody else has, from which whoever runs on the same machine can tell whether this process still lives.
    ///
    /// Printable ASCII without spaces, at most 120 bytes.
    public static func ofThisProcess() -> NodeID {
        NodeOrigin.ofThisProcess.map { NodeID($0.name(ending: tail())) } ?? random()
    }

    private static func tail() -> String { String(UInt64.random(in: .min ... .max), radix: 36) }
}
