import FoundationEssentials
import Glibc

/// A server that was started to be measured. Its first line of output has its pid, and whatever else it wants to say.
final class ServerProcess {
    let pid: pid_t
    /// The numbers after the pid.
    let numbers: [UInt16]
    private let output: UnsafeMutablePointer<FILE>

    init(_ command: String) throws {
        guard let output = popen("exec \(command)", "r") else { throw BenchError("cannot start \(command)") }
        self.output = output
        var line = [CChar](repeating: 0, count: 256)
        let words = fgets(&line, 256, output).map { String(cString: $0).split { $0 == " " || $0 == "\n" } } ?? []
        guard let pid = words.first.flatMap({ pid_t($0) }) else {
            pclose(output)
            throw BenchError("'\(command)' has not begun to serve")
        }
        self.pid = pid
        numbers = words.dropFirst().compactMap { UInt16($0) }
    }

    /// The processor time that all its threads have used.
    var cpuSeconds: Double {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8), let end = text.lastIndex(of: ")") else {
            return 0
        }
        let fields = text[end...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// The memory that it has in use, in bytes.
    var residentBytes: Double {
        let fields = (try? String(contentsOfFile: "/proc/\(pid)/statm", encoding: .utf8))?.split(separator: " ") ?? []
        return fields.count > 1 ? (Double(fields[1]) ?? 0) * Double(sysconf(Int32(_SC_PAGESIZE))) : 0
    }

    func stop() {
        kill(pid, SIGTERM)
        pclose(output)
    }
}
