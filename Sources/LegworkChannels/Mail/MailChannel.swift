public import LegworkCore
public import LegworkEventLoop
public import LegworkHTTP

/// Sends mail. All messages about a task are one conversation, and a message that is sent again has the id that it had.
public struct MailChannel: Channel {
    /// The longest message, in bytes; of a longer result the whole goes with it as a file.
    private static let maximumBytes = 200_000
    /// The largest file, in bytes. In base64 it is a little smaller than what servers take by custom, 10 MB.
    private static let maximumAttachmentBytes = 7 << 20

    private let configuration: MailChannelConfiguration
    private let client: MailClient

    /// One long message, with a file where the result is longer.
    public let form = ChannelForm.messages(
        MessageStyle(
            limit: MessageLimit(maximumBytes, .utf8),
            maximumMessages: 1,
            markup: .plain,
            maximumAttachmentBytes: maximumAttachmentBytes
        )
    )

    /// Makes a channel.
    ///
    /// - Throws: `MailError` for a server that cannot be meant.
    public init(_ configuration: MailChannelConfiguration, loop: EventLoop) throws(MailError) {
        self.configuration = configuration
        client = try MailClient(configuration.server, loop: loop)
    }

    /// Sends a message, and returns when the server has taken it. A file that makes it too large for the server is left out.
    public func send(_ piece: DeliveryPiece) async throws(ChannelError) -> PieceReceipt {
        var recipients = configuration.to
        if let target = piece.target {
            guard let address = MailAddress(target) else {
                throw ChannelError(.rejected, "the target of the redirect is no mail address; it is written user@example.org")
            }
            recipients = [address]
        }
        var message = MailMessage(
            from: configuration.from,
            to: recipients,
            subject: configuration.subjectPrefix + subject(of: piece),
            text: piece.message?.plain ?? piece.content.text,
            date: piece.now,
            id: piece.key,
            references: references(of: piece),
            attachment: piece.attachment
        )
        do throws(MailError) {
            return Self.receipt(try await client.send(message), file: message.attachment == nil ? nil : "sent")
        } catch {
            guard message.attachment != nil, error.isAboutSize else { throw ChannelError(error, isOwnPlace: piece.target == nil) }
        }
        message.attachment = nil
        do throws(MailError) {
            return Self.receipt(try await client.send(message), file: "not taken")
        } catch {
            throw ChannelError(error, isOwnPlace: piece.target == nil)
        }
    }

    private static func receipt(_ reply: SMTPReply, file: String?) -> PieceReceipt {
        var receipt: JSONObject = ["reply": .string(reply.description)]
        receipt["file"] = file.map(JSONValue.string)
        return PieceReceipt(.object(receipt))
    }

    private func subject(of piece: DeliveryPiece) -> String {
        let content = piece.content
        let what = content.name ?? (content.title.isEmpty ? content.tool : content.title)
        let became =
            switch content.status {
            case .inputRequired: "needs an answer"
            case .completed, .failed, .cancelled, .stopped, .queued, .running: content.status.rawValue
            }
        // The end of the title may go, what became of it may not.
        let part = piece.count > 1 ? " (\(piece.index + 1)/\(piece.count))" : ""
        return "\(what.prefix(140)): \(became)\(part)"
    }

    /// The task, which has no message of its own but keeps all of them together, and the delivery's first.
    private func references(of piece: DeliveryPiece) -> [String] {
        let task = piece.content.task.description
        guard piece.index > 0 else { return [task] }
        var first = piece
        first.index = 0
        return [task, first.key]
    }
}
