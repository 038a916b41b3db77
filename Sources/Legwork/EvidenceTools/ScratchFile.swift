import Glibc
import LegworkCore

/// A file that is there for a moment.
enum ScratchFile {
    /// Reads a whole file.
    ///
    /// - Throws: when it is missing, or larger than the limit.
    static func read(_ path: String, limit: Int) throws -> [UInt8] {
        // A pipe that nobody writes to would be waited for.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw OutputError("cannot open", path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw OutputError("\(path) is no file") }
        let size = Int(status.st_size)
        guard size <= limit else { throw OutputError("the file \(path) has \(size) bytes, more than the \(limit) that are taken") }
        return try OutputFile.read(descriptor, path: path, from: 0, limit: size)
    }

    /// Copies a file of this user; that there is none is no mistake.
    static func copy(_ source: String, to target: String) {
        guard let bytes = try? read(source, limit: 256 << 20) else { return }
        let descriptor = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress?.advanced(by: written), bytes.count - written) }
            if count <= 0 {
                // Half an index is none.
                unlink(target)
                return
            }
            written += count
        }
    }

    static func remove(_ path: String) { unlink(path) }
}
