import Glibc
import LegworkCore
import LegworkEventLoop
import Synchronization

/// Writes a command's standard input into a pipe as fast as the command reads it.
final class InputFeeder: Sendable {
    private static let pieceSize = 64 << 10

    private struct State: ~Copyable {
        var descriptor: Descriptor?
        var watch: EventLoop.Watch?
        var written = 0

        var number: Int32? {
            switch descriptor {
            case .some(let descriptor): descriptor.number
            case .none: nil
            }
        }
    }

    private let text: String
    private let loop: EventLoop
    private let state: Lock<State>

    /// - Parameters:
    ///   - text: contiguous UTF-8, not empty.
    ///   - descriptor: the writing end; non-blocking.
    init(_ text: String, into descriptor: consuming Descriptor, loop: EventLoop) {
        self.text = text
        self.loop = loop
        state = Lock(State(descriptor: descriptor))
    }

    /// Begins to write. Only on the loop's thread.
    func begin() throws(SystemError) {
        Self.blockBrokenPipeSignal()
        guard let number = state.withLock({ $0.number }) else { return }
        let watch = try loop.watch(descriptor: number, for: .write) { self.isWritable() }
        state.withLock { $0.watch = watch }
    }

    /// Stops writing and closes the pipe. Only on the loop's thread.
    func close() {
        state.withLock { $0.watch.take() }?.cancel()
        state.withLock { $0.descriptor = nil }
    }

    private func isWritable() {
        let isOver = state.withLock { state -> Bool in
            guard let number = state.number else { return true }
            let start = state.written
            let transfer = unsafe text.utf8.withContiguousStorageIfAvailable { bytes in
                let piece = unsafe UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[start...].prefix(Self.pieceSize))
                return unsafe Descriptor.write(number, from: piece)
            }
            switch transfer {
            case .bytes(let count): state.written += count
            case .wouldBlock: break
            // A command that has closed its input has read all it wanted.
            case .failed, nil: return true
            }
            return state.written >= text.utf8.count
        }
        if isOver { close() }
    }

    /// Lets a write to a pipe that nobody reads fail, instead of ending the process; for this thread only, so that the program around
    /// this library keeps its own ways.
    private static func blockBrokenPipeSignal() {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGPIPE)
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
