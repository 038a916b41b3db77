public import LegworkCore
import LegworkHTTP

/// Posts what became of tasks to a URL, signed as Standard Webhooks 1.0.0 says.
///
/// `webhook-id` is the same at every try; `webhook-signature` has one signature for each key.
public final class WebhookChannel: Channel {
    private let configuration: WebhookConfiguration
    private let http: ChannelHTTP

    /// Makes a channel.
    public init(_ configuration: WebhookConfiguration, _ means: ChannelMeans) {
        self.configuration = configuration
        let secrets = configuration.keys.map(\.text) + configuration.headers.flatMap { ChannelURL.secrets(inField: $0.value) }
        http = ChannelHTTP("the webhook", means, secrets: ChannelURL.secrets(in: configuration.url) + secrets)
    }

    /// A document.
    public var form: ChannelForm { .document }

    /// Posts the document; anything but 2xx is a failure, and `410` means that it must not be sent there again.
    public func send(_ piece: DeliveryPiece) async throws(ChannelError) -> PieceReceipt {
        let payload = WebhookPayload(piece)
        let body =
            switch configuration.payload {
            case .thin: payload.thin(below: WebhookConfiguration.thinLimit)
            case .full: payload.full
            }
        let seconds = piece.now.milliseconds / 1000
        var headers = HTTPHeaders(configuration.headers.map { .init(name: $0.name, value: $0.value.revealed) })
        headers["Content-Type"] = "application/json"
        headers["webhook-id"] = piece.key
        headers["webhook-timestamp"] = "\(seconds)"
        if !configuration.keys.isEmpty {
            headers["webhook-signature"] = configuration.keys.map { $0.signature(id: piece.key, seconds: seconds, body: body) }
                .joined(separator: " ")
        }
        let reply = try await http.send("POST", configuration.url.revealed, headers: headers, body: body)
        // What a receiver says beside it is its own affair.
        if reply.hasGoodStatus { return PieceReceipt(["status": JSONValue(reply.status)]) }
        let word = reply.json.flatMap { ($0["error"]?.string ?? $0["message"]?.string) } ?? (reply.json == nil ? reply.text : nil)
        throw http.refusal(reply, reply.status == 404 ? .misconfigured : nil, word: word, at: piece.now)
    }
}
