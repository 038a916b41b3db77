import Glibc
import LegworkCore

/// The secret with which the daemon seals what clients carry for it from one request to the next. It is kept, so that what a client got before a
/// restart is good after it.
enum StateKey {
    private static let byteCount = 32

    /// Reads the secret from its file, or makes one: 256 random bits, readable by this user only.
    ///
    /// - Throws: ``DaemonError`` when the file cannot be read or made.
    static func load(path: String) throws(DaemonError) -> [UInt8] {
        if let key = try read(path) { return key }
        let key = (0..<byteCount).map { _ in UInt8.random(in: .min ... .max) }
        // Whole or not at all: the process may end while it writes.
        let draft = path + ".new"
        unlink(draft)
        let created = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard created >= 0 else { throw DaemonError("the key \(draft) cannot be made: \(StateFolder.errorText(errno))") }
        let isWritten = key.withUnsafeBytes { write(created, $0.baseAddress, $0.count) } == key.count && fsync(created) == 0
        let fault = errno
        close(created)
        guard isWritten, rename(draft, path) == 0 else {
            let reason = StateFolder.errorText(isWritten ? errno : fault)
            unlink(draft)
            throw DaemonError("the key cannot be written to \(path): \(reason)")
        }
        return key
    }

    private static func read(_ path: String) throws(DaemonError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw DaemonError("the key \(path) cannot be read: \(StateFolder.errorText(errno))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & 0o077 == 0 else {
            throw DaemonError("others may read the key \(path); run chmod 600 on it, or delete it to have a new one made")
        }
        var buffer = [UInt8](repeating: 0, count: byteCount + 1)
        let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        guard count == byteCount else { throw DaemonError("\(path) is no key of ours; delete it to have a new one made") }
        return Array(buffer.prefix(byteCount))
    }
}
