import Glibc

/// What the system says of this process.
struct ProcessFigures: Sendable {
    /// The bytes of memory that it holds.
    var residentBytes: Double
    /// The seconds of processor time that it has used.
    var processorSeconds: Double
    /// How many files it has open, and may have.
    var openFiles: Double
    var openFileLimit: Double

    static func now() -> ProcessFigures {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return ProcessFigures(
            residentBytes: residentPages() * Double(sysconf(Int32(_SC_PAGESIZE))),
            processorSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime),
            openFiles: Double(openDescriptors()),
            openFileLimit: Double(limit.rlim_cur)
        )
    }

    /// The second number of `/proc/self/statm`.
    private static func residentPages() -> Double {
        let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return 0 }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 128)
        let count = buffer.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
        let words = buffer.prefix(max(0, count)).split(separator: 0x20)
        return words.count > 1 ? Double(String(decoding: words[1], as: UTF8.self)) ?? 0 : 0
    }

    private static func openDescriptors() -> Int {
        guard let folder = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // `.`, `..` and the folder itself.
        return max(0, count - 3)
    }
}
