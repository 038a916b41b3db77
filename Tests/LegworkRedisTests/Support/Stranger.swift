import Glibc
import LegworkCore
import TestPrograms

/// Something on a loopback port that is no Redis: it says one thing to everybody who connects, and hangs up.
final class Stranger: Sendable {
    let port: Int
    private let listener: Int32

    init(answering text: String) throws {
        port = try RedisServer.freePort()
        listener = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        address.sin_port = in_port_t(port).bigEndian
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isBound, listen(listener, 16) == 0 else { throw TestProgram.Failure(description: "cannot listen") }
        _ = BlockingThread.start { [listener] in
            while true {
                let visitor = accept(listener, nil, nil)
                if visitor < 0 { return }
                // Heard first, so that closing does not reset the connection and take the answer with it.
                var buffer = [UInt8](repeating: 0, count: 1024)
                _ = read(visitor, &buffer, buffer.count)
                _ = Array(text.utf8).withUnsafeBytes { write(visitor, $0.baseAddress, $0.count) }
                close(visitor)
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }
}
