public import LegworkCore
import LegworkHTTP

/// Tells of tasks as notifications of ntfy.
///
/// The key of a piece is the notification's `sequence_id`: on servers that know it (2.16), one that comes again takes the place of the first.
public final class NtfyChannel: Channel {
    private let configuration: NtfyConfiguration
    private let http: ChannelHTTP

    /// Makes a channel.
    public init(_ configuration: NtfyConfiguration, _ means: ChannelMeans) {
        self.configuration = configuration
        let login: [String] =
            switch configuration.login {
            case nil: []
            case .token(let token)?: [token.revealed]
            case .password(let user, let password)?: [password.revealed, Base64.text(of: Array("\(user):\(password.revealed)".utf8))]
            }
        http = ChannelHTTP("ntfy", means, secrets: [configuration.topic.revealed] + login + ChannelURL.secrets(in: configuration.server))
    }

    /// Messages in plain text, and files.
    public var form: ChannelForm {
        .messages(
            MessageStyle(limit: MessageLimit(NtfyConfiguration.maximumText, .utf8), markup: .plain, maximumAttachmentBytes: 2 << 20)
        )
    }

    /// Publishes a notification, and a second one with the file where there is one. A target is a topic.
    public func send(_ piece: DeliveryPiece) async throws(ChannelError) -> PieceReceipt {
        if let target = piece.target, !NtfyConfiguration.isTopic(target) { throw piece.wrongTarget("a topic of ntfy") }
        let topic = piece.target ?? configuration.topic.revealed
        let reply = try await http.post(.object(try notification(for: piece, topic)), to: configuration.server.revealed, headers: login)
        guard reply.isSuccess else { throw refusal(reply, piece) }
        var receipt = JSONObject()
        if let id = reply.json?["id"]?.string, id.utf8.count <= 64, let said = http.said(id) { receipt["message"] = .string(said) }
        if let attachment = piece.attachment { receipt["file"] = .string(await send(attachment, to: topic)) }
        return PieceReceipt(.object(receipt))
    }

    private func notification(for piece: DeliveryPiece, _ topic: String) throws(ChannelError) -> JSONObject {
        let status = piece.content.status
        var notification: JSONObject = [
            "topic": .string(topic), "message": .string(try piece.requireMessage().plain),
            "priority": JSONValue(configuration.priority ?? Self.priority(of: status)),
            "tags": .array(([Self.tag(of: status)] + configuration.tags).map(JSONValue.string)), "sequence_id": .string(piece.key),
        ]
        notification["click"] = piece.link.map(JSONValue.string)
        // The app shows three buttons at most.
        if !piece.answers.isEmpty {
            notification["actions"] = .array(
                piece.answers.prefix(3).map { ["action": "view", "label": .string($0.label), "url": .string($0.url)] }
            )
        }
        return notification
    }

    private var login: HTTPHeaders {
        switch configuration.login {
        case nil: [:]
        case .token(let token)?: ["Authorization": "Bearer \(token.revealed)"]
        case .password(let user, let password)?:
            ["Authorization": "Basic \(Base64.text(of: Array("\(user):\(password.revealed)".utf8)))"]
        }
    }

    private static func priority(of status: TaskStatus) -> Int {
        switch status {
        case .failed, .inputRequired: 4
        case .completed, .cancelled, .stopped, .queued, .running: 3
        }
    }

    /// A tag that the app shows as a picture.
    private static func tag(of status: TaskStatus) -> String {
        switch status {
        case .completed: "white_check_mark"
        case .failed: "x"
        case .cancelled: "no_entry_sign"
        case .inputRequired: "question"
        case .stopped, .queued, .running: "hourglass"
        }
    }

    /// Sends a file. The message is there already, so that a file that is not taken is only missing: what came of it is the answer.
    private func send(_ attachment: MessageAttachment, to topic: String) async -> String {
        var headers = login
        headers["Filename"] = attachment.safeName
        headers["Content-Type"] = attachment.safeType
        headers["Priority"] = "1"
        do throws(ChannelError) {
            let reply = try await http.send(
                "PUT",
                "\(configuration.server.revealed)/\(topic)",
                headers: headers,
                body: attachment.bytes
            )
            return reply.isSuccess ? "sent" : "not taken"
        } catch {
            return "not taken"
        }
    }

    private func refusal(_ reply: ChannelReply, _ piece: DeliveryPiece) -> ChannelError {
        let json = reply.json
        let words = [json?["code"]?.int.map { "\($0)" }, json?["error"]?.string].compactMap(\.self)
        let isElsewhere = reply.status == 404 || reply.status == 410
        let code: ChannelError.Code? =
            switch reply.status {
            case 403: piece.fault(ofPlace: .misconfigured)
            default: isElsewhere ? .misconfigured : nil
            }
        return http.refusal(
            reply,
            code,
            word: words.isEmpty ? nil : words.joined(separator: " "),
            advice: isElsewhere ? "there is no ntfy at the configured server" : nil,
            at: piece.now
        )
    }
}
