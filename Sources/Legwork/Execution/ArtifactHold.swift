import Glibc
import LegworkCore
import Synchronization

/// A task's folder of artifacts, open for writing.
///
/// What it writes is durable, and never replaces what is there: a name that is taken gets a distinction of its own.
final class ArtifactHold: Sendable {
    private struct Tally {
        var count: Int
        var bytes: Int
    }

    /// What is to be written.
    struct Draft: Sendable {
        var label: String
        var ending: String
        var bytes: [UInt8]
    }

    private let folder: ArtifactFolder
    private let id: TaskID
    private let path: String
    private let descriptor: Int32
    private let tally = Lock(Tally(count: 0, bytes: 0))

    init(_ folder: ArtifactFolder, _ id: TaskID) throws(OutputError) {
        self.folder = folder
        self.id = id
        path = folder.folder(of: id)
        descriptor = try Self.open(path, in: folder.path)
    }

    /// The path of a file that is there for a moment. What is left of it when the process is killed goes as a half-written artifact does.
    func scratch() -> String { "\(path)/\(ArtifactFolder.unfinished)\(TaskID.random())" }

    private static func open(_ path: String, in parent: String) throws(OutputError) -> Int32 {
        while true {
            try make(path, in: parent)
            let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else {
                // Somebody took it for a leftover meanwhile.
                if errno == ENOENT { continue }
                throw OutputError("cannot open", path, errno)
            }
            while flock(descriptor, LOCK_SH) != 0, errno == EINTR {}
            // Between the two it may have been taken for a leftover.
            var status = stat()
            if fstat(descriptor, &status) != 0 || status.st_nlink > 0 { return descriptor }
            close(descriptor)
        }
    }

    /// Makes a folder unless it is there, so that it is found again after a loss of power.
    private static func make(_ path: String, in parent: String) throws(OutputError) {
        if mkdir(path, 0o700) != 0 {
            if errno == EEXIST { return }
            guard errno == ENOENT, mkdir(parent, 0o700) == 0 || errno == EEXIST, mkdir(path, 0o700) == 0 || errno == EEXIST else {
                throw OutputError("cannot make", path, errno)
            }
        }
        let descriptor = Glibc.open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    deinit { close(descriptor) }

    /// Writes some artifacts.
    ///
    /// - Returns: for each its name, or why it could not be kept.
    func write(_ drafts: [Draft]) -> [Result<String, OutputError>] {
        // Others may have the folder open too.
        let found = (try? folder.entries(of: id)) ?? []
        tally.withLock { tally in
            tally.count = max(tally.count, found.count)
            tally.bytes = max(tally.bytes, found.reduce(0) { $0 + $1.bytes })
        }
        var results = drafts.map { draft in Result { () throws(OutputError) in try write(draft) } }
        // The names are durable when the folder is.
        if results.contains(where: { (try? $0.get()) != nil }), fsync(descriptor) != 0 {
            let error = OutputError("cannot write to", path, errno)
            results = results.map { result in result.flatMap { _ in .failure(error) } }
        }
        return results
    }

    private func write(_ draft: Draft) throws(OutputError) -> String {
        let limit = folder.limit
        let refusal = tally.withLock { tally -> String? in
            guard tally.count < limit.count else { return "the task has \(limit.count) artifacts already, and more are not kept" }
            guard tally.bytes + draft.bytes.count <= limit.bytes else {
                return "the task's artifacts would have more than \(limit.bytes) bytes, and more are not kept"
            }
            tally.count += 1
            tally.bytes += draft.bytes.count
            return nil
        }
        if let refusal { throw OutputError(refusal) }
        do throws(OutputError) {
            return try place(draft)
        } catch {
            tally.withLock { tally in
                tally.count -= 1
                tally.bytes -= draft.bytes.count
            }
            throw error
        }
    }

    /// Writes a file that nobody sees, and gives it its name when it is whole.
    private func place(_ draft: Draft) throws(OutputError) -> String {
        let hidden = "\(ArtifactFolder.unfinished)\(TaskID.random())"
        let file = openat(descriptor, hidden, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw OutputError("cannot make", "\(path)/\(hidden)", errno) }
        defer {
            close(file)
            unlinkat(descriptor, hidden, 0)
        }
        try Self.fill(file, draft.bytes, path: path)
        var distinction: String?
        for _ in 0..<10 {
            let name = ArtifactName(label: draft.label, distinction: distinction, ending: draft.ending).text
            if linkat(descriptor, hidden, descriptor, name, 0) == 0 { return name }
            guard errno == EEXIST else { break }
            distinction = String(TaskID.random().description.suffix(8))
        }
        throw OutputError("cannot make", path, errno)
    }

    private static func fill(_ file: Int32, _ bytes: [UInt8], path: String) throws(OutputError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress?.advanced(by: written), bytes.count - written) }
            if count < 0 {
                if errno == EINTR { continue }
                throw OutputError("cannot write to", path, errno)
            }
            written += count
        }
        if fsync(file) != 0 { throw OutputError("cannot write to", path, errno) }
    }
}
