import Glibc

/// What the system knows of processes.
enum Processes {
    /// The processes whose command line or environment mentions a text. The dead who have not been buried mention nothing.
    static func mentioning(_ text: String) -> [Int32] {
        let own = getpid()
        let bytes = Array(text.utf8)
        return Files.names(in: "/proc").compactMap { Int32($0) }.filter { pid in
            pid != own && ["cmdline", "environ"].contains { Files.read("/proc/\(pid)/\($0)").contains(bytes) }
        }
    }

    /// Whether a process has a socket open.
    static func hasSocket(_ pid: Int32) -> Bool {
        Files.names(in: "/proc/\(pid)/fd").contains { name in
            var buffer = [CChar](repeating: 0, count: 64)
            let count = readlink("/proc/\(pid)/fd/\(name)", &buffer, buffer.count)
            return count > 7 && String(decoding: buffer.prefix(7).map { UInt8(bitPattern: $0) }, as: UTF8.self) == "socket:"
        }
    }

    /// The processes whose command line has an argument.
    static func running(_ argument: String) -> [Int32] {
        let bytes = Array(argument.utf8)
        return Files.names(in: "/proc").compactMap { Int32($0) }.filter { pid in
            Files.read("/proc/\(pid)/cmdline").split(separator: 0).contains { $0.elementsEqual(bytes) }
        }
    }
}
