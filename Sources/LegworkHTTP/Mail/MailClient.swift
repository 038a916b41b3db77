public import LegworkEventLoop

/// Sends mail through a server, over libcurl's SMTP. Every message has a connection of its own: between two of them hours pass.
public final class MailClient: Sendable {
    /// The server.
    public let server: MailServer
    private let driver: CurlDriver

    /// Makes a client that runs on the loop, which must outlive its messages.
    ///
    /// - Throws: `MailError`: `invalid` for a server that cannot be meant, `failed` when memory or descriptors have run out.
    public init(_ server: MailServer, loop: EventLoop) throws(MailError) {
        _ = try server.url()
        self.server = server
        do throws(HTTPError) {
            driver = try CurlDriver(loop: loop)
        } catch {
            throw MailError(.failed, error.message)
        }
    }

    deinit { driver.retire() }

    /// Sends a message and returns when the server has taken it, for all of its recipients.
    ///
    /// - Returns: what the server said when it took it.
    /// - Throws: `MailError`. When one recipient is refused, nobody gets it.
    @discardableResult
    public func send(_ message: MailMessage) async throws(MailError) -> SMTPReply {
        guard (1...MailMessage.maximumRecipients).contains(message.to.count) else {
            throw MailError(.invalid, "a message has 1 to \(MailMessage.maximumRecipients) recipients, not \(message.to.count)")
        }
        return try await MailTransfer(message, to: server, driver: driver).run().get()
    }
}
