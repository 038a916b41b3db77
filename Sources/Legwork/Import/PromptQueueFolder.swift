import FoundationEssentials
import Glibc
import LegworkCore

/// The folder of a queue of prompts: `tasks/ID.json`, `queue.json` and `artifacts/ID/…`. Nothing in it is ever changed, and no link in it is
/// followed.
struct PromptQueueFolder: Sendable {
    /// What decides where a task comes.
    struct Place: Sendable {
        var id: String
        var isQueued: Bool
        var createdAt: Timestamp
    }

    let path: String

    /// The ids of tasks in the order in which they are taken over: those that wait come in the order of their queue, after all others, and
    /// those that it does not name last, by their ids.
    static func ordered(_ places: [Place], queue: [String]) -> [String] {
        var numbers: [String: Int] = [:]
        for (number, id) in queue.enumerated() where numbers[id] == nil { numbers[id] = number }
        return places.sorted { left, right in
            if left.isQueued != right.isQueued { return right.isQueued }
            if left.isQueued { return (numbers[left.id] ?? .max, left.id) < (numbers[right.id] ?? .max, right.id) }
            return (left.createdAt.milliseconds, left.id) < (right.createdAt.milliseconds, right.id)
        }
        .map(\.id)
    }

    /// The ids of its tasks, by the names of their files.
    ///
    /// - Throws: ``TaskManagerError/Code/invalidArgument`` when it is no such folder.
    func ids() throws -> [String] {
        let folder = path + "/tasks"
        guard path.hasPrefix("/"), Self.isFolder(folder) else {
            throw TaskManagerError(.invalidArgument, "there is no folder '\(folder)'; name the folder that holds tasks/ and queue.json")
        }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder)
                // Those that begin with a point were being written.
                .filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }.map { String($0.dropLast(5)) }.sorted()
        } catch {
            throw TaskManagerError(.invalidArgument, "the folder '\(folder)' cannot be read: \(error)")
        }
    }

    /// Reads a task's file.
    func task(_ id: String) throws -> PromptTaskFile {
        try PromptTaskFile(ScratchFile.read("\(path)/tasks/\(id).json", limit: PromptTaskFile.maximumBytes), name: id)
    }

    /// The order of those that wait, as far as it is known.
    func queue() throws -> [String] {
        let file = path + "/queue.json"
        guard access(file, F_OK) == 0 else { return [] }
        let json = try JSONValue(parsing: ScratchFile.read(file, limit: 16 << 20))
        guard let ids = json["queue"]?.array else { throw PromptTaskFile.Damage(description: "it has no list 'queue'") }
        return ids.compactMap(\.string)
    }

    /// The names of a task's artifacts.
    func artifacts(of id: String) -> [String] {
        let folder = "\(path)/artifacts/\(id)"
        guard Self.isFolder("\(path)/artifacts"), Self.isFolder(folder) else { return [] }
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { name in
            var status = stat()
            return !name.hasPrefix(".") && lstat("\(folder)/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        }
        .sorted()
    }

    /// The path of an artifact as the task's file writes it.
    static func reference(_ name: String, of id: String) -> String { "artifacts/\(id)/\(name)" }

    /// Whether there is a folder, which a link to one is not.
    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Reads an artifact.
    func artifact(_ name: String, of id: String) throws -> [UInt8] {
        try ScratchFile.read("\(path)/artifacts/\(id)/\(name)", limit: 64 << 20)
    }
}
