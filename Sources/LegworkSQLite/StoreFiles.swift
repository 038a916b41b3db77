import Glibc
import LegworkCore

/// The store's folder and files, before SQLite sees them.
enum StoreFiles {
    /// What every database file begins with.
    private static let signature = Array("SQLite format 3\0".utf8)

    /// Makes the folder, readable for this user only, unless it is there.
    ///
    /// The file itself is not opened: closing it again would drop the locks of a store that has it open in this process.
    ///
    /// - Returns: where the file really is or will be, so that two spellings of one path lock one file.
    static func prepareFolder(for path: String) throws(StoreError) -> String {
        guard !path.isEmpty, !path.hasSuffix("/"), !path.utf8.contains(0), path.utf8.count < 4000 else {
            throw StoreError(.invalid, "'\(path)' is no path of a store; name a file, such as 'legwork.db'")
        }
        let slash = path.lastIndex(of: "/")
        let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
        let folder = slash.map { path[...$0] } ?? "./"
        guard name != ".", name != ".." else {
            throw StoreError(.invalid, "'\(path)' is a folder; name a file in it, such as '\(folder)\(name)/legwork.db'")
        }
        try makeFolder(String(folder))
        // What lies there may be a device or a pipe, which must not even be opened.
        var status = stat()
        if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw StoreError(.unavailable, "'\(path)' is no regular file; name another path for the store")
        }
        if let real = resolved(path) { return real }
        guard unsafe lstat(path, &status) != 0 else {
            throw StoreError(.unavailable, "'\(path)' is a link to nothing; remove it, or make what it points to")
        }
        guard let real = resolved(String(folder)) else { throw error("open the folder", String(folder), errno) }
        return real == "/" ? "/\(name)" : "\(real)/\(name)"
    }

    /// Makes the file, readable for this user only, unless it is there; refuses what cannot be a database. Only for who has the lock.
    static func prepareFile(_ path: String) throws(StoreError) {
        let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw error("open", path, errno) }
        defer { Glibc.close(descriptor) }
        var start = [UInt8](repeating: 0, count: signature.count)
        let count = unsafe start.withUnsafeMutableBytes { bytes in unsafe pread(descriptor, bytes.baseAddress, bytes.count, 0) }
        guard count == 0 || start == signature else {
            throw StoreError(
                .damaged,
                "'\(path)' is no SQLite database, so it was left alone; move it away, or name another path for the store"
            )
        }
    }

    /// The error for a thread that the system would not give.
    static func noThread(_ number: Int32) -> StoreError {
        StoreError(.unavailable, "the system gives no further thread for the store", underlying: SystemFault(number: number))
    }

    /// The error for a system call that failed.
    static func error(_ action: String, _ path: String, _ number: Int32) -> StoreError {
        let reason = unsafe String(cString: strerror(number))
        let fault = SystemFault(number: number)
        return switch number {
        case EACCES, EPERM, EROFS:
            StoreError(
                .readOnly,
                "cannot \(action) '\(path)' for writing (\(reason)); give this user the right to write there, or name another path",
                underlying: fault
            )
        case ENOSPC, EDQUOT:
            StoreError(.full, "cannot \(action) '\(path)': there is no room left; free some space, and try again", underlying: fault)
        default:
            StoreError(.unavailable, "cannot \(action) '\(path)': \(reason); check the path", underlying: fault)
        }
    }

    private static func makeFolder(_ folder: String) throws(StoreError) {
        var end = folder.startIndex
        while end < folder.endIndex {
            end = folder[end...].dropFirst().firstIndex(of: "/") ?? folder.endIndex
            let part = String(folder[..<end])
            if unsafe mkdir(part, 0o700) != 0, errno != EEXIST {
                let reason = errno
                // Whoever may not make a folder that is there already has no reason to complain.
                if unsafe access(part, F_OK) != 0 { throw error("make the folder", part, reason) }
            }
        }
    }

    private static func resolved(_ path: String) -> String? {
        guard let real = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }
}

/// A number that the system gave for what it could not do.
struct SystemFault: Error, Hashable, CustomStringConvertible {
    let number: Int32

    var description: String { unsafe "system error \(number): " + String(cString: strerror(number)) }
}
