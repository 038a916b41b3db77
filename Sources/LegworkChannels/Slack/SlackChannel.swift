public import LegworkCore
import LegworkHTTP

/// Tells of tasks in Slack.
///
/// A bot puts the later messages of a delivery into the thread of the first, and a file too where it may. Nobody is mentioned, and links show no
/// preview.
public final class SlackChannel: Channel {
    /// Slack wants one message a second in a channel, and takes short bursts.
    private static let pause = Duration.seconds(1)

    private let configuration: SlackConfiguration
    private let http: ChannelHTTP

    /// Makes a channel.
    public init(_ configuration: SlackConfiguration, _ means: ChannelMeans) {
        self.configuration = configuration
        let secrets =
            switch configuration.access {
            case .webhook(let url): ChannelURL.secrets(in: url)
            case .bot(let token, _): [token.revealed] + ChannelURL.secrets(in: configuration.api)
            }
        http = ChannelHTTP("Slack", means, secrets: secrets)
    }

    /// Messages in mrkdwn; a bot takes files.
    public var form: ChannelForm {
        let takesFiles = if case .bot = configuration.access { true } else { false }
        return .messages(
            MessageStyle(
                limit: MessageLimit(SlackConfiguration.maximumText, .scalars),
                markup: .slack,
                maximumAttachmentBytes: takesFiles ? 10 << 20 : nil
            )
        )
    }

    /// Posts a message, and what goes with it.
    public func send(_ piece: DeliveryPiece) async throws(ChannelError) -> PieceReceipt {
        switch configuration.access {
        case .webhook(let url): try await send(piece, to: url)
        case .bot(let token, let channel): try await send(piece, as: token, in: channel)
        }
    }

    private func content(of piece: DeliveryPiece) throws(ChannelError) -> JSONObject {
        [
            "text": .string(try piece.requireMessage().marked), "mrkdwn": true, "unfurl_links": false, "unfurl_media": false,
            "link_names": false,
        ]
    }

    // MARK: - Incoming webhook

    private func send(_ piece: DeliveryPiece, to url: Secret) async throws(ChannelError) -> PieceReceipt {
        try piece.refuseTarget("a webhook of Slack")
        let reply = try await http.post(.object(try content(of: piece)), to: url.revealed)
        // Its answers are words, such as `ok` or `no_service`.
        guard reply.isSuccess else { throw http.refusal(reply, word: SlackFault.word(reply.text), at: piece.now) }
        return PieceReceipt(["ok": true], pause: Self.pause)
    }

    // MARK: - Bot

    private func send(_ piece: DeliveryPiece, as token: Secret, in channel: String) async throws(ChannelError) -> PieceReceipt {
        if let target = piece.target, !SlackConfiguration.isChannel(target) { throw piece.wrongTarget("a channel's id of Slack") }
        var content = try content(of: piece)
        content["channel"] = .string(piece.target ?? channel)
        let thread = piece.previous?["thread"]?.string
        content["thread_ts"] = thread.map(JSONValue.string)
        let answer = try await call("chat.postMessage", .object(content), token, piece)
        // Files are taken by the channel's id only, which the answer has where it was called by its name.
        guard let id = answer["channel"]?.string, let message = answer["ts"]?.string, message.utf8.count <= 100, id.utf8.count <= 100 else {
            throw ChannelError(.unavailable, "Slack took a message without saying which; it is sent again later")
        }
        var receipt: JSONObject = ["channel": .string(id), "ts": .string(message), "thread": .string(thread ?? message)]
        if let attachment = piece.attachment {
            receipt["file"] = .string(await upload(attachment, to: id, thread: thread ?? message, token, piece))
        }
        return PieceReceipt(.object(receipt), pause: Self.pause)
    }

    /// Calls a method. It answers 200 also for most of what goes wrong, and says so in the body.
    private func call(_ method: String, _ body: JSONValue, _ token: Secret, _ piece: DeliveryPiece) async throws(ChannelError) -> JSONValue
    {
        let reply = try await http.post(
            body,
            to: "\(configuration.api.revealed)/\(method)",
            headers: ["Authorization": "Bearer \(token.revealed)"]
        )
        let json = reply.json ?? .null
        if reply.isSuccess, json["ok"]?.bool == true { return json }
        let word = json["error"]?.string
        let fault = word.flatMap(SlackFault.init)
        throw http.refusal(
            reply,
            fault.map { $0.concernsPlace ? piece.fault(ofPlace: $0.code) : $0.code } ?? (word != nil && reply.isSuccess ? .rejected : nil),
            word: word.flatMap(SlackFault.word),
            advice: fault?.advice,
            at: piece.now
        )
    }

    /// Adds a file to the thread. The message is there already, so that a file that is not taken is only missing: what came of it is the answer.
    private func upload(
        _ attachment: MessageAttachment,
        to channel: String,
        thread: String,
        _ token: Secret,
        _ piece: DeliveryPiece
    ) async -> String {
        do throws(ChannelError) {
            let form = "filename=\(ChannelURL.encoded(attachment.safeName))&length=\(attachment.bytes.count)"
            let reply = try await http.send(
                "POST",
                "\(configuration.api.revealed)/files.getUploadURLExternal",
                headers: ["Authorization": "Bearer \(token.revealed)", "Content-Type": "application/x-www-form-urlencoded"],
                body: Array(form.utf8)
            )
            guard let url = reply.json?["upload_url"]?.string, let id = reply.json?["file_id"]?.string else {
                return reply.json?["error"]?.string.flatMap(SlackFault.word) ?? "not taken"
            }
            // The address is Slack's word: it is held to the same guard as all others.
            let taken = try await http.send("POST", url, headers: ["Content-Type": attachment.safeType], body: attachment.bytes)
            guard taken.isSuccess else { return "not taken" }
            let file: JSONValue = ["id": .string(id), "title": .string(attachment.safeName)]
            _ = try await call(
                "files.completeUploadExternal",
                ["files": [file], "channel_id": .string(channel), "thread_ts": .string(thread)],
                token,
                piece
            )
            return "sent"
        } catch {
            return "not taken"
        }
    }
}
