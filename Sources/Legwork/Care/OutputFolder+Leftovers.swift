import FoundationEssentials
import Glibc
import LegworkCore

// Files that nobody owns any more.
extension OutputFolder {
    private static let ending = ".log"

    /// The tasks that there are files of, by their names.
    func ids() throws -> [TaskID] {
        guard access(path, F_OK) == 0 else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: path).compactMap { name in
            name.hasSuffix(Self.ending) ? TaskID(String(name.dropLast(Self.ending.count))) : nil
        }
    }

    /// Whether an attempt, of this process or another, has the file open. One that cannot be looked at counts as open.
    func isOpen(_ id: TaskID) -> Bool { exclusively(id) {} == nil }

    /// Removes a file unless an attempt has it open.
    ///
    /// - Returns: what is wrong with one that cannot be removed.
    func removeUnlessOpen(_ id: TaskID) -> OutputError? { exclusively(id) { remove(id) } ?? nil }

    /// Does something while nobody can begin to write to the file; nil when somebody does already.
    private func exclusively<Answer>(_ id: TaskID, _ body: () -> Answer) -> Answer? {
        let descriptor = Glibc.open(file(of: id), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
        return body()
    }
}
