import Glibc

/// A folder of its own for a test, removed when the value goes away.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/legwork-store-XXXXXX\0".utf8CString)
        guard let made = unsafe mkdtemp(&template) else { throw Failure(number: errno) }
        path = unsafe String(cString: made)
    }

    deinit { Self.remove(path) }

    struct Failure: Error {
        var number: Int32
    }

    /// The path of something in the folder.
    func file(_ name: String) -> String { "\(path)/\(name)" }

    static func remove(_ path: String) {
        if let folder = unsafe opendir(path) {
            while let entry = unsafe readdir(folder) {
                let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { start in
                    unsafe start.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
                }
                if name != ".", name != ".." { remove("\(path)/\(name)") }
            }
            unsafe closedir(folder)
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}
