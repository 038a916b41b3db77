import LegworkCore
import Synchronization

/// Commands that belong together, and somebody who waits for their answers. They are sent in one piece and answered together.
final class RedisOrder: Sendable {
    typealias Answer = Result<[RedisReply], RedisError>

    let commands: [RedisCommand]
    /// The size of the commands.
    let bytes: Int
    /// Whether the commands may be sent again when it is unknown whether they were executed.
    let isRepeatable: Bool
    /// When the order has waited long enough.
    let deadline: ContinuousClock.Instant

    private enum State {
        case new
        case waiting(CheckedContinuation<Answer, Never>)
        case answered(Answer)
        case over
    }

    private let state = Lock(State.new)

    init(_ commands: [RedisCommand], isRepeatable: Bool, deadline: ContinuousClock.Instant) {
        self.commands = commands
        bytes = commands.reduce(0) { $0 + $1.encoded.count }
        self.isRepeatable = isRepeatable
        self.deadline = deadline
    }

    /// Whether nobody waits any more.
    var isOver: Bool {
        state.withLock { state in
            switch state {
            case .new, .waiting: false
            case .answered, .over: true
            }
        }
    }

    /// Gives the answer to who waits, or will. Only the first one counts.
    func finish(_ answer: Answer) {
        let continuation = state.withLock { state -> CheckedContinuation<Answer, Never>? in
            switch state {
            case .new:
                state = .answered(answer)
                return nil
            case .waiting(let continuation):
                state = .over
                return continuation
            case .answered, .over: return nil
            }
        }
        continuation?.resume(returning: answer)
    }

    /// Waits for the answer; a cancelled Swift task does not wait.
    func answer() async -> Answer {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Answer? in
                    guard case .answered(let answer) = state else {
                        state = .waiting(continuation)
                        return nil
                    }
                    state = .over
                    return answer
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            finish(.failure(RedisError(.cancelled, "the wait for Redis was cancelled; the command may have been executed")))
        }
    }
}
