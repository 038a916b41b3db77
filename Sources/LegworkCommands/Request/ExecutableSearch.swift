import Glibc
import LegworkEventLoop

/// Finds the program that a name stands for, as `execvp` would from the command's own directory and environment.
struct ExecutableSearch {
    /// What is searched when the environment has no `PATH`; glibc searches the same.
    static let standardPath = "/bin:/usr/bin"

    private let path: String?
    private let directory: String

    /// - Parameters:
    ///   - path: the command's `PATH`; nil when its environment has none.
    ///   - directory: where relative names start; an absolute path.
    init(path: String?, directory: String) {
        self.path = path
        self.directory = directory
    }

    /// The program's absolute path.
    func find(_ name: String) throws(CommandError) -> String {
        if name.utf8.contains(UInt8(ascii: "/")) {
            let file = absolute(name)
            if let fault = Fault(of: file) { throw fault.error(name, file) }
            return file
        }
        var nearMiss: (file: String, fault: Fault)?
        for folder in (path ?? Self.standardPath).split(separator: ":", omittingEmptySubsequences: false) {
            // An empty entry means the current directory.
            let file = absolute(folder.isEmpty ? name : "\(folder)/\(name)")
            switch Fault(of: file) {
            case nil: return file
            case .missing: continue
            case .some(let fault): if nearMiss == nil { nearMiss = (file, fault) }
            }
        }
        if let nearMiss { throw nearMiss.fault.error(name, nearMiss.file) }
        let searched = path.map { "PATH (\($0.shortened(toBytes: 300)))" } ?? "the standard PATH (\(Self.standardPath)), for env has none"
        throw CommandError(.notFound, "command '\(name)' was not found in \(searched); give an absolute path or fix env.PATH")
    }

    private func absolute(_ name: String) -> String {
        name.utf8.first == UInt8(ascii: "/") ? name : "\(directory)/\(name)"
    }

    /// Why a file cannot be run.
    private enum Fault {
        case missing, isDirectory, notRegular, notExecutable, unreachable(Int32)

        /// Nil when it can.
        init?(of file: String) {
            var status = stat()
            guard unsafe stat(file, &status) == 0 else {
                self = errno == ENOENT || errno == ENOTDIR ? .missing : .unreachable(errno)
                return
            }
            switch status.st_mode & S_IFMT {
            case S_IFREG: break
            case S_IFDIR:
                self = .isDirectory
                return
            default:
                self = .notRegular
                return
            }
            guard unsafe access(file, X_OK) != 0 else { return nil }
            self = .notExecutable
        }

        func error(_ name: String, _ file: String) -> CommandError {
            switch self {
            case .missing:
                CommandError(.notFound, "command '\(name)' does not exist; check the path (relative ones start at cwd)")
            case .isDirectory:
                CommandError(.notExecutable, "'\(file)' is a directory, not a program")
            case .notRegular:
                CommandError(.notExecutable, "'\(file)' is not a regular file, so it cannot be run")
            case .notExecutable:
                CommandError(
                    .notExecutable,
                    "'\(file)' is not executable; make it so (chmod +x), or give it to its interpreter, such as [\"sh\", \"\(file)\"]"
                )
            case .unreachable(let number):
                CommandError(.notExecutable, "'\(file)' cannot be reached: \(SystemError.text(number))")
            }
        }
    }
}
