import Glibc
import LegworkCore

/// Writes whole lines to a descriptor, one after the other, on a thread of its own.
package final class LineWriter: Sendable {
    /// How many bytes may wait before notifications, which can be done without, are dropped.
    private static let droppingLimit = 1 << 20

    private struct Line: Sendable {
        var bytes: [UInt8]
        var whenWritten: CheckedContinuation<Void, Never>?
    }

    private struct State: Sendable {
        var lines: [Line] = []
        var waitingBytes = 0
        var isFinished = false
    }

    private let output: Int32
    private let whenBroken: @Sendable () -> Void
    private let state = Monitor(State())

    /// - Parameters:
    ///   - output: the descriptor.
    ///   - whenBroken: called once when nobody reads any more.
    package init(_ output: Int32, whenBroken: @escaping @Sendable () -> Void) {
        self.output = output
        self.whenBroken = whenBroken
    }

    /// Begins to write.
    package func start() throws(MCPStdioError) {
        if let code = BlockingThread.start({ self.work() }) { throw MCPStdioError("no thread can be started", code) }
    }

    /// Writes a line; returns when it is written, or never will be.
    package func write(_ bytes: [UInt8]) async {
        await withCheckedContinuation { continuation in
            let isTaken = state.update { state in
                guard !state.isFinished else { return false }
                state.lines.append(Line(bytes: bytes + [0x0A], whenWritten: continuation))
                state.waitingBytes += bytes.count + 1
                return true
            }
            if !isTaken { continuation.resume() }
        }
    }

    /// Writes a message of the server's some time. A notification can be done without when too much is waiting already.
    func post(_ message: MCPNotification) { post(message.bytes, isDroppable: !message.isRequest) }

    /// Writes a line some time, unless it may be dropped and too much is waiting already.
    package func post(_ bytes: [UInt8], isDroppable: Bool = true) {
        state.update { state in
            guard !state.isFinished, !isDroppable || state.waitingBytes + bytes.count < Self.droppingLimit else { return }
            state.lines.append(Line(bytes: bytes + [0x0A], whenWritten: nil))
            state.waitingBytes += bytes.count + 1
        }
    }

    /// Takes no more lines, and gives up those that are not written.
    package func finish() {
        let given = state.update { state -> [Line] in
            state.isFinished = true
            defer { state.lines = [] }
            return state.lines
        }
        for line in given { line.whenWritten?.resume() }
    }

    private func work() {
        while true {
            let lines = state.wait { state -> [Line]? in
                if state.isFinished { return [] }
                guard !state.lines.isEmpty else { return nil }
                defer { state.lines = [] }
                return state.lines
            }
            if lines.isEmpty { return }
            var isBroken = false
            for line in lines {
                isBroken = isBroken || !writeAll(line.bytes)
                state.update { $0.waitingBytes -= line.bytes.count }
                line.whenWritten?.resume()
            }
            if isBroken {
                finish()
                whenBroken()
                return
            }
        }
    }

    /// Writes bytes to the last; false when nobody reads any more.
    private func writeAll(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(output, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count >= 0 {
                    rest = rest.dropFirst(count)
                } else if errno == EAGAIN {
                    // A parent may have made its end of the pipe, and with it ours, non-blocking.
                    var watched = pollfd(fd: output, events: Int16(POLLOUT), revents: 0)
                    _ = poll(&watched, 1, -1)
                } else if errno != EINTR {
                    return false
                }
            }
            return true
        }
    }
}
