public import LegworkCore
import LegworkHTTP

/// Tells of tasks in Telegram, as a bot. Later messages of a delivery answer the first; links show no preview.
public final class TelegramChannel: Channel {
    private let configuration: TelegramConfiguration
    private let http: ChannelHTTP

    /// Makes a channel.
    public init(_ configuration: TelegramConfiguration, _ means: ChannelMeans) {
        self.configuration = configuration
        let halves = configuration.token.revealed.split(separator: ":").map(String.init)
        let secrets = [configuration.token.revealed] + halves.dropFirst() + ChannelURL.secrets(in: configuration.api)
        http = ChannelHTTP("Telegram", means, secrets: secrets)
    }

    /// Messages in Telegram's HTML, and files.
    public var form: ChannelForm {
        .messages(
            MessageStyle(
                limit: MessageLimit(TelegramConfiguration.maximumText, .utf16),
                markup: .telegram,
                maximumAttachmentBytes: 20 << 20
            )
        )
    }

    /// Sends a message, and what goes with it. A target is `CHAT` or `CHAT/TOPIC`.
    public func send(_ piece: DeliveryPiece) async throws(ChannelError) -> PieceReceipt {
        let message = try piece.requireMessage()
        guard let place = piece.target.map(TelegramConfiguration.Place.init) ?? configuration.place else {
            throw piece.wrongTarget("a chat of Telegram: its id, @name of a channel, or either with /TOPIC")
        }
        let first = piece.previous?["first"]?.int
        var content: JSONObject = [
            "chat_id": Self.chat(place), "text": .string(message.marked), "parse_mode": "HTML",
            "link_preview_options": ["is_disabled": true],
        ]
        content["message_thread_id"] = place.topic.map { JSONValue($0) }
        if configuration.isSilent { content["disable_notification"] = true }
        content["reply_parameters"] = first.map(Self.reply)
        let reply = try await http.post(.object(content), to: method("sendMessage"))
        guard reply.isSuccess, reply.json?["ok"]?.bool == true else { throw refusal(reply, piece) }
        let id = reply.json?["result"]?["message_id"]?.int
        var receipt = JSONObject()
        receipt["message"] = id.map { JSONValue($0) }
        receipt["first"] = (first ?? id).map { JSONValue($0) }
        if let attachment = piece.attachment { receipt["file"] = .string(await send(attachment, to: place, under: first ?? id)) }
        return PieceReceipt(.object(receipt), pause: place.isGroup ? .seconds(3) : .seconds(1))
    }

    private func method(_ name: String) -> String { "\(configuration.api.revealed)/bot\(configuration.token.revealed)/\(name)" }

    private static func chat(_ place: TelegramConfiguration.Place) -> JSONValue {
        Int(place.chat).map { JSONValue($0) } ?? .string(place.chat)
    }

    private static func reply(to message: Int) -> JSONValue {
        ["message_id": JSONValue(message), "allow_sending_without_reply": true]
    }

    /// Sends a file. The message is there already, so that a file that is not taken is only missing: what came of it is the answer.
    private func send(_ attachment: MessageAttachment, to place: TelegramConfiguration.Place, under message: Int?) async -> String {
        guard var form = MultipartBody() else { return "not taken" }
        form.add("chat_id", place.chat)
        if let topic = place.topic { form.add("message_thread_id", "\(topic)") }
        if let message { form.add("reply_parameters", Self.reply(to: message).json()) }
        form.add("disable_notification", "true")
        form.add("document", attachment)
        do throws(ChannelError) {
            let reply = try await http.send(
                "POST",
                method("sendDocument"),
                headers: ["Content-Type": form.contentType],
                body: form.finished()
            )
            return reply.isSuccess ? "sent" : "not taken"
        } catch {
            return "not taken"
        }
    }

    private func refusal(_ reply: ChannelReply, _ piece: DeliveryPiece) -> ChannelError {
        let json = reply.json
        let description = json?["description"]?.string
        let words = description?.lowercased() ?? ""
        let (code, advice): (ChannelError.Code?, String?) =
            if let chat = json?["parameters"]?["migrate_to_chat_id"]?.int {
                (piece.fault(ofPlace: .misconfigured), "the group has become a supergroup; its chat id is now \(chat)")
            } else if reply.status == 403 {
                (piece.fault(ofPlace: .gone), "the bot may not write there: whoever is there has blocked or removed it")
            } else if reply.status == 404 || reply.status == 401 {
                (.misconfigured, "the bot's token is wrong, or the address of the API")
            } else if reply.status == 400, words.contains("chat not found") {
                (piece.fault(ofPlace: .misconfigured), "check the chat's id, and write to the bot there first")
            } else if reply.status == 400, words.contains("thread not found") || words.contains("topic") {
                (piece.fault(ofPlace: .misconfigured), "the topic is not there, or closed")
            } else {
                (nil, nil)
            }
        return http.refusal(
            reply,
            code,
            word: description,
            pause: HTTPText.pause(json?["parameters"]?["retry_after"]?.double),
            advice: advice,
            at: piece.now
        )
    }
}
