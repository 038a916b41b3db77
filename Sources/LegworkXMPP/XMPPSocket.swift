import Glibc
import LegworkCore
import Synchronization

/// A socket that libstrophe has made, by its number.
struct XMPPSocket: Sendable {
    /// The largest number that libstrophe can wait for: it uses `select`, and one beyond that would end the process.
    static let largest: Int32 = 1023

    /// The last one of each connection. libstrophe says nothing but the connection when it has made one.
    private static let sockets = Lock<[UInt: XMPPSocket]>([:])

    let number: Int32

    static func note(_ socket: XMPPSocket, of connection: UInt) { sockets.withLock { $0[connection] = socket } }
    static func last(of connection: UInt) -> XMPPSocket? { sockets.withLock { $0[connection] } }
    static func forget(_ connection: UInt) { sockets.withLock { $0[connection] = nil } }

    var isTooLarge: Bool { number > Self.largest }

    /// Whether it is connected to a public address; nil when it is not connected.
    var hasPublicPeer: Bool? {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getpeername(number, $0, &length) }
        }
        guard code == 0 else { return nil }
        let bytes = unsafe withUnsafeBytes(of: address) { unsafe Array($0.prefix(Int(length))) }
        return switch Int32(address.ss_family) {
        case AF_INET where bytes.count >= 8: PublicAddress.isPublic((bytes[4], bytes[5], bytes[6], bytes[7]))
        case AF_INET6 where bytes.count >= 24: PublicAddress.isPublic(Array(bytes[8..<24]))
        default: false
        }
    }
}
