internal import CLinux
import Glibc

/// Stream sockets: listening, accepting, connecting. All are non-blocking and closed on exec.
package enum StreamSocket {
    /// The longest path a Unix socket can have, in bytes.
    package static let longestPath = 107

    /// What accepting came to.
    package enum Accepted: Sendable {
        /// A connection, which the caller now owns.
        case connection(Int32)
        /// Nobody is waiting, or they gave up meanwhile.
        case none
        /// Descriptors or memory have run out; the value is the error number.
        case exhausted(Int32)
    }

    /// Takes one waiting connection.
    package static func accept(_ listener: Int32) -> Accepted {
        while true {
            let number = clinux_accept(listener, nil, nil)
            if number >= 0 { return .connection(number) }
            switch errno {
            case EINTR, ECONNABORTED: continue
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted(errno)
            default: return .none
            }
        }
    }

    /// Sends small writes at once.
    package static func setNoDelay(_ number: Int32) {
        var on: Int32 = 1
        unsafe setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Tells the other side that nothing more will be sent.
    package static func finishSending(_ number: Int32) {
        Glibc.shutdown(number, Int32(SHUT_WR))
    }

    /// Ends the connection in both directions; the descriptor stays open for its owner to close.
    package static func disconnect(_ number: Int32) {
        Glibc.shutdown(number, Int32(SHUT_RDWR))
    }

    /// Listens at a path, which only this user may connect to, or everybody.
    ///
    /// A missing folder is made with mode 0700. A socket file that nobody listens at any more is replaced.
    package static func listen(path: String, isShared: Bool = false, backlog: Int32) throws(SystemError) -> Descriptor {
        let mode: mode_t = isShared ? 0o666 : 0o600
        let operation = "listen at \(path)"
        try checkFolder(of: path, operation)
        let socket = try makeUnix(operation)
        // Linux gives the file the mode of the socket, so there is no moment in which others could connect.
        guard fchmod(socket.number, mode) == 0 else { throw .last(operation) }
        if try !bind(socket.number, path, operation) {
            switch try probe(path: path) {
            case .listening:
                throw SystemError(operation: operation, errno: EADDRINUSE, message: "another process listens there already")
            case .stale:
                guard unsafe unlink(path) == 0 || errno == ENOENT else { throw .last(operation) }
            case .other:
                throw SystemError(operation: operation, errno: EADDRINUSE, message: "a file that is no socket is in the way")
            }
            guard try bind(socket.number, path, operation) else { throw SystemError(operation: operation, errno: EADDRINUSE) }
        }
        guard unsafe chmod(path, mode) == 0, Glibc.listen(socket.number, backlog) == 0 else { throw .last(operation) }
        return socket
    }

    private static func checkFolder(of path: String, _ operation: String) throws(SystemError) {
        guard !path.isEmpty, !path.utf8.contains(0), path.utf8.count <= longestPath else {
            throw SystemError(
                operation: operation,
                errno: ENAMETOOLONG,
                message: "a Unix socket's path has 1 to \(longestPath) bytes, this one has \(path.utf8.count): choose a shorter folder"
            )
        }
        guard let slash = path.lastIndex(of: "/") else { return }
        let folder = slash == path.startIndex ? "/" : String(path[..<slash])
        if unsafe mkdir(folder, 0o700) != 0, errno != EEXIST {
            throw SystemError(operation: "make the folder \(folder)", errno: errno)
        }
        var status = stat()
        guard unsafe stat(folder, &status) == 0 else { throw .last("look at the folder \(folder)") }
        guard status.st_uid == geteuid() || status.st_uid == 0, status.st_mode & 0o022 == 0 else {
            throw SystemError(
                operation: operation,
                errno: EACCES,
                message: "others may write in \(folder): use a folder that only you may write in (mode 0700)"
            )
        }
    }

    private enum Occupant { case listening, stale, other }

    private static func probe(path: String) throws(SystemError) -> Occupant {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return .stale }
        guard status.st_mode & S_IFMT == S_IFSOCK else { return .other }
        let socket = try makeUnix("look at \(path)")
        let result = unsafe withAddress(path) { unsafe Glibc.connect(socket.number, $0, $1) }
        // A full queue (EAGAIN) also means that somebody is there.
        return result == 0 || errno != ECONNREFUSED ? .listening : .stale
    }

    /// False when the address is taken.
    private static func bind(_ number: Int32, _ path: String, _ operation: String) throws(SystemError) -> Bool {
        if unsafe withAddress(path, { unsafe Glibc.bind(number, $0, $1) }) == 0 { return true }
        if errno == EADDRINUSE { return false }
        throw .last(operation)
    }

    private static func makeUnix(_ operation: String) throws(SystemError) -> Descriptor {
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw .last(operation) }
        return Descriptor(owning: number)
    }

    private static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8.prefix(longestPath)) }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    /// Connects to a path; used by probes and tests. The descriptor is non-blocking, the connection complete.
    package static func connect(path: String) throws(SystemError) -> Descriptor {
        let socket = try makeUnix("connect to \(path)")
        guard unsafe withAddress(path, { unsafe Glibc.connect(socket.number, $0, $1) }) == 0 else { throw .last("connect to \(path)") }
        return socket
    }

    /// The device and inode of a path, to know later whether it is still the same file.
    package static func identity(of path: String) -> (device: UInt64, inode: UInt64)? {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return nil }
        return (UInt64(status.st_dev), UInt64(status.st_ino))
    }

    /// Removes a path, unless it has become another file.
    package static func remove(_ path: String, ifStill expected: (device: UInt64, inode: UInt64)) {
        if let now = identity(of: path), now == expected { _ = unsafe unlink(path) }
    }
}
