import LegworkCore
import LegworkEventLoop
import Synchronization

/// Reports the last line of an output, the first at once and then at most one per interval. Its timer runs only while output arrives.
final class StatusReporter: Sendable {
    /// The longest report, in UTF-8 bytes.
    static let maximumLength = 200
    /// How much of the output's end is searched for a line that shows something.
    static let searchedBytes = 4096

    private struct State {
        var timer: EventLoop.Timer?
        var isWaiting = false
        var isDue = false
        var isClosed = false
        var last: String?
    }

    private let loop: EventLoop
    private let interval: Duration
    private let tail: @Sendable () -> [UInt8]
    private let report: @Sendable (String) -> Void
    private let state = Lock(State())

    /// - Parameters:
    ///   - tail: the last bytes of the output.
    ///   - report: hears the lines.
    init(loop: EventLoop, interval: Duration, tail: @escaping @Sendable () -> [UInt8], report: @escaping @Sendable (String) -> Void) {
        self.loop = loop
        self.interval = interval
        self.tail = tail
        self.report = report
    }

    /// Says that there is new output. Only on the loop's thread.
    func outputGrew() {
        let mayReport = state.withLock { state in
            if state.isWaiting { state.isDue = true }
            return !state.isWaiting && !state.isClosed
        }
        if mayReport { reportNow() }
    }

    /// Reports what is unreported, and stops. Only on the loop's thread.
    func close() {
        let (timer, isDue) = state.withLock { state in
            state.isClosed = true
            return (state.timer.take(), state.isDue)
        }
        timer?.cancel()
        if isDue { reportLine() }
    }

    private func reportNow() {
        reportLine()
        state.withLock { state in
            state.isWaiting = true
            state.isDue = false
        }
        // The loop may have stopped; then there is nobody to report for.
        let timer = try? loop.schedule(after: interval) { [weak self] in self?.intervalPassed() }
        state.withLock { $0.timer = timer }
    }

    private func intervalPassed() {
        let isDue = state.withLock { state in
            state.isWaiting = false
            return state.isDue && !state.isClosed
        }
        if isDue { reportNow() }
    }

    private func reportLine() {
        guard let line = TerminalText.lastLine(of: tail()[...], limit: Self.maximumLength) else { return }
        let isNew = state.withLock { state in
            defer { state.last = line }
            return state.last != line
        }
        if isNew { report(line) }
    }
}
