import LegworkCore
import LegworkEventLoop
import Synchronization

/// Reads a command's output pipe on an event loop, a bounded piece per turn, so that a talkative command cannot starve others.
final class OutputReader: Sendable {
    /// What is read at most per turn.
    static let pieceSize = 64 << 10
    /// The largest pipe an unprivileged process can make: what a command wrote before its end fits in there.
    private static let largestPipe = 1 << 20
    /// The pause between two pieces of output that nobody wants any more.
    private static let discardPause = Duration.milliseconds(100)

    private enum Outcome {
        case more, nothingYet, ended
    }

    private struct State: ~Copyable {
        /// Nil when the output has ended.
        var descriptor: Descriptor?
        var watch: EventLoop.Watch?
        var resume: EventLoop.Timer?
        /// Nil when nobody wants what is read.
        var collector: OutputCollector?
    }

    /// The reading end's number; valid while the state has its descriptor.
    private let number: Int32
    private let loop: EventLoop
    private let state: Lock<State>

    /// - Parameters:
    ///   - descriptor: the reading end; non-blocking.
    ///   - collector: takes what is read.
    init(_ descriptor: consuming Descriptor, into collector: OutputCollector, loop: EventLoop) {
        number = descriptor.number
        state = Lock(State(descriptor: descriptor, collector: collector))
        self.loop = loop
    }

    /// Begins to read. Only on the loop's thread, on which the closures are called too.
    ///
    /// - Parameters:
    ///   - onPiece: called after every piece.
    ///   - onEnd: called when nobody holds the other end any more.
    func begin(onPiece: @escaping @Sendable () -> Void, onEnd: @escaping @Sendable () -> Void) throws(SystemError) {
        let watch = try loop.watch(descriptor: number, for: .read) {
            switch self.readPiece() {
            case .more: onPiece()
            case .nothingYet: break
            case .ended:
                self.close()
                onEnd()
            }
        }
        state.withLock { $0.watch = watch }
    }

    private func close() {
        // The descriptor must outlive its watch.
        state.withLock { $0.watch.take() }?.cancel()
        state.withLock { $0.resume.take() }?.cancel()
        state.withLock { $0.descriptor = nil }
    }

    /// Reads what is there and stops. Only on the loop's thread.
    ///
    /// - Returns: whether the output has been read to its end. If not, it stays open, and what still comes is thrown away: a process that
    ///   was left behind must not die or hang because nobody reads what it has to say.
    func finish() -> Bool {
        if state.withLock({ $0.descriptor == nil }) { return true }
        state.withLock { $0.watch.take() }?.cancel()
        for _ in 0..<(Self.largestPipe / Self.pieceSize) {
            switch readPiece() {
            case .more: continue
            case .nothingYet: break
            case .ended:
                close()
                return true
            }
            break
        }
        discardRest()
        return false
    }

    private func discardRest() {
        let watch = try? loop.watch(descriptor: number, for: .read) { self.discardPiece() }
        state.withLock { state in
            state.watch = watch
            state.collector = nil
        }
    }

    private func discardPiece() {
        if readPiece() == .ended { return close() }
        let watch = state.withLock { $0.watch }
        // It may talk without end, and shall not keep the loop busy with it.
        watch?.disable()
        let timer = try? loop.schedule(after: Self.discardPause) { watch?.enable() }
        state.withLock { $0.resume = timer }
    }

    private func readPiece() -> Outcome {
        let collector = state.withLock { $0.collector }
        return unsafe withUnsafeTemporaryAllocation(byteCount: Self.pieceSize, alignment: 16) { buffer in
            switch unsafe Descriptor.read(number, into: buffer) {
            case .bytes(0): return .ended
            case .bytes(let count):
                unsafe collector?.take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                return .more
            case .wouldBlock: return .nothingYet
            case .failed: return .ended
            }
        }
    }
}
