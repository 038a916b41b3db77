import Glibc
import LegworkCore
import LegworkEventLoop
import Synchronization

/// Prints a command's output while it runs, until it ends, its window passes, or the person at the terminal leaves.
struct RunFollower: Sendable {
    enum End: Sendable {
        /// The task no longer moves.
        case ended
        /// The task goes on alone, and why.
        case left(String)
    }

    private enum Event: Sendable {
        case ended
        case failed(any Error)
        case window
        case detach
        case interrupt
    }

    let client: DaemonClient
    let console: Console
    let id: String
    let prints: Bool

    func follow(window: Duration?) async throws -> End {
        let (events, sender) = AsyncStream.makeStream(of: Event.self)
        let keys = DetachKey(loop: client.loop) { sender.yield(.detach) }
        defer { keys.restore() }
        let interrupt = try client.loop.onSignal(SIGINT) { sender.yield(.interrupt) }
        defer { interrupt.cancel() }
        let timer = try window.map { window in try client.loop.schedule(after: window) { sender.yield(.window) } }
        defer { timer?.cancel() }
        let output = Task {
            do {
                try await client.output(of: id, query: "follow=1") { if prints { console.write($0) } }
                sender.yield(.ended)
            } catch {
                sender.yield(.failed(error))
            }
        }
        defer { output.cancel() }

        var isCancelling = false
        for await event in events {
            switch event {
            case .ended: return .ended
            case .failed(let error): throw error
            case .window:
                if !isCancelling { return .left("still running after \(TaskTable.short(window ?? .zero))") }
            case .detach:
                if !isCancelling { return .left("detached") }
            case .interrupt:
                if isCancelling { throw CLIError(.interrupted, "not waiting for \(id) to stop; legwork show \(id)") }
                isCancelling = true
                if prints { console.error("legwork: cancelling; Ctrl-C again does not wait for it") }
                _ = try await client.post("/v1/tasks/\(id)/cancel", [:])
            }
        }
        throw CancellationError()
    }
}

/// Hears Ctrl-B at a terminal, which says: go on without me.
final class DetachKey: Sendable {
    private static let controlB: UInt8 = 0x02

    private let saved: Lock<termios?>
    private let watch: Lock<EventLoop.Watch?>

    /// Listens, if standard input is a terminal that is ours to read. Ctrl-C and the other keys with signals work as before.
    init(loop: EventLoop, _ pressed: @escaping @Sendable () -> Void) {
        saved = Lock(nil)
        watch = Lock(nil)
        var settings = termios()
        // A command in the shell's background must not touch the terminal.
        guard isatty(STDIN_FILENO) == 1, tcgetpgrp(STDIN_FILENO) == getpgrp(), tcgetattr(STDIN_FILENO, &settings) == 0 else { return }
        let before = settings
        settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
        guard tcsetattr(STDIN_FILENO, TCSANOW, &settings) == 0 else { return }
        saved.withLock { $0 = before }
        let listening = try? loop.watch(descriptor: STDIN_FILENO, for: .read) {
            var byte: UInt8 = 0
            if read(STDIN_FILENO, &byte, 1) == 1, byte == Self.controlB { pressed() }
        }
        watch.withLock { $0 = listening }
    }

    /// Gives the terminal back as it was.
    func restore() {
        watch.withLock { watch in
            watch?.cancel()
            watch = nil
        }
        saved.withLock { settings in
            guard var before = settings else { return }
            tcsetattr(STDIN_FILENO, TCSANOW, &before)
            settings = nil
        }
    }
}
