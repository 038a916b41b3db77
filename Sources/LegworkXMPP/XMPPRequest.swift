import LegworkCore
import Synchronization

/// One message on its way, between the thread that sends and the task that waits.
final class XMPPRequest: Sendable {
    typealias Outcome = Result<Void, XMPPError>

    private struct State {
        var waiter: CheckedContinuation<Outcome, Never>?
        var outcome: Outcome?
        var hasBegun = false
        var isCancelled = false
    }

    let message: XMPPMessage
    let deadline: ContinuousClock.Instant
    private let state = Lock(State())

    init(_ message: XMPPMessage, before deadline: ContinuousClock.Instant) {
        self.message = message
        self.deadline = deadline
    }

    /// What became of it.
    func outcome() async -> Outcome {
        await withCheckedContinuation { continuation in
            let outcome = state.withLock { state in
                if state.outcome == nil { state.waiter = continuation }
                return state.outcome
            }
            if let outcome { continuation.resume(returning: outcome) }
        }
    }

    /// It is being sent from now on; false when nobody waits for it any more.
    func begin() -> Bool {
        state.withLock { state in
            state.hasBegun = true
            return state.outcome == nil
        }
    }

    /// Why it must not go on; nil while it may.
    var objection: XMPPError? {
        if state.withLock({ $0.isCancelled }) { return XMPPError(.cancelled, "the XMPP server did not take the message in time") }
        return ContinuousClock.now < deadline ? nil : XMPPError(.timedOut, "the XMPP server did not answer in time")
    }

    /// What is being sent ends soon; what only waits ends at once.
    func cancel() {
        let hasBegun = state.withLock { state in
            state.isCancelled = true
            return state.hasBegun
        }
        if !hasBegun { finish(.failure(XMPPError(.cancelled, "the message was not sent in time"))) }
    }

    func finish(_ outcome: Outcome) {
        let waiter = state.withLock { state in
            if state.outcome == nil { state.outcome = outcome }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: outcome)
    }
}
