import Glibc
import LegworkCore
import LegworkTestKit
import Synchronization

/// A Redis of the test's own: on a Unix socket in a folder of its own, where wanted on a loopback port too, with an append-only file.
package final class RedisServer: Sendable {
    /// The server's program: `redis-server`, or the same program as Debian's `redis-tools` has it.
    private static let program: String? = ["redis-server", "redis-check-rdb"].lazy.compactMap(ServerProcess.program).first

    package static var isInstalled: Bool { program != nil }

    package let folder: String
    /// The port, 0 for none.
    package let port: Int
    private let options: [String]
    private let process = Lock<ServerProcess?>(nil)

    package var socket: String { "\(folder)/redis.sock" }

    /// Starts a Redis, and returns when it takes connections.
    package static func start(_ options: [String] = [], overTCP: Bool = false) async throws -> RedisServer {
        var attempts = 0
        while true {
            let server = try RedisServer(options, port: overTCP ? freePort() : 0)
            do {
                try await server.start()
                return server
            } catch let error as TestProgram.Failure where error.description.contains("Address already in use") && attempts < 10 {
                // Somebody was given the same port meanwhile.
                attempts += 1
            }
        }
    }

    private init(_ options: [String], port: Int) throws {
        var template = Array("/tmp/legwork-redis-XXXXXX\0".utf8CString)
        guard let made = mkdtemp(&template) else { throw TestProgram.Failure(description: "no folder: \(errno)") }
        folder = String(cString: made)
        self.options = options
        self.port = port
    }

    deinit {
        kill()
        Self.remove(folder)
    }

    /// Kills Redis as a power cut would, and returns when it is gone.
    package func kill() { process.withLock { $0.take() }?.kill() }

    /// Stops Redis from doing anything, or lets it go on.
    package func signal(_ number: Int32) { process.withLock { $0 }?.signal(number) }

    /// Starts Redis with whatever its folder holds, and returns when it takes connections.
    package func start() async throws {
        let words =
            [
                "redis-server", "--port", "\(port)", "--bind", "127.0.0.1", "--unixsocket", socket, "--dir", folder,
                "--appendonly", "yes", "--save", "", "--maxmemory", "256mb", "--maxclients", "64",
            ] + options
        guard let program = Self.program else {
            throw TestProgram.Failure(description: "there is no redis-server; run scripts/setup --tests")
        }
        // What every version says at last, whatever it listens at.
        let started = try await ServerProcess(program, words, saying: "eady to accept connections")
        process.withLock { $0 = started }
    }

    /// A port that nobody had a moment ago.
    package static func freePort() throws -> Int {
        let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
            }
        }
        guard isBound else { throw TestProgram.Failure(description: "no free port") }
        return Int(address.sin_port.bigEndian)
    }

    private static func remove(_ path: String) {
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { start in
                    start.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { remove("\(path)/\(name)") }
            }
            closedir(folder)
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}
