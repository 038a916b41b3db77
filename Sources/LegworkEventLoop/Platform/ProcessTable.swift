import Glibc

/// What `/proc` knows about processes.
package enum ProcessTable {
    /// One process as `/proc/<pid>/stat` shows it.
    package struct Entry: Sendable, Hashable {
        /// The process id.
        package let pid: Int32
        /// The process that answers for it.
        package let parent: Int32
        /// Its process group.
        package let group: Int32
        /// Its session.
        package let session: Int32
        /// Field 2, the program's name without its brackets, up to 15 bytes.
        package let name: String
        /// Field 3: `R`, `S`, `Z` for a zombie, …
        package let state: Character
        /// Field 22: when it started, in clock ticks since the machine did. With the pid it names a process for good.
        package let startTime: UInt64

        /// Reads the text of a `stat` file; nil when it is not one.
        package init?(stat text: String) {
            // The name may itself contain spaces and brackets: it ends at the last one.
            guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close else { return nil }
            let fields = text[text.index(after: close)...].split(whereSeparator: { $0 == " " || $0 == "\n" })
            guard let pid = Int32(text[..<open].filter { $0 != " " }), fields.count > 19,
                let state = fields[0].first, let parent = Int32(fields[1]), let group = Int32(fields[2]),
                let session = Int32(fields[3]), let startTime = UInt64(fields[19])
            else { return nil }
            self.pid = pid
            self.parent = parent
            self.group = group
            self.session = session
            self.name = String(text[text.index(after: open)..<close])
            self.state = state
            self.startTime = startTime
        }
    }

    /// Looks up one process; nil when it does not exist.
    package static func entry(of pid: Int32) -> Entry? {
        guard pid > 0 else { return nil }
        let number = unsafe open("/proc/\(pid)/stat", O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let file = Descriptor(owning: number)
        var bytes = [UInt8](repeating: 0, count: 2048)
        guard case .bytes(let count) = unsafe bytes.withUnsafeMutableBytes({ unsafe Descriptor.read(file.number, into: $0) }) else {
            return nil
        }
        return Entry(stat: String(decoding: bytes[..<count], as: UTF8.self))
    }

    /// When a process started, in clock ticks since the machine did; nil when it does not exist.
    package static func startTime(of pid: Int32) -> UInt64? {
        entry(of: pid)?.startTime
    }

    /// All processes of the machine. Those that come and go meanwhile may be missing.
    package static func entries() -> [Entry] {
        guard let folder = unsafe opendir("/proc") else { return [] }
        defer { unsafe closedir(folder) }
        var entries: [Entry] = []
        while let item = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &item.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if let pid = Int32(name), let entry = entry(of: pid) { entries.append(entry) }
        }
        return entries
    }

    /// The processes whose parent is the given one, zombies included.
    package static func children(of parent: Int32) -> [Entry] {
        entries().filter { $0.parent == parent }
    }

    /// All that descend from the given process, parents before children.
    package static func descendants(of ancestor: Int32) -> [Entry] {
        let byParent = Dictionary(grouping: entries(), by: \.parent)
        var found: [Entry] = []
        var seen: Set<Int32> = [ancestor]
        var next = [ancestor]
        while let parent = next.popLast() {
            for child in byParent[parent] ?? [] where seen.insert(child.pid).inserted {
                found.append(child)
                next.append(child.pid)
            }
        }
        return found
    }
}
