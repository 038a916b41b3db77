internal import CLinux
import Glibc

extension StreamSocket {
    /// Listens at a TCP port. Port 0 lets the kernel choose; the second value is the one in use.
    ///
    /// - Parameters:
    ///   - host: an IPv4 or IPv6 address in figures, or `localhost` for 127.0.0.1.
    ///   - allowRemote: without it only loopback addresses are accepted.
    package static func listen(
        host: String,
        port: UInt16,
        allowRemote: Bool,
        backlog: Int32
    ) throws(SystemError) -> Descriptor {
        let operation = "listen at \(host) port \(port)"
        let text = host == "localhost" ? "127.0.0.1" : host
        var four = in_addr()
        var six = in6_addr()
        let isFour = unsafe inet_pton(AF_INET, text, &four) == 1
        let isSix = unsafe inet_pton(AF_INET6, text, &six) == 1
        guard isFour || isSix else {
            throw SystemError(operation: operation, errno: EINVAL, message: "the host must be an IP address in figures or localhost")
        }
        let isLoopback = isFour ? UInt32(bigEndian: four.s_addr) >> 24 == 127 : text == "::1"
        guard isLoopback || allowRemote else {
            throw SystemError(
                operation: operation,
                errno: EACCES,
                message: "only loopback addresses are served unless remote access is explicitly allowed"
            )
        }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let number = socket(isFour ? AF_INET : AF_INET6, type, 0)
        guard number >= 0 else { throw .last(operation) }
        let socket = Descriptor(owning: number)
        var on: Int32 = 1
        unsafe setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        let bound: Int32
        if isFour {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr = four
            bound = unsafe withGeneric(&address) { unsafe Glibc.bind(number, $0, $1) }
        } else {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            address.sin6_addr = six
            bound = unsafe withGeneric(&address) { unsafe Glibc.bind(number, $0, $1) }
        }
        guard bound == 0, Glibc.listen(number, backlog) == 0 else { throw .last(operation) }
        return socket
    }

    /// The address and port at this or the other end of a TCP socket; nil when it is none.
    package static func address(of number: Int32, remote: Bool) -> (host: String, port: UInt16)? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                remote ? unsafe getpeername(number, $0, &length) : unsafe getsockname(number, $0, &length)
            }
        }
        guard result == 0 else { return nil }
        let family = Int32(storage.ss_family)
        return unsafe withUnsafePointer(to: &storage) { pointer -> (host: String, port: UInt16)? in
            switch family {
            case AF_INET:
                return unsafe pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    var address = unsafe $0.pointee.sin_addr
                    return (text(AF_INET, &address), UInt16(bigEndian: unsafe $0.pointee.sin_port))
                }
            case AF_INET6:
                return unsafe pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                    var address = unsafe $0.pointee.sin6_addr
                    return (text(AF_INET6, &address), UInt16(bigEndian: unsafe $0.pointee.sin6_port))
                }
            default:
                return nil
            }
        }
    }

    /// Connects to a loopback port and waits for it; used by tests, where this is immediate.
    package static func connect(loopbackPort port: UInt16) throws(SystemError) -> Descriptor {
        let operation = "connect to port \(port)"
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw .last(operation) }
        let socket = Descriptor(owning: number)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(0x7f00_0001).bigEndian)
        guard unsafe withGeneric(&address, { unsafe Glibc.connect(number, $0, $1) }) == 0 else { throw .last(operation) }
        try Descriptor.setNonblocking(number)
        return socket
    }

    private static func text<Address>(_ family: Int32, _ address: inout Address) -> String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            guard let start = buffer.baseAddress,
                unsafe withUnsafeBytes(of: &address, { unsafe inet_ntop(family, $0.baseAddress, start, 64) }) != nil
            else { return "" }
            return unsafe String(cString: start)
        }
    }

    private static func withGeneric<Address>(
        _ address: inout Address,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }
}
