/// Who is at the other end of a connection.
public enum HTTPPeer: Sendable, Hashable {
    /// A process of this machine, as the kernel vouches.
    case unix(pid: Int32, uid: UInt32, gid: UInt32)
    /// An address and port; nothing is known of the user.
    case tcp(address: String, port: UInt16)
}
