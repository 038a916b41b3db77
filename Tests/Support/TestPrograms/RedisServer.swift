import Glibc
import LegworkCore
import LegworkTestKit
import Synchronization

/// A Redis of the test's own: on a Unix socket in a folder of its own, where wanted on a loopback port too, with an append-only file.
package final class RedisServer: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package var description: String

        package init(description: String) { self.description = description }
    }

    /// The server's program: `redis-server`, or the same program as Debian's `redis-tools` has it.
    private static let program: String? = ["redis-server", "redis-check-rdb"].lazy.compactMap { name in
        String(cString: getenv("PATH")).split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }.first

    package static var isInstalled: Bool { program != nil }

    package let folder: String
    /// The port, 0 for none.
    package let port: Int
    private let options: [String]
    private let process = Lock<pid_t>(0)

    package var socket: String { "\(folder)/redis.sock" }

    /// Starts a Redis, and returns when it takes connections.
    package static func start(_ options: [String] = [], overTCP: Bool = false) async throws -> RedisServer {
        var attempts = 0
        while true {
            let server = try RedisServer(options, port: overTCP ? freePort() : 0)
            do {
                try await server.start()
                return server
            } catch let error as Failure where error.description.contains("Address already in use") && attempts < 10 {
                // Somebody was given the same port meanwhile.
                attempts += 1
            }
        }
    }

    private init(_ options: [String], port: Int) throws {
        var template = Array("/tmp/legwork-redis-XXXXXX\0".utf8CString)
        guard let made = mkdtemp(&template) else { throw Failure(description: "no folder: \(errno)") }
        folder = String(cString: made)
        self.options = options
        self.port = port
    }

    deinit {
        kill()
        Self.remove(folder)
    }

    /// Kills Redis as a power cut would, and returns when it is gone.
    package func kill() {
        let pid = process.withLock { pid in
            defer { pid = 0 }
            return pid
        }
        guard pid > 0 else { return }
        Glibc.kill(pid, SIGKILL)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) == -1, errno == EINTR {}
    }

    /// Stops Redis from doing anything, or lets it go on.
    package func signal(_ number: Int32) { _ = process.withLock { Glibc.kill($0, number) } }

    /// Starts Redis with whatever its folder holds, and returns when it takes connections.
    package func start() async throws {
        let words =
            [
                "redis-server", "--port", "\(port)", "--bind", "127.0.0.1", "--unixsocket", socket, "--dir", folder,
                "--appendonly", "yes", "--save", "", "--maxmemory", "256mb", "--maxclients", "64",
            ] + options
        let (isUp, said) = (TestSignal(), Said())
        let (pid, output) = try Self.launch(words)
        process.withLock { $0 = pid }
        _ = BlockingThread.start {
            // Redis says when it is ready. What it says later is read too, so that the pipe never fills.
            var (buffer, text) = ([UInt8](repeating: 0, count: 4096), "")
            while true {
                let count = read(output, &buffer, buffer.count)
                if count <= 0 { break }
                guard !isUp.hasFired else { continue }
                text += String(decoding: buffer[..<count], as: UTF8.self)
                said.text.withLock { [text] in $0 = text }
                if text.contains(Self.readiness) { isUp.fire() }
            }
            close(output)
            isUp.fire()
        }
        await isUp.wait()
        let text = said.text.withLock { $0 }
        guard text.contains(Self.readiness) else { throw Failure(description: "redis-server did not start: \(text)") }
    }

    /// What every version says at last, whatever it listens at.
    private static let readiness = "eady to accept connections"

    /// What a server has said.
    private final class Said: Sendable {
        let text = Lock("")
    }

    private static func launch(_ words: [String]) throws -> (pid: pid_t, output: Int32) {
        guard let program else { throw Failure(description: "there is no redis-server; run scripts/setup --tests") }
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Failure(description: "no pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var pid: pid_t = 0
        let result = posix_spawn(&pid, program, &actions, nil, &arguments, nil)
        close(ends[1])
        guard result == 0 else {
            close(ends[0])
            throw Failure(description: "cannot start \(program): error \(result)")
        }
        return (pid, ends[0])
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
        guard isBound else { throw Failure(description: "no free port") }
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
