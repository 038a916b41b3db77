import Glibc
import LegworkCore
import Synchronization

/// Named pipes in a folder, through which a test and the commands that it has started wait for each other.
///
/// The test holds both ends of each open: what is sent is not lost before somebody reads it, and nobody blocks in opening.
final class Pipes: Sendable {
    private let folder: String
    private let ends = Lock<[String: Int32]>([:])

    init(folder: String) { self.folder = folder }

    deinit { for end in ends.withLock({ $0.values }) { close(end) } }

    func make(_ name: String) throws {
        let path = "\(folder)/\(name)"
        guard mkfifo(path, 0o600) == 0 else { throw Failure.system("make the pipe \(path)") }
        let end = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        guard end >= 0 else { throw Failure.system("open the pipe \(path)") }
        ends.withLock { $0[name] = end }
    }

    func send(_ text: String, to name: String) throws {
        let bytes = Array(text.utf8)
        guard write(try end(name), bytes, bytes.count) == bytes.count else { throw Failure.system("write to the pipe \(name)") }
    }

    /// Waits until a command has written something.
    func hear(_ name: String) async throws {
        let end = try end(name)
        try await offPool {
            var watched = pollfd(fd: end, events: Int16(POLLIN), revents: 0)
            guard poll(&watched, 1, 60_000) == 1 else { throw Failure("nobody has written to the pipe \(name)") }
            var buffer = [UInt8](repeating: 0, count: 4096)
            _ = buffer.withUnsafeMutableBytes { read(end, $0.baseAddress, $0.count) }
        }
    }

    private func end(_ name: String) throws -> Int32 {
        guard let end = ends.withLock({ $0[name] }) else { throw Failure("there is no pipe \(name)") }
        return end
    }
}
