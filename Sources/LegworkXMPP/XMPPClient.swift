import LegworkCore
import Synchronization

/// Sends messages over XMPP, by libstrophe. Each has a connection of its own, on a thread of its own: between two of them hours pass.
public struct XMPPClient: Sendable {
    private let account: XMPPAccount

    /// Makes a client. It connects when a message is sent.
    public init(_ account: XMPPAccount) { self.account = account }

    /// Sends a message, and returns when the server has dealt with it.
    ///
    /// - Parameter timeLimit: how long all of it may take.
    /// - Throws: ``XMPPError``.
    public func send(_ message: XMPPMessage, timeLimit: Duration = .seconds(60)) async throws(XMPPError) {
        let (account, cancellation) = (account, Cancellation())
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Result<Void, XMPPError>, Never>) in
                let deadline = ContinuousClock.now + timeLimit
                let code = BlockingThread.start {
                    continuation.resume(
                        returning: XMPPConnection.send(message, by: account, before: deadline) { cancellation.isCancelled }
                    )
                }
                if code != nil { continuation.resume(returning: .failure(XMPPError(.failed, "there is no thread to send with"))) }
            }
        } onCancel: {
            cancellation.cancel()
        }
        try result.get()
    }
}

/// Whether somebody wants it to end.
private final class Cancellation: Sendable {
    private let state = Atomic(false)

    var isCancelled: Bool { state.load(ordering: .relaxed) }

    func cancel() { state.store(true, ordering: .relaxed) }
}
