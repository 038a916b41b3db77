import Glibc
import LegworkCore
import LegworkEventLoop
import Synchronization

/// A process that a test has started, with everything that it has written so far.
final class Child: Sendable {
    /// What is known of the process at a moment.
    struct View: Sendable, CustomStringConvertible {
        var outputBytes: [UInt8] = []
        var errorBytes: [UInt8] = []
        /// Its exit code, or 128 and the number of the signal that ended it; nil while it runs.
        var code: Int32?
        fileprivate var isOver = false

        var output: String { String(decoding: outputBytes, as: UTF8.self) }
        var error: String { String(decoding: errorBytes, as: UTF8.self) }
        /// The lines of its standard output.
        var lines: [String] { output.split(separator: "\n").map(String.init) }
        var description: String { "exit code \(code.map { "\($0)" } ?? "none yet"), output <\(output)>, error <\(error)>" }
    }

    private struct State {
        var view = View()
        var isTooLate = false
        var waiters: [(isReady: @Sendable (View) -> Bool, continuation: CheckedContinuation<View, any Error>)] = []
    }

    /// After so many seconds a child is killed, and the test fails instead of hanging.
    private static let longestLife = 180

    let pid: Int32
    private let pidfd: Int32
    private let input: Lock<Int32?>
    private let state = Lock(State())
    private let command: String

    /// Starts a program. Its standard input is empty, or what ``write(_:)`` gives it, or a terminal.
    init(_ arguments: [String], environment: [String: String], folder: String, hasInput: Bool = false, terminal: Int32? = nil) throws {
        // A child that reads nothing more is no reason for the tests to die; it is started with the default again.
        Glibc.signal(SIGPIPE, SIG_IGN)
        command = arguments.joined(separator: " ")
        let (output, error) = (try Descriptor.pipe(), try Descriptor.pipe())
        let inputs = hasInput ? try Descriptor.pipe() : (read: open("/dev/null", O_RDONLY | O_CLOEXEC), write: -1)
        var request = SpawnRequest(
            executable: arguments[0],
            arguments: arguments,
            environment: environment.map { "\($0.key)=\($0.value)" },
            workingDirectory: folder,
            standardInput: terminal ?? inputs.read,
            standardOutput: output.write,
            standardError: error.write
        )
        // A process that is to have a controlling terminal makes its session itself.
        request.newSession = terminal == nil
        defer { for number in [output.write, error.write, inputs.read] { close(number) } }
        let process = try ProcessControl.spawn(request)
        pid = process.pid
        pidfd = process.releaseDescriptor()
        input = Lock(inputs.write < 0 ? nil : inputs.write)
        if let code = BlockingThread.start({ self.follow(output.read, error.read) }) {
            throw Failure("no thread can be started: error \(code)")
        }
    }

    // MARK: - Reading

    /// Waits until what is known of the process is as wanted.
    ///
    /// - Throws: ``Failure`` when the process ends without ever having been so.
    @discardableResult
    func view(when isReady: @escaping @Sendable (View) -> Bool) async throws -> View {
        try await withCheckedThrowingContinuation { continuation in
            let (view, isTooLate) = state.withLock { state -> (View?, Bool) in
                if state.view.isOver || isReady(state.view) { return (state.view, state.isTooLate) }
                state.waiters.append((isReady, continuation))
                return (nil, false)
            }
            if let view { resume(continuation, view, isReady(view) && !isTooLate) }
        }
    }

    /// What is known of it now.
    var now: View { state.withLock { $0.view } }

    /// Waits for its end, and for the end of everything that it has written.
    func end() async throws -> View { try await view { $0.isOver } }

    private func resume(_ continuation: CheckedContinuation<View, any Error>, _ view: View, _ isWanted: Bool) {
        if isWanted {
            continuation.resume(returning: view)
        } else {
            let isTooLate = state.withLock { $0.isTooLate }
            continuation.resume(throwing: Failure("'\(command)' \(isTooLate ? "took too long" : "ended before its time"): \(view)"))
        }
    }

    private func follow(_ output: Int32, _ error: Int32) {
        var open: [Int32] = [output, error, pidfd]
        let end = ContinuousClock.now + .seconds(Self.longestLife)
        var isTooLate = false
        while !open.isEmpty {
            var watched = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            let left = max(0, (end - ContinuousClock.now).milliseconds)
            let count = poll(&watched, nfds_t(watched.count), Int32(left))
            if count == 0 {
                if isTooLate { break }
                isTooLate = true
                state.withLock { $0.isTooLate = true }
                kill(pid, SIGKILL)
                if let exit = try? ProcessControl.reap(pidfd: pidfd) { note { $0.code = Self.code(exit) } }
                break
            }
            for ready in watched where ready.revents != 0 {
                if ready.fd == pidfd {
                    guard let exit = try? ProcessControl.reap(pidfd: pidfd) else { continue }
                    note { $0.code = Self.code(exit) }
                    open.removeAll { $0 == pidfd }
                    continue
                }
                var buffer = [UInt8](repeating: 0, count: 65536)
                let count = buffer.withUnsafeMutableBytes { read(ready.fd, $0.baseAddress, $0.count) }
                if count <= 0 {
                    open.removeAll { $0 == ready.fd }
                } else {
                    let chunk = buffer.prefix(count)
                    note { if ready.fd == output { $0.outputBytes += chunk } else { $0.errorBytes += chunk } }
                }
            }
        }
        close(output)
        close(error)
        closeInput()
        note { $0.isOver = true }
        close(pidfd)
    }

    private static func code(_ exit: ProcessExit) -> Int32 {
        switch exit {
        case .exited(let code): code
        case .signalled(let number, _): 128 + number
        }
    }

    private func note(_ change: (inout View) -> Void) {
        let (view, ready) = state.withLock { state in
            change(&state.view)
            let view = state.view
            let ready = state.waiters.filter { view.isOver || $0.isReady(view) }
            state.waiters.removeAll { view.isOver || $0.isReady(view) }
            return (view, ready)
        }
        let isTooLate = state.withLock { $0.isTooLate }
        for waiter in ready { resume(waiter.continuation, view, waiter.isReady(view) && !isTooLate) }
    }

    // MARK: - Doing

    /// Sends a signal.
    func signal(_ number: Int32) { kill(pid, number) }

    /// Ends the process at once, and returns when it is gone.
    func killNow() async throws {
        signal(SIGKILL)
        try await view { $0.code != nil }
    }

    /// Writes to its standard input.
    func write(_ text: String) async throws { try await write(Array(text.utf8)) }

    /// Writes to its standard input.
    func write(_ bytes: [UInt8]) async throws {
        guard let number = input.withLock({ $0 }) else { throw Failure("'\(command)' has no input") }
        try await offPool {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
                guard count > 0 else { throw Failure.system("write to '\(self.command)'") }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// Ends its standard input.
    func closeInput() {
        let number = input.withLock { $0.take() }
        if let number { close(number) }
    }
}
