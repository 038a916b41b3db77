import Glibc
import LegworkCore
import Synchronization

/// The right to be the only one who has a store open: a lock file beside the database, held until it is released.
///
/// The system drops the lock when the process dies, however it dies, so that a lock is never left behind. The file stays: removing it
/// would let two processes hold locks on two files of one name.
final class StoreLock: Sendable {
    private let descriptor: Lock<Int32?>

    /// Takes the lock.
    ///
    /// - Throws: ``StoreError/Code/locked`` when somebody else has it, in this process or another.
    init(for database: String) throws(StoreError) {
        let path = database + ".lock"
        let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StoreFiles.error("open the lock file", path, errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            let owner = Self.readOwner(descriptor)
            Glibc.close(descriptor)
            guard reason == EWOULDBLOCK else { throw StoreFiles.error("lock", path, reason) }
            throw Self.refusal(database, owner: owner)
        }
        let text = Array("\(getpid())\n".utf8)
        ftruncate(descriptor, 0)
        _ = unsafe text.withUnsafeBytes { bytes in unsafe pwrite(descriptor, bytes.baseAddress, bytes.count, 0) }
        self.descriptor = Lock(descriptor)
    }

    deinit { release() }

    /// Gives the right back, once.
    func release() {
        let held = descriptor.withLock { descriptor in
            defer { descriptor = nil }
            return descriptor
        }
        guard let descriptor = held else { return }
        ftruncate(descriptor, 0)
        // A child that is just being started has the descriptor too, until it executes its program; closing ours would leave it the lock.
        flock(descriptor, LOCK_UN)
        Glibc.close(descriptor)
    }

    private static func refusal(_ database: String, owner: Int32?) -> StoreError {
        guard let owner else {
            return StoreError(.locked, "the store '\(database)' is in use by another process; only one process may have it open")
        }
        if owner == getpid() {
            return StoreError(
                .locked,
                "the store '\(database)' is open in this process (\(owner)) already; share that store, or close it and wait for close() first"
            )
        }
        return StoreError(
            .locked,
            """
            the store '\(database)' is in use by process \(owner); talk to that process (it is probably `legwork serve`), \
            or stop it first (`kill \(owner)`), for only one process may have a store open
            """
        )
    }

    private static func readOwner(_ descriptor: Int32) -> Int32? {
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in unsafe pread(descriptor, bytes.baseAddress, bytes.count, 0) }
        guard count > 0 else { return nil }
        return Int32(String(decoding: buffer.prefix(count), as: UTF8.self).prefix { $0.isNumber })
    }
}
