#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

// What Linux tells of processes, see proc(5). Where there is no /proc, nothing is known and nobody is judged.
extension NodeOrigin {
    /// This process; nil where the system does not say.
    package static let ofThisProcess: NodeOrigin? = {
        guard let boot = readText("/proc/sys/kernel/random/boot_id").flatMap(bootNumber),
            let namespace = readLink("/proc/self/ns/pid").flatMap({ UInt64($0.filter(\.isNumber)) }),
            case .running(let startTime) = readText("/proc/self/stat").flatMap(ProcessSighting.init(stat:))
        else { return nil }
        let host = hostName()
        // The machine's id is not for everybody (machine-id(5)), so what is shown is made of it.
        let machine = readText("/etc/machine-id").flatMap { $0.count == 32 ? fingerprint(of: $0 + " " + host) : nil }
        return NodeOrigin(host: host, machine: machine ?? 0, boot: boot, namespace: namespace, pid: getpid(), startTime: startTime)
    }()

    /// The first 64 bits of a boot id such as `4a1bc9e0-…`, which are random but for four.
    private static func bootNumber(_ text: String) -> UInt64? {
        let digits = text.filter(\.isHexDigit)
        return digits.count == 32 ? UInt64(digits.prefix(16), radix: 16) : nil
    }

    /// FNV-1a, which is the same in every process.
    private static func fingerprint(of text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    private static func hostName() -> String {
        var bytes = [CChar](repeating: 0, count: 257)
        guard unsafe gethostname(&bytes, bytes.count - 1) == 0 else { return "" }
        return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func readLink(_ path: String) -> String? {
        var bytes = [CChar](repeating: 0, count: 256)
        let count = unsafe readlink(path, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }
}

extension ProcessSighting {
    /// Looks whether a process has a pid.
    package init(of pid: Int32) {
        if let stat = readText("/proc/\(pid)/stat") {
            self = ProcessSighting(stat: stat) ?? .hidden
        } else {
            // Where /proc shows a user only his own processes (hidepid), a signal still tells whether there is one.
            self = kill(pid, 0) != 0 && errno == ESRCH ? .absent : .hidden
        }
    }

    /// Reads `/proc/PID/stat`; nil when it has another shape.
    package init?(stat: String) {
        // The program's name, in parentheses, may contain anything.
        guard let end = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: end)...].split { $0 == " " || $0 == "\n" }
        guard fields.count >= 20, let threads = Int(fields[17]), let startTime = UInt64(fields[19]) else { return nil }
        // A process whose first thread has ended looks like one that has ended, and goes on while it has others.
        let hasEnded = (fields[0] == "Z" || fields[0] == "X") && threads <= 1
        self = hasEnded ? .absent : .running(startTime: startTime)
    }
}

/// The first 4 KiB of a small file of the system, without the end of its last line.
private func readText(_ path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe bytes.withUnsafeMutableBytes { buffer in unsafe read(descriptor, buffer.baseAddress, buffer.count) }
    guard count > 0 else { return nil }
    let text = String(decoding: bytes.prefix(count), as: UTF8.self)
    return text.last == "\n" ? String(text.dropLast()) : text
}
