import Glibc

/// A small file of the state folder that only this user may read, and that is whole at every moment.
struct SecretFile: Sendable {
    let path: String
    /// The most bytes that are read.
    static let maximumSize = 4 << 20

    /// What is in it; nil when it is not there.
    ///
    /// - Throws: ``DaemonError`` when it cannot be read, or others may read it.
    func read() throws(DaemonError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0, errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw failure("cannot be read") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 == 0 else {
            throw DaemonError("others may use \(path), or it is no plain file; run chmod 600 on it, or delete it to have a new one made")
        }
        guard status.st_size <= Self.maximumSize else {
            throw DaemonError("\(path) is larger than it can be; delete it to have a new one made")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress?.advanced(by: filled), $0.count - filled) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("cannot be read") }
            if count == 0 { break }
            filled += count
        }
        return Array(bytes.prefix(filled))
    }

    /// Puts other bytes into it: durably, and either all of them or none.
    ///
    /// - Throws: ``DaemonError``; the file is then as it was.
    func replace(with bytes: [UInt8]) throws(DaemonError) {
        let draft = path + ".new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("cannot be written") }
        let isWritten = Self.write(bytes, to: descriptor) && fsync(descriptor) == 0
        let code = errno
        close(descriptor)
        guard isWritten, rename(draft, path) == 0 else {
            let reason = isWritten ? errno : code
            unlink(draft)
            errno = reason
            throw failure("cannot be written")
        }
        syncFolder()
    }

    /// Removes it, durably. One that is not there is fine.
    ///
    /// - Returns: whether it was there.
    /// - Throws: ``DaemonError``.
    func remove() throws(DaemonError) -> Bool {
        let isRemoved = unlink(path) == 0
        guard isRemoved || errno == ENOENT else { throw failure("cannot be removed") }
        syncFolder()
        return isRemoved
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// The new name is on the disk when its folder is.
    private func syncFolder() {
        guard let slash = path.lastIndex(of: "/") else { return }
        let descriptor = open(String(path[..<slash]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private func failure(_ what: String) -> DaemonError { DaemonError("\(path) \(what): \(StateFolder.errorText(errno))") }
}
