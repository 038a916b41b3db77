import Glibc
import LegworkCore

/// The secret that guards the TCP port.
public struct BearerToken: Sendable {
    private let bytes: [UInt8]

    /// Reads the token from its file, or makes one: 256 random bits, readable by this user only.
    ///
    /// - Throws: ``DaemonError`` when the file cannot be read or made.
    public static func load(path: String) throws(DaemonError) -> BearerToken {
        let created = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if created >= 0 {
            defer { close(created) }
            let text = TaskID.random().description.dropFirst(5) + TaskID.random().description.dropFirst(5)
            let bytes = Array(text.utf8)
            guard bytes.withUnsafeBytes({ write(created, $0.baseAddress, $0.count) }) == bytes.count else {
                unlink(path)
                throw DaemonError("the token cannot be written to \(path): \(StateFolder.errorText(errno))")
            }
            return BearerToken(bytes: bytes)
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw DaemonError("the token \(path) cannot be read: \(StateFolder.errorText(errno))") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & 0o077 == 0 else {
            throw DaemonError("others may read the token \(path); run chmod 600 on it, or delete it to have a new one made")
        }
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        let bytes = Array(buffer.prefix(max(0, count)).filter { $0 > 0x20 })
        guard bytes.count >= 32 else { throw DaemonError("the token \(path) is too short; delete it to have a new one made") }
        return BearerToken(bytes: bytes)
    }

    /// Whether an `Authorization` header carries the token. The time it takes says nothing of how much of a guess was right.
    public func matches(authorization: String?) -> Bool {
        guard let authorization, authorization.hasPrefix("Bearer ") else { return false }
        let given = Array(authorization.utf8.dropFirst(7))
        var difference = UInt8(given.count == bytes.count ? 0 : 1)
        for index in bytes.indices { difference |= bytes[index] ^ (index < given.count ? given[index] : 0) }
        return difference == 0
    }
}
