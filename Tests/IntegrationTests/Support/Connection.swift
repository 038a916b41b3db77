import Glibc
import LegworkCore
import Synchronization

/// A connection to a daemon, without any manners. Its methods block, so they are for ``offPool(_:)``.
final class Connection: Sendable {
    private let number: Int32
    private let isClosed = Lock(false)

    init(unix path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8).prefix(107)) }
        number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        try connect(&address, socklen_t(MemoryLayout<sockaddr_un>.size), path)
    }

    init(port: UInt16) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        number = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        try connect(&address, socklen_t(MemoryLayout<sockaddr_in>.size), "port \(port)")
    }

    private func connect<Address>(_ address: inout Address, _ length: socklen_t, _ name: String) throws {
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(number, $0, length) }
        }
        guard code == 0 else { throw Failure.system("connect to \(name)") }
        // Longer than anything takes here; a daemon that never answers fails the test instead of hanging it.
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close() }

    func close() {
        let isOpen = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        if isOpen { Glibc.close(number) }
    }

    /// Sends bytes; a daemon that does not want them all is no error.
    func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count <= 0 { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Sends a request that wants the connection closed afterwards.
    func send(_ method: String, _ target: String, host: String = "localhost", headers: [String] = [], body: [UInt8] = []) {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\nContent-Length: \(body.count)\r\n"
        for header in ["Content-Type: application/json"] + headers { head += header + "\r\n" }
        send(Array((head + "\r\n").utf8) + body)
    }

    /// Says that nothing more is sent.
    func finishSending() { shutdown(number, Int32(SHUT_WR)) }

    /// Reads until a text has come, or the daemon closes; answers what came.
    func read(until text: String) -> String {
        let wanted = Array(text.utf8)
        return read { $0.firstRange(of: wanted) != nil }
    }

    /// Reads until what has come is as wanted, or the daemon closes.
    func read(until isReady: ([UInt8]) -> Bool) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while !isReady(bytes) {
            let count = buffer.withUnsafeMutableBytes { recv(number, $0.baseAddress, $0.count, 0) }
            if count <= 0 { break }
            bytes += buffer.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads until the daemon closes.
    func reply() throws -> Reply {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = buffer.withUnsafeMutableBytes { recv(number, $0.baseAddress, $0.count, 0) }
            if count <= 0 { break }
            bytes += buffer.prefix(count)
        }
        return try Reply(bytes)
    }
}

extension Site {
    var socket: String { state + "/daemon.sock" }

    /// Sends a request to this site's daemon, and holds the reply to the interface's description.
    func http(_ method: String, _ target: String, headers: [String] = [], body: [UInt8] = []) async throws -> Reply {
        try await describedReply(method, target, headers: headers, body: body).reply
    }

    /// Sends a request to this site's daemon.
    ///
    /// - Returns: the reply, and which operation of the interface it is of.
    func describedReply(
        _ method: String,
        _ target: String,
        headers: [String] = [],
        body: [UInt8] = []
    ) async throws -> (reply: Reply, operation: String?) {
        let socket = socket
        return try await offPool {
            let connection = try Connection(unix: socket)
            connection.send(method, target, headers: headers, body: body)
            let reply = try connection.reply()
            return (reply, try Contract.served(at: socket).check(method, target, reply))
        }
    }

    func post(_ target: String, _ body: JSONValue) async throws -> Reply {
        try await http("POST", target, body: body.jsonBytes())
    }

    func get(_ target: String) async throws -> Reply { try await http("GET", target) }
}
