import LegworkCore
import Synchronization

/// Takes a command's output: counts it, writes it down, and keeps its end.
final class OutputCollector: Sendable {
    /// What became of the output.
    struct Summary {
        var byteCount: Int
        var tail: [UInt8]
        var error: String?
    }

    private struct State {
        var tail: TailBuffer
        var error: String?
    }

    private let output: any ToolOutput
    private let state: Lock<State>

    /// - Parameter tailBytes: how much of the end is kept.
    init(_ output: any ToolOutput, tailBytes: Int) {
        self.output = output
        state = Lock(State(tail: TailBuffer(capacity: tailBytes)))
    }

    /// Takes the next bytes. A fault of the output does not stop the command: the rest is counted and dropped.
    func take(_ bytes: UnsafeRawBufferPointer) {
        let hasFailed = state.withLock { state in
            unsafe state.tail.append(bytes)
            return state.error != nil
        }
        // After a gap, what is written next would stand in the wrong place.
        if hasFailed { return }
        do {
            unsafe try output.append(bytes)
        } catch {
            let text = "\(error)"
            state.withLock { $0.error = text }
        }
    }

    /// The last bytes, at most so many.
    func end(_ count: Int) -> [UInt8] {
        state.withLock { Array($0.tail.bytes.suffix(count)) }
    }

    /// What became of the output so far.
    var summary: Summary {
        state.withLock { Summary(byteCount: $0.tail.total, tail: Array($0.tail.bytes), error: $0.error) }
    }
}
