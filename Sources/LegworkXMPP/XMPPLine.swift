import LegworkCore
import Synchronization

/// The messages that wait for the one thread that sends them.
final class XMPPLine: Sendable {
    private struct State {
        var waiting: [XMPPRequest] = []
        var hasThread = false
        var isClosed = false
    }

    private let state = Lock(State())

    /// Whether nothing more will come.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Adds a message.
    ///
    /// - Returns: whether a thread is to be started for it.
    func add(_ request: XMPPRequest) -> Bool {
        state.withLock { state in
            state.waiting.append(request)
            defer { state.hasThread = true }
            return !state.hasThread
        }
    }

    /// Takes the next message; nil when there is none, and then the thread has to end.
    func nextOrEnd() -> XMPPRequest? {
        state.withLock { state in
            state.hasThread = !state.waiting.isEmpty
            return state.hasThread ? state.waiting.removeFirst() : nil
        }
    }

    /// Takes the next message; nil when there is none yet.
    func next() -> XMPPRequest? { state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() } }

    /// There is no thread.
    func fail(_ error: XMPPError) { while let request = nextOrEnd() { request.finish(.failure(error)) } }

    func close() { state.withLock { $0.isClosed = true } }
}
