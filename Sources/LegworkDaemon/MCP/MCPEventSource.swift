import LegworkCore
import LegworkMCP
import Synchronization

/// The messages of one stream, between those who send them and the response that carries them.
///
/// Messages wait here until they are asked for, so a client that reads slowly holds no more memory than the log does. One response
/// carries a stream at a time: a later one takes over.
final class MCPEventSource: Sendable {
    /// What a reader gets.
    enum Batch: Sendable {
        case events([MCPEventLog.Event])
        /// There is nothing more for this reader.
        case over
    }

    /// What became of a request for which no stream has been opened yet.
    enum Opening: Sendable {
        /// There was nothing but the answer.
        case answer(bytes: [UInt8], status: Int)
        /// There is no answer, and never will be: the request was called off.
        case nothing
        /// Something comes before the answer, or it takes its time.
        case stream
    }

    private struct State {
        var log = MCPEventLog()
        var status: Int?
        var isHurried = false
        var isKept = false
        var reader = 0
        var waiter: CheckedContinuation<Void, Never>?
    }

    /// What the ids of its events name it.
    let number: Int
    /// Whether it is for what belongs to no request; otherwise it ends with the answer to one.
    let isListener: Bool
    private let state = Lock(State())

    init(number: Int = 0, isListener: Bool = false) {
        self.number = number
        self.isListener = isListener
    }

    /// How many bytes it holds.
    var bytes: Int { state.withLock { $0.log.bytes } }
    /// Whether no more messages will come.
    var isFinished: Bool { state.withLock { $0.log.isFinished } }

    /// Whether its client can come back to it.
    var isKept: Bool { state.withLock { $0.isKept } }

    func markKept() { state.withLock { $0.isKept = true } }

    // MARK: - Those who send

    func append(_ message: [UInt8]) { change { $0.log.append(message) } }

    /// Ends the stream, with an answer where there is one.
    func finish(_ answer: MCPAnswer? = nil) {
        let bytes = answer?.bytes
        change { state in
            if let bytes { state.log.append(bytes) }
            state.status = answer?.httpStatus
            state.log.finish()
        }
    }

    /// Says that the client has waited long enough to hear that its request is worked on.
    func hurry() { change { $0.isHurried = true } }

    private func change(_ body: (inout State) -> Void) {
        let waiter = state.withLock { state in
            body(&state)
            return state.waiter.take()
        }
        waiter?.resume()
    }

    // MARK: - Those who carry

    /// Waits until it is clear what a response has to be.
    func opening() async -> Opening {
        await wait { $0.log.last > 0 || $0.log.isFinished || $0.isHurried }
        return state.withLock { state in
            guard state.log.isFinished, state.log.last <= 1 else { return .stream }
            guard let status = state.status, let answer = state.log.events(after: 0).first else {
                return state.log.last == 0 ? .nothing : .stream
            }
            return .answer(bytes: answer.message, status: status)
        }
    }

    /// Begins to read, in the place of whoever does so now.
    ///
    /// - Returns: what to name when asking for events.
    func beginReading() -> Int {
        var reader = 0
        change { state in
            state.reader += 1
            reader = state.reader
        }
        return reader
    }

    /// Whether nobody else has taken over.
    func isRead(by reader: Int) -> Bool { state.withLock { $0.reader == reader } }

    /// Waits for events after a place.
    func next(after position: Int, as reader: Int) async -> Batch {
        await wait { $0.reader != reader || $0.log.isFinished || $0.log.last > position }
        return state.withLock { state in
            guard state.reader == reader, !Task.isCancelled else { return .over }
            let events = state.log.events(after: position)
            return events.isEmpty ? .over : .events(Array(events))
        }
    }

    /// Waits for the state to be as wanted, or for the cancellation of the calling Swift task.
    private func wait(until isReady: @Sendable (borrowing State) -> Bool) async {
        while !Task.isCancelled, !state.withLock({ isReady($0) }) {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isOver = state.withLock { state in
                        guard !Task.isCancelled, !isReady(state) else { return true }
                        state.waiter = continuation
                        return false
                    }
                    if isOver { continuation.resume() }
                }
            } onCancel: {
                change { _ in }
            }
        }
    }
}
