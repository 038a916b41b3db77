public import LegworkCore
import LegworkXMPP

/// Sends messages over XMPP, to a person or into a room.
public struct XMPPChannel: Channel {
    private let configuration: XMPPChannelConfiguration
    private let client: XMPPClient

    /// Messages of a length that rooms take.
    public let form = ChannelForm.messages(MessageStyle(limit: MessageLimit(5000, .utf8), maximumMessages: 5, markup: .plain))

    /// Makes a channel.
    public init(_ configuration: XMPPChannelConfiguration) {
        self.configuration = configuration
        client = XMPPClient(configuration.account)
    }

    /// Sends a message, and returns when the server has dealt with it. One that comes again has the id that it had.
    public func send(_ piece: DeliveryPiece) async throws(ChannelError) -> PieceReceipt {
        var to = configuration.to
        if let target = piece.target {
            guard let address = JID(target) else { throw ChannelError(.rejected, "the target of the redirect is no XMPP address") }
            to = address
        }
        let text = piece.message?.plain ?? piece.content.text
        do throws(XMPPError) {
            try await client.send(XMPPMessage(to: to, nickname: configuration.nickname, id: piece.key, text: text))
            return PieceReceipt()
        } catch {
            throw ChannelError(error, isOwnPlace: piece.target == nil)
        }
    }
}

extension ChannelError {
    /// Says what an error of XMPP means for a channel.
    init(_ error: XMPPError, isOwnPlace: Bool) {
        switch error.code {
        case .addressNotAllowed, .encryption, .login: self.init(.misconfigured, error.message)
        case .refused:
            let code: Code =
                switch error.condition {
                case "resource-constraint", "policy-violation": .rateLimited
                case "remote-server-timeout", "internal-server-error", "unexpected-request", "conflict": .unavailable
                case "item-not-found", "gone", "remote-server-not-found", "service-unavailable", "forbidden", "registration-required":
                    isOwnPlace ? .gone : .rejected
                default: .rejected
                }
            self.init(code, error.message)
        default: self.init(.unavailable, error.message)
        }
    }
}
