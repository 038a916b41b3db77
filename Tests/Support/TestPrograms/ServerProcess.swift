import Glibc
import LegworkCore
import LegworkTestKit
import Synchronization

/// A server of the test's own that runs until it is killed.
package final class ServerProcess: Sendable {
    private let process: Lock<pid_t>

    /// Where a program is that can be run; nil when it is nowhere in the path.
    package static func program(_ name: String) -> String? {
        String(cString: getenv("PATH")).split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }

    /// Starts a program, and returns when it has said that it is ready.
    ///
    /// - Parameters:
    ///   - program: where it is.
    ///   - words: its name and its arguments.
    ///   - readiness: what it says then.
    package init(_ program: String, _ words: [String], saying readiness: String) async throws {
        let (isUp, said) = (TestSignal(), SaidText())
        let (pid, output) = try Self.launch(program, words)
        process = Lock(pid)
        _ = BlockingThread.start {
            said.text.withLock { $0 = Self.read(output) { $0.contains(readiness) } }
            isUp.fire()
            // What it says later is read too, so that the pipe never fills.
            _ = Self.read(output) { _ in false }
            close(output)
        }
        await isUp.wait()
        let text = said.text.withLock { $0 }
        guard text.contains(readiness) else { throw TestProgram.Failure(description: "\(words[0]) did not start: \(text)") }
    }

    deinit { kill() }

    /// Runs a program to its end.
    package static func run(_ program: String, _ words: [String]) throws {
        let (pid, output) = try launch(program, words)
        _ = read(output) { _ in false }
        close(output)
        wait(for: pid)
    }

    /// Kills it as a power cut would, and returns when it is gone.
    package func kill() {
        let pid = process.withLock { pid in
            defer { pid = 0 }
            return pid
        }
        guard pid > 0 else { return }
        Glibc.kill(pid, SIGKILL)
        Self.wait(for: pid)
    }

    /// Stops it from doing anything, or lets it go on.
    package func signal(_ number: Int32) { _ = process.withLock { Glibc.kill($0, number) } }

    private final class SaidText: Sendable {
        let text = Lock("")
    }

    private static func wait(for pid: pid_t) {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) == -1, errno == EINTR {}
    }

    /// Reads until the end, or until what was read is enough.
    private static func read(_ output: Int32, _ isEnough: (String) -> Bool) -> String {
        var (buffer, text) = ([UInt8](repeating: 0, count: 4096), "")
        while true {
            let count = Glibc.read(output, &buffer, buffer.count)
            if count <= 0 { return text }
            text += String(decoding: buffer[..<count], as: UTF8.self)
            if isEnough(text) { return text }
            // Only its beginning matters.
            if text.utf8.count > 1 << 20 { text = "" }
        }
    }

    private static func launch(_ program: String, _ words: [String]) throws -> (pid: pid_t, output: Int32) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw TestProgram.Failure(description: "no pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var pid: pid_t = 0
        let result = posix_spawn(&pid, program, &actions, nil, &arguments, nil)
        close(ends[1])
        guard result == 0 else {
            close(ends[0])
            throw TestProgram.Failure(description: "cannot start \(program): error \(result)")
        }
        return (pid, ends[0])
    }
}
