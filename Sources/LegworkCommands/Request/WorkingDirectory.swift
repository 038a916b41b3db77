import Glibc
import LegworkEventLoop

/// The rules for a command's working directory.
enum WorkingDirectory {
    /// - Throws: unless the path is absolute and names a directory that may be entered.
    static func check(_ path: String) throws(CommandError) {
        guard path.utf8.first == UInt8(ascii: "/") else {
            throw CommandError(.unusableDirectory, "cwd '\(path)' is not an absolute path; it must begin with '/'")
        }
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            let reason = errno == ENOENT ? "does not exist" : "cannot be used: \(SystemError.text(errno))"
            throw CommandError(.unusableDirectory, "cwd '\(path)' \(reason)")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw CommandError(.unusableDirectory, "cwd '\(path)' is not a directory") }
        guard unsafe access(path, X_OK) == 0 else {
            throw CommandError(.unusableDirectory, "cwd '\(path)' may not be entered: \(SystemError.text(errno))")
        }
    }
}
