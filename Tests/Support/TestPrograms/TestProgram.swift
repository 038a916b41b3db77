package import Glibc
import LegworkCore

/// A small program of the tests at work in a process of its own. Its methods block: call them within ``blocking(_:)``.
package final class TestProgram {
    package let pid: pid_t
    private let input: Int32
    private let output: Int32
    private var unread: [UInt8] = []

    package struct Failure: Error, CustomStringConvertible {
        package var description: String

        package init(description: String) { self.description = description }
    }

    /// How a process ended.
    package enum End: Sendable, Hashable {
        case exit(Int32)
        case signal(Int32)
    }

    /// Starts a program that lies beside the tests.
    package init(_ name: String, _ arguments: [String]) throws {
        let program = try Self.path(of: name)
        var (inputPipe, outputPipe): ([Int32], [Int32]) = ([0, 0], [0, 0])
        guard unsafe pipe(&inputPipe) == 0, unsafe pipe(&outputPipe) == 0 else { throw Failure(description: "no pipes") }
        for descriptor in [inputPipe[1], outputPipe[0]] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, inputPipe[0], 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, outputPipe[1], 1)
        for descriptor in [inputPipe[0], outputPipe[1]] where descriptor > 2 {
            unsafe posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var child: pid_t = 0
        let words = [program] + arguments
        var vector: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { unsafe vector.forEach { unsafe free($0) } }
        let result = unsafe posix_spawn(&child, program, &actions, nil, &vector, nil)
        close(inputPipe[0])
        close(outputPipe[1])
        guard result == 0 else {
            close(inputPipe[1])
            close(outputPipe[0])
            throw Failure(description: "cannot start \(program): error \(result)")
        }
        (pid, input, output) = (child, inputPipe[1], outputPipe[0])
    }

    deinit { close(output) }

    /// The next line of output; nil at the end.
    package func readLine() -> String? {
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: unread[..<end], as: UTF8.self)
                unread.removeSubrange(...end)
                return line
            }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = unsafe read(output, &buffer, buffer.count)
            if count <= 0 { return nil }
            unread += buffer[..<count]
        }
    }

    /// All lines until the end.
    package func readLines() -> [String] {
        var lines: [String] = []
        while let line = readLine() { lines.append(line) }
        return lines
    }

    /// Kills the process at once; what it wrote before can still be read.
    package func kill() { Glibc.kill(pid, SIGKILL) }

    /// Ends the program's input and waits until it is gone.
    @discardableResult
    package func finish() -> End {
        close(input)
        var status: Int32 = 0
        while unsafe waitpid(pid, &status, 0) == -1, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? .exit((status >> 8) & 0xFF) : .signal(signal)
    }

    private static func path(of name: String) throws -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let here = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let folders = [here, CommandLine.arguments.first ?? ""].map { $0.split(separator: "/", omittingEmptySubsequences: false) }
        for folder in folders {
            let path = folder.dropLast().joined(separator: "/") + "/" + name
            if unsafe access(path, X_OK) == 0 { return path }
        }
        throw Failure(description: "\(name) is not beside '\(here)'")
    }
}

/// Runs a body that blocks on a thread of its own.
package func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await BlockingThread.run(body) { TestProgram.Failure(description: "no thread can be started: error \($0)") }
}
