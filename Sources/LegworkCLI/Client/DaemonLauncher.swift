import Glibc
import LegworkCore
import LegworkDaemon
import LegworkEventLoop
import LegworkMCP

/// Starts a daemon that outlives the command which needs it.
struct DaemonLauncher: Sendable {
    /// What a daemon prints on standard output when it can be reached.
    static let readyLine = "legwork: ready"
    /// The most bytes of an old log that are kept; a larger one is put aside when a daemon starts.
    private static let maximumLogBytes = 10 << 20

    let folder: StateFolder
    let environment: [String: String]

    /// Starts a daemon and returns when it is ready, or when another one was faster.
    ///
    /// - Throws: ``CLIError`` with the daemon's own words when it cannot start.
    func start() async throws {
        do {
            try folder.create()
        } catch {
            throw CLIError(.noDaemon, error.description)
        }
        let log = try openLog()
        let start = lseek(log, 0, SEEK_END)
        let pipe = try Descriptor.pipe()
        let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
        var request = SpawnRequest(
            executable: "/proc/self/exe",
            arguments: ["legwork", "serve", "--state", folder.path, "--detached"],
            standardInput: null,
            standardOutput: pipe.write,
            standardError: log
        )
        // The daemon outlives the folder that this command happens to be in.
        request.workingDirectory = "/"
        defer {
            close(log)
            close(null)
            close(pipe.read)
        }
        do {
            defer { close(pipe.write) }
            _ = try ProcessControl.spawn(request)
        } catch {
            throw CLIError(.noDaemon, "the daemon cannot be started: \(error)")
        }
        guard await Self.line(from: pipe.read) == Self.readyLine else {
            let said = Self.lastLine(of: log, from: start)
            // Two commands may both have found no daemon; the one that came second is told so, and uses the first one's.
            if said.contains(DaemonFault.alreadyRunning) { return }
            throw CLIError(.noDaemon, "the daemon cannot be started: \(said.isEmpty ? "see \(folder.log)" : said)")
        }
    }

    private func openLog() throws -> Int32 {
        var status = stat()
        if stat(folder.log, &status) == 0, status.st_size > Self.maximumLogBytes { rename(folder.log, folder.log + ".1") }
        let descriptor = open(folder.log, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CLIError(.noDaemon, "the log \(folder.log) cannot be written: \(String(cString: strerror(errno)))")
        }
        return descriptor
    }

    /// The first line that comes through a pipe, or what there was when it closed. Read on a thread of its own: nothing else can go on before.
    private static func line(from descriptor: Int32) async -> String {
        await withCheckedContinuation { continuation in
            let readLine = { @Sendable in
                var text: [UInt8] = []
                var byte: UInt8 = 0
                while text.count < 1000, read(descriptor, &byte, 1) == 1, byte != 0x0A { text.append(byte) }
                continuation.resume(returning: String(decoding: text, as: UTF8.self))
            }
            do {
                try BlockingThread.start(readLine)
            } catch {
                readLine()
            }
        }
    }

    /// The last line that was written to the log since it was opened, without its time.
    private static func lastLine(of log: Int32, from start: off_t) -> String {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = buffer.withUnsafeMutableBytes { pread(log, $0.baseAddress, $0.count, start) }
        let line = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).split(separator: "\n").last ?? ""
        return line.hasPrefix("legwork: ") ? String(line.dropFirst(9)) : String(line)
    }
}
