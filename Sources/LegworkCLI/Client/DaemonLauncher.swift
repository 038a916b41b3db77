import Glibc
import LegworkCore
import LegworkDaemon
import LegworkEventLoop

/// Starts a daemon that outlives the command which needs it.
struct DaemonLauncher: Sendable {
    /// What a daemon prints on standard output when it can be reached.
    static let readyLine = "legwork: ready"
    /// The most bytes of an old log that are kept; a larger one is put aside when a daemon starts.
    private static let maximumLogBytes = 10 << 20

    /// How long a daemon may take that is just starting or just ending.
    private static let patience = Duration.seconds(15)
    private static let pause = Duration.milliseconds(50)

    let client: DaemonClient
    private var folder: StateFolder { client.folder }

    /// Starts a daemon, unless another command does, and returns when one answers.
    ///
    /// - Throws: ``CLIError`` with the daemon's own words when it cannot start.
    func start() async throws {
        do {
            try folder.create()
        } catch {
            throw CLIError(.noDaemon, error.description)
        }
        // Commands that find no daemon at the same moment start one between them, and read no other one's words in the log.
        let turn = try await takeTurn()
        defer { close(turn) }
        let start = ContinuousClock.now
        repeat {
            if try await client.isAnswering() { return }
            // Another daemon has the folder: one that was started by hand and does not answer yet, or one that is ending.
            if try await startOnce() { continue }
            try await Task.sleep(for: Self.pause)
        } while ContinuousClock.now - start < Self.patience
        throw CLIError(.noDaemon, "there is a daemon on \(folder.path), but it does not answer; see \(folder.log), or kill it")
    }

    /// - Returns: whether a daemon is ready; false when another one has the folder.
    private func startOnce() async throws -> Bool {
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
        if try await line(from: pipe.read) == Self.readyLine { return true }
        let said = Self.lastLine(of: log, from: start)
        if said.contains(DaemonFault.alreadyRunning) { return false }
        throw CLIError(.noDaemon, "the daemon cannot be started: \(said.isEmpty ? "see \(folder.log)" : said)")
    }

    /// Waits for its turn to start a daemon.
    ///
    /// - Returns: what ends the turn when it is closed, or when this process ends.
    private func takeTurn() async throws -> Int32 {
        let path = folder.path + "/start.lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CLIError(.noDaemon, "\(path) cannot be written: \(String(cString: strerror(errno)))") }
        let start = ContinuousClock.now
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard ContinuousClock.now - start < Self.patience else {
                close(descriptor)
                throw CLIError(.noDaemon, "another command has been starting a daemon on \(folder.path) for long; kill it, and try again")
            }
            try await Task.sleep(for: Self.pause)
        }
        return descriptor
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

    /// The first line that comes through a pipe, or what there was when it closed.
    ///
    /// - Throws: ``CLIError`` when neither happens in time.
    private func line(from descriptor: Int32) async throws -> String {
        let log = folder.log
        return try await BlockingThread.run {
            let end = ContinuousClock.now + Self.patience
            var text: [UInt8] = []
            var byte: UInt8 = 0
            while text.count < 1000 {
                var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                let count = poll(&watched, 1, Int32(max(0, (end - ContinuousClock.now).milliseconds)))
                if count < 0, errno == EINTR { continue }
                guard count != 0 else {
                    throw CLIError(.noDaemon, "the daemon has been starting for \(Self.patience); see \(log)")
                }
                guard read(descriptor, &byte, 1) == 1, byte != 0x0A else { break }
                text.append(byte)
            }
            return String(decoding: text, as: UTF8.self)
        } orThrow: {
            CLIError(.noDaemon, "the system gives no further thread: \(String(cString: strerror($0)))")
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
