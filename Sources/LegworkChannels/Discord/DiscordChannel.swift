public import LegworkCore
import LegworkHTTP

/// Tells of tasks in Discord. Nobody is pinged, and links show no preview.
public final class DiscordChannel: Channel {
    /// A message's flag by which links in it show no preview.
    private static let suppressEmbeds = 4

    private let configuration: DiscordConfiguration
    private let http: ChannelHTTP

    /// Makes a channel.
    public init(_ configuration: DiscordConfiguration, _ means: ChannelMeans) {
        self.configuration = configuration
        http = ChannelHTTP("Discord", means, secrets: ChannelURL.secrets(in: configuration.url))
    }

    /// Messages in Discord's Markdown, and files.
    public var form: ChannelForm {
        .messages(
            MessageStyle(
                limit: MessageLimit(DiscordConfiguration.maximumText, .scalars),
                markup: .discord,
                maximumAttachmentBytes: 8 << 20
            )
        )
    }

    /// Executes the webhook and waits until the message is there. A target is a thread's id.
    public func send(_ piece: DeliveryPiece) async throws(ChannelError) -> PieceReceipt {
        let message = try piece.requireMessage()
        if let target = piece.target, !DiscordConfiguration.isID(target) { throw piece.wrongTarget("a thread's id of Discord, a number") }
        var url = ChannelURL.adding("wait", "true", to: configuration.url.revealed)
        if let thread = piece.target ?? configuration.thread { url = ChannelURL.adding("thread_id", thread, to: url) }
        var content: JSONObject = [
            "content": .string(message.marked), "allowed_mentions": ["parse": []], "flags": JSONValue(Self.suppressEmbeds),
        ]
        content["username"] = configuration.username.map(JSONValue.string)
        if let attachment = piece.attachment, let reply = try await post(content, with: attachment, to: url) {
            if reply.isSuccess { return receipt(of: reply, file: "sent") }
            // What is not the file's fault is found again without it.
            guard reply.status == 400 || reply.status == 413 else { throw refusal(reply, piece) }
            let plain = try await http.post(.object(content), to: url)
            guard plain.isSuccess else { throw refusal(plain, piece) }
            return receipt(of: plain, file: "not taken")
        }
        let reply = try await http.post(.object(content), to: url)
        guard reply.isSuccess else { throw refusal(reply, piece) }
        return receipt(of: reply, file: nil)
    }

    private func post(
        _ content: JSONObject,
        with attachment: MessageAttachment,
        to url: String
    ) async throws(ChannelError) -> ChannelReply? {
        guard var form = MultipartBody() else { return nil }
        form.add("payload_json", JSONValue.object(content).json(), type: "application/json")
        form.add("files[0]", attachment)
        return try await http.send("POST", url, headers: ["Content-Type": form.contentType], body: form.finished())
    }

    private func receipt(of reply: ChannelReply, file: String?) -> PieceReceipt {
        var receipt = JSONObject()
        for (name, key) in [("message", "id"), ("channel", "channel_id")] {
            if let id = reply.json?[key]?.string, DiscordConfiguration.isID(id) { receipt[name] = .string(id) }
        }
        receipt["file"] = file.map(JSONValue.string)
        // Discord says with each answer how many more it takes, and until when.
        let isLast = reply.headers["X-RateLimit-Remaining"] == "0"
        let pause = isLast ? HTTPText.pause(reply.headers["X-RateLimit-Reset-After"].flatMap(Double.init)) : nil
        return PieceReceipt(.object(receipt), pause: pause ?? .zero)
    }

    private func refusal(_ reply: ChannelReply, _ piece: DeliveryPiece) -> ChannelError {
        let json = reply.json
        let number = json?["code"]?.int
        let hasThread = piece.target ?? configuration.thread != nil
        let (code, advice): (ChannelError.Code?, String?) =
            switch (reply.status, number) {
            case (404, 10015): (.gone, "the webhook was deleted; make another and configure its URL")
            case (404, _) where hasThread: (piece.fault(ofPlace: .gone), "the thread is not there")
            case (400, 50083), (400, 160_005): (piece.fault(ofPlace: .misconfigured), "the thread is archived or locked")
            case (400, 220_001), (400, 220_002), (400, 220_003):
                (piece.fault(ofPlace: .misconfigured), "the webhook belongs to a forum: name a thread of it")
            case (401, 50027): (.misconfigured, "the webhook's token is wrong; configure its URL anew")
            default: (nil, nil)
            }
        let words = [number.map { "\($0)" }, json?["message"]?.string].compactMap(\.self)
        return http.refusal(
            reply,
            code,
            word: words.isEmpty ? nil : words.joined(separator: " "),
            pause: HTTPText.pause(json?["retry_after"]?.double),
            advice: advice,
            at: piece.now
        )
    }
}
