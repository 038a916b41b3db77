import Glibc
import LegworkEventLoop

/// What a test asks the machine about processes.
enum ProcessFacts {
    /// Whether a process is there and has not ended.
    static func isAlive(_ pid: Int32) -> Bool {
        guard let entry = ProcessTable.entry(of: pid) else { return false }
        return entry.state != "Z" && entry.state != "X"
    }

    /// Whether nothing else goes on in this process: other tests start children and open descriptors as well. `make test` runs these tests
    /// alone for that, and says so.
    static let isAlone = getenv("LEGWORK_TESTS_ALONE") != nil

    /// The open descriptors of this process, where these can be told from those of others.
    static func descriptorCount() -> Int {
        guard isAlone else { return 0 }
        guard let folder = opendir("/proc/self/fd") else { return -1 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        return count
    }

    /// This process's children, zombies included, where these can be told from those of others.
    static func children() -> Set<Int32> { isAlone ? Set(ProcessTable.ownChildren()) : [] }
}
