internal import CLinux
import Glibc

/// Who holds the other end of a Unix socket, as the kernel recorded it when the connection was made.
public struct PeerCredentials: Sendable, Hashable {
    /// The process that connected.
    public let pid: Int32
    /// Its effective user.
    public let uid: UInt32
    /// Its effective group.
    public let gid: UInt32

    /// Names a peer by its ids.
    public init(pid: Int32, uid: UInt32, gid: UInt32) {
        self.pid = pid
        self.uid = uid
        self.gid = gid
    }

    /// Asks the kernel about a connected Unix socket.
    package static func of(descriptor: Int32) throws(SystemError) -> PeerCredentials {
        var pid: pid_t = 0
        var uid: uid_t = 0
        var gid: gid_t = 0
        guard unsafe clinux_peer(descriptor, &pid, &uid, &gid) == 0 else { throw .last("ask for the peer of a Unix socket") }
        return PeerCredentials(pid: pid, uid: uid, gid: gid)
    }
}
