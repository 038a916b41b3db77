package import Glibc

/// A new folder that is removed with everything in it at the end of its life, or before that when it is told to.
package final class TemporaryFolder: Sendable {
    package struct Failure: Error {
        package var number: Int32
    }

    package let path: String

    package init() throws {
        var template = Array("/tmp/legwork-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw Failure(number: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { remove() }

    package func remove() { Self.removeAll(path) }

    /// The path of something in the folder.
    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Makes a file; by default one that can be run.
    @discardableResult
    package func add(_ name: String, _ text: String, mode: mode_t = 0o755) throws -> String {
        let descriptor = unsafe open(file(name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw Failure(number: errno) }
        defer { close(descriptor) }
        guard unsafe write(descriptor, text, text.utf8.count) == text.utf8.count else { throw Failure(number: errno) }
        return file(name)
    }

    @discardableResult
    package func addFolder(_ name: String) throws -> String {
        guard unsafe mkdir(file(name), 0o755) == 0 else { throw Failure(number: errno) }
        return file(name)
    }

    @discardableResult
    package func addPipe(_ name: String) throws -> String {
        guard unsafe mkfifo(file(name), 0o600) == 0 else { throw Failure(number: errno) }
        return file(name)
    }

    /// What a file holds; nil when it is not there.
    package func read(_ name: String) -> String? {
        let descriptor = unsafe open(file(name), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
            if count <= 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }

    private static func removeAll(_ path: String) {
        var status = stat()
        // What is behind a link is not its own.
        if unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, let folder = unsafe opendir(path) {
            while let item = unsafe readdir(folder) {
                let name = unsafe withUnsafePointer(to: &item.pointee.d_name) { pointer in
                    unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
                }
                if name != ".", name != ".." { removeAll("\(path)/\(name)") }
            }
            unsafe closedir(folder)
        }
        unsafe Glibc.remove(path)
    }
}
