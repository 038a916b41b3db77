import Glibc

/// The program under test.
enum Product {
    /// Where the built `legwork` lies: beside the bundle of these tests.
    static let path: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let own = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        for start in [own, CommandLine.arguments[0]] + CommandLine.arguments {
            var folder = start[...]
            while let slash = folder.lastIndex(of: "/") {
                folder = folder[..<slash]
                let candidate = folder + "/legwork"
                if access(String(candidate), X_OK) == 0, isFile(String(candidate)) { return String(candidate) }
            }
        }
        return "legwork"
    }()

    private static func isFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }
}
