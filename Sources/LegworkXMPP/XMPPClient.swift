import LegworkCore
import Synchronization

/// Sends messages over XMPP, by libstrophe, one after the other over one connection. It is kept for a short time, so that the messages of a
/// delivery need no connection each, and nobody enters and leaves a room for each.
public final class XMPPClient: Sendable {
    /// How long a connection is kept. Shorter than servers and the network on the way bear silence.
    private static let idleLimit = Duration.seconds(30)

    private let account: XMPPAccount
    private let line = XMPPLine()

    /// Makes a client. It connects when a message is sent, on a thread of its own.
    public init(_ account: XMPPAccount) { self.account = account }

    deinit { line.close() }

    /// Sends a message, and returns when the server has dealt with it.
    ///
    /// - Parameter timeLimit: how long all of it may take.
    /// - Throws: ``XMPPError``.
    public func send(_ message: XMPPMessage, timeLimit: Duration = .seconds(60)) async throws(XMPPError) {
        let request = XMPPRequest(message, before: ContinuousClock.now + timeLimit)
        let (line, account) = (line, account)
        if line.add(request) {
            let code = BlockingThread.start { XMPPConnection.serve(line, as: account, keptFor: Self.idleLimit) }
            if code != nil { line.fail(XMPPError(.failed, "there is no thread to send with")) }
        }
        let result = await withTaskCancellationHandler {
            await request.outcome()
        } onCancel: {
            request.cancel()
        }
        try result.get()
    }
}
