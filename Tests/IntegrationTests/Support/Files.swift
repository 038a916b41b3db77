import Glibc

/// What the tests do with files.
enum Files {
    static func makeTemporaryFolder() throws -> String {
        var template = Array("/tmp/legwork-it-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure.system("make a temporary folder") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let item = readdir(stream) {
            let name = withUnsafePointer(to: &item.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    static func removeAll(_ path: String) {
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            for name in names(in: path) { removeAll("\(path)/\(name)") }
        }
        remove(path)
    }

    /// The bytes of a file; none when it cannot be read.
    static func read(_ path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count <= 0 { return bytes }
            bytes += buffer.prefix(count)
        }
    }

    static func text(_ path: String) -> String { String(decoding: read(path), as: UTF8.self) }

    /// Writes a file, over what was there from a place on.
    static func write(_ path: String, _ text: String, at offset: Int = 0) throws {
        try write(path, Array(text.utf8), at: offset)
    }

    static func write(_ path: String, _ bytes: [UInt8], at offset: Int = 0) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure.system("open \(path)") }
        defer { close(descriptor) }
        if offset > 0 { lseek(descriptor, offset, SEEK_SET) }
        guard bytes.withUnsafeBytes({ Glibc.write(descriptor, $0.baseAddress, $0.count) }) == bytes.count else {
            throw Failure.system("write \(path)")
        }
    }

    /// The permissions of a file, such as `0o600`.
    static func mode(_ path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
