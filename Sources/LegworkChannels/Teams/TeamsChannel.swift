public import LegworkCore
import LegworkHTTP

/// Tells of tasks in Microsoft Teams, each message as an Adaptive Card.
public final class TeamsChannel: Channel {
    private let configuration: TeamsConfiguration
    private let http: ChannelHTTP

    /// Makes a channel.
    public init(_ configuration: TeamsConfiguration, _ means: ChannelMeans) {
        self.configuration = configuration
        http = ChannelHTTP("Teams", means, secrets: ChannelURL.secrets(in: configuration.url))
    }

    /// Messages in Markdown, whose blocks of code become elements of their own.
    public var form: ChannelForm {
        .messages(MessageStyle(limit: MessageLimit(TeamsConfiguration.maximumText, .utf8), markup: .markdown))
    }

    /// Posts a card to the workflow.
    public func send(_ piece: DeliveryPiece) async throws(ChannelError) -> PieceReceipt {
        let message = try piece.requireMessage()
        try piece.refuseTarget("a workflow of Teams")
        var body = Self.body(TeamsCard(message.marked))
        // Very many blocks of code take more room than what is in them.
        if body.count > TeamsConfiguration.maximumPayload { body = Self.body(TeamsCard(plain: message.plain)) }
        guard body.count <= TeamsConfiguration.maximumPayload else {
            throw ChannelError(.rejected, "the message is larger than Teams takes, which is \(TeamsConfiguration.maximumPayload) bytes")
        }
        let reply = try await http.send(
            "POST",
            configuration.url.revealed,
            headers: ["Content-Type": "application/json; charset=utf-8"],
            body: body
        )
        if reply.isSuccess { return PieceReceipt(["status": JSONValue(reply.status)]) }
        let error = reply.json?["error"]
        throw http.refusal(reply, word: error?["code"]?.string ?? error?["message"]?.string, at: piece.now)
    }

    private static func body(_ card: TeamsCard) -> [UInt8] {
        let attachment: JSONValue = [
            "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": nil, "content": card.json,
        ]
        return (["type": "message", "attachments": [attachment]] as JSONValue).jsonBytes()
    }
}
