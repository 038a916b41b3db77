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
        guard pid > 0, let bytes = contents(of: "/proc/\(pid)/stat", limit: 2048) else { return nil }
        return Entry(stat: String(decoding: bytes, as: UTF8.self))
    }

    /// What the environment that a process was started with says of a variable.
    package enum Variable: Sendable, Hashable {
        /// It has this value.
        case value(String)
        /// It is not there, or the process may not be looked at. A process may write over what the kernel shows, so this proves little.
        case absent
        /// The process is just becoming another program, and has no environment at this moment: ask again.
        case notYetKnown
    }

    /// Looks up a variable in the environment that a process was started with.
    package static func variable(_ name: String, of pid: Int32) -> Variable {
        guard pid > 0, var bytes = contents(of: "/proc/\(pid)/environ", limit: 1 << 20) else { return .absent }
        if bytes.isEmpty {
            // During execve(2) the kernel shows neither environment nor arguments; every program has arguments.
            guard let arguments = contents(of: "/proc/\(pid)/cmdline", limit: 1) else { return .absent }
            if arguments.isEmpty { return .notYetKnown }
            // It may have become one between the two looks.
            bytes = contents(of: "/proc/\(pid)/environ", limit: 1 << 20) ?? []
        }
        let start = Array("\(name)=".utf8)
        var rest = bytes[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: 0) ?? rest.endIndex
            if rest[..<end].starts(with: start) { return .value(String(decoding: rest[..<end].dropFirst(start.count), as: UTF8.self)) }
            rest = rest[end...].dropFirst()
        }
        return .absent
    }

    /// The ids of this process's children, zombies and adopted orphans included. One that ends meanwhile may hide another.
    package static func ownChildren() -> [Int32] {
        guard let threads = folder("/proc/self/task") else { return [] }
        return threads.flatMap { thread -> [Int32] in
            guard let bytes = contents(of: "/proc/self/task/\(thread)/children", limit: 1 << 20) else { return [] }
            return String(decoding: bytes, as: UTF8.self).split(whereSeparator: { $0 == " " || $0 == "\n" }).compactMap { Int32($0) }
        }
    }

    private static func contents(of path: String, limit: Int) -> [UInt8]? {
        let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let file = Descriptor(owning: number)
        var bytes: [UInt8] = []
        var capacity = min(limit, 4096)
        while bytes.count < limit {
            let got = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                guard case .bytes(let got) = unsafe Descriptor.read(file.number, into: UnsafeMutableRawBufferPointer(buffer)) else {
                    return
                }
                count = got
            }
            if got.isEmpty { break }
            if bytes.isEmpty { bytes = got } else { bytes += got }
            capacity = min(limit - bytes.count, 64 << 10)
        }
        return bytes
    }

    private static func folder(_ path: String) -> [Int32]? {
        guard let folder = unsafe opendir(path) else { return nil }
        defer { unsafe closedir(folder) }
        var numbers: [Int32] = []
        while let item = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &item.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if let number = Int32(name) { numbers.append(number) }
        }
        return numbers
    }

    /// When a process started, in clock ticks since the machine did; nil when it does not exist.
    package static func startTime(of pid: Int32) -> UInt64? {
        entry(of: pid)?.startTime
    }

    /// All processes of the machine. Those that come and go meanwhile may be missing.
    package static func entries() -> [Entry] {
        (folder("/proc") ?? []).compactMap { entry(of: $0) }
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
