import Glibc
import LegworkEventLoop

/// What a test asks the machine about processes.
enum ProcessFacts {
    /// Whether a process is there and has not ended.
    static func isAlive(_ pid: Int32) -> Bool {
        guard let entry = ProcessTable.entry(of: pid) else { return false }
        return entry.state != "Z" && entry.state != "X"
    }

    /// The open descriptors of this process.
    static func descriptorCount() -> Int {
        guard let folder = opendir("/proc/self/fd") else { return -1 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        return count
    }

    /// This process's children, zombies included.
    static func children() -> Set<Int32> { Set(ProcessTable.ownChildren()) }
}
