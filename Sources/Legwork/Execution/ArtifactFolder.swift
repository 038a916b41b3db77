import FoundationEssentials
import Glibc
import LegworkCore

/// The folder that holds, beside the files of raw output, one folder of artifacts per task that has any.
///
/// A name is one component of a path (``ArtifactName``), and no link is followed, so that nothing outside can be reached.
struct ArtifactFolder: Sendable {
    private static let ending = ".artifacts"
    /// How the names of files begin that are no artifacts, or none yet.
    static let unfinished = "."

    let path: String
    let limit: ArtifactLimit

    func folder(of id: TaskID) -> String { "\(path)/\(id)\(Self.ending)" }

    /// Opens a task's folder for writing, making it, and says to every process that may look for leftovers that it is in use.
    func open(_ id: TaskID) throws(OutputError) -> ArtifactHold { try ArtifactHold(self, id) }

    /// One stored artifact.
    struct Entry: Sendable, Hashable {
        var name: ArtifactName
        var bytes: Int
        var createdAt: Timestamp
    }

    /// The artifacts of a task, the oldest first.
    func entries(of id: TaskID) throws -> [Entry] {
        let folder = folder(of: id)
        return try files(of: id).compactMap { file -> Entry? in
            var status = stat()
            guard let name = ArtifactName(file), lstat("\(folder)/\(file)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                return nil
            }
            let milliseconds = Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
            return Entry(name: name, bytes: Int(status.st_size), createdAt: Timestamp(milliseconds: milliseconds))
        }
        .sorted { ($0.createdAt.milliseconds, $0.name.text) < ($1.createdAt.milliseconds, $1.name.text) }
    }

    /// The names of all files in a task's folder, those that are being written included; none where there is no folder.
    private func files(of id: TaskID) throws -> [String] {
        let folder = folder(of: id)
        var status = stat()
        guard lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: folder)
    }

    /// Reads a part of an artifact.
    ///
    /// - Returns: the bytes and how many there are in all; nil when there is no such artifact.
    func read(_ name: ArtifactName, of id: TaskID, from offset: Int, limit: Int) throws -> (bytes: [UInt8], total: Int)? {
        let folder = Glibc.open(folder(of: id), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { return nil }
        defer { close(folder) }
        let descriptor = openat(folder, name.text, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let total = Int(status.st_size)
        let count = min(max(0, limit), max(0, total - offset))
        return (try OutputFile.read(descriptor, path: name.text, from: offset, limit: count), total)
    }

    /// Removes a task's artifacts; that there are none is no mistake.
    ///
    /// - Returns: what is wrong with those that cannot be removed.
    @discardableResult
    func remove(_ id: TaskID) -> OutputError? {
        let folder = folder(of: id)
        if rmdir(folder) == 0 || errno == ENOENT { return nil }
        for file in (try? files(of: id)) ?? [] { unlink("\(folder)/\(file)") }
        return rmdir(folder) == 0 || errno == ENOENT ? nil : OutputError("cannot remove", folder, errno)
    }

    // MARK: - Leftovers

    /// The tasks that there are artifacts of, by the names of their folders.
    func ids() throws -> [TaskID] {
        guard access(path, F_OK) == 0 else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: path).compactMap { name in
            name.hasSuffix(Self.ending) ? TaskID(String(name.dropLast(Self.ending.count))) : nil
        }
    }

    /// Whether somebody has the folder open for writing. One that cannot be looked at counts as open.
    func isOpen(_ id: TaskID) -> Bool { exclusively(id) {} == nil }

    /// Removes the artifacts of a task unless somebody has their folder open.
    func removeUnlessOpen(_ id: TaskID) -> OutputError? { exclusively(id) { remove(id) } ?? nil }

    /// Removes what a process that was killed left in a task's folder unfinished, unless somebody has the folder open.
    func removeUnfinished(_ id: TaskID) {
        _ = exclusively(id) {
            for file in (try? files(of: id)) ?? [] where file.hasPrefix(Self.unfinished) { unlink("\(folder(of: id))/\(file)") }
        }
    }

    private func exclusively<Answer>(_ id: TaskID, _ body: () -> Answer) -> Answer? {
        let descriptor = Glibc.open(folder(of: id), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
        return body()
    }
}
