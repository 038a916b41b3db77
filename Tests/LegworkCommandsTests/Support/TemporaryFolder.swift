import Glibc

/// A new folder that is removed with everything in it at the end of its life.
final class TemporaryFolder: Sendable {
    struct Failure: Error {
        var number: Int32
    }

    let path: String

    init() throws {
        var template = Array("/tmp/legwork-commands-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(number: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.removeAll(path) }

    private static func removeAll(_ path: String) {
        if let folder = opendir(path) {
            while let item = readdir(folder) {
                let name = withUnsafePointer(to: &item.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { removeAll("\(path)/\(name)") }
            }
            closedir(folder)
        }
        remove(path)
    }

    /// Makes a file; by default one that can be run.
    @discardableResult
    func add(_ name: String, _ text: String, mode: mode_t = 0o755) throws -> String {
        let file = "\(path)/\(name)"
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw Failure(number: errno) }
        defer { close(descriptor) }
        guard write(descriptor, text, text.utf8.count) == text.utf8.count else { throw Failure(number: errno) }
        return file
    }

    @discardableResult
    func addFolder(_ name: String) throws -> String {
        guard mkdir("\(path)/\(name)", 0o755) == 0 else { throw Failure(number: errno) }
        return "\(path)/\(name)"
    }

    @discardableResult
    func addPipe(_ name: String) throws -> String {
        guard mkfifo("\(path)/\(name)", 0o600) == 0 else { throw Failure(number: errno) }
        return "\(path)/\(name)"
    }
}
