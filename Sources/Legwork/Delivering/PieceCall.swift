import LegworkCore
import Synchronization

/// One call of a channel, which is waited for as long as it may take. A channel that does not heed its cancellation goes on by itself.
final class PieceCall: Sendable {
    typealias Answer = Result<PieceReceipt, ChannelError>

    private struct State {
        var answer: Answer?
        var isOver = false
        var waiting: CheckedContinuation<Answer?, Never>?
    }

    private let state = Lock(State())
    private let work: Task<Answer, Never>

    /// Begins the call.
    init(_ channel: any Channel, _ piece: DeliveryPiece) {
        work = Task {
            do throws(ChannelError) {
                return .success(try await channel.send(piece))
            } catch {
                return .failure(error)
            }
        }
    }

    /// Waits for the answer; nil when there is none within the time limit, or until ``giveUp()``.
    func answer(within limit: Duration, _ deadlines: DeadlineHeap) async -> Answer? {
        let ticket = deadlines.schedule(after: max(limit, .milliseconds(1))) { [weak self] in self?.giveUp() }
        defer { deadlines.cancel(ticket) }
        let work = work
        Task { self.settle(await work.value) }
        return await withCheckedContinuation { continuation in
            let settled = state.withLock { state -> Answer?? in
                if let answer = state.answer { return .some(answer) }
                if state.isOver { return .some(nil) }
                state.waiting = continuation
                return nil
            }
            if let settled { continuation.resume(returning: settled) }
        }
    }

    /// What the call gives in the end, however long that takes.
    var lateAnswer: Answer { get async { await work.value } }

    /// The time is over.
    func giveUp() {
        work.cancel()
        let waiting = state.withLock { state in
            state.isOver = true
            return state.waiting.take()
        }
        waiting?.resume(returning: nil)
    }

    private func settle(_ answer: Answer) {
        let waiting = state.withLock { state in
            if !state.isOver { state.answer = answer }
            return state.isOver ? nil : state.waiting.take()
        }
        waiting?.resume(returning: answer)
    }
}
