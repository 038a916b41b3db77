import LegworkCore

/// A delivery as its channel takes it: the same pieces at every try.
struct OutgoingDelivery: Sendable {
    private let style: MessageStyle?
    private let messages: [FormattedMessage]
    private let isCut: Bool
    private let link: String?
    private let answers: [AnswerLink]

    /// Lays a delivery out.
    init(_ content: DeliveryContent, maximumCharacters: Int?, for entry: ChannelEntry, _ configuration: TaskManagerConfiguration) {
        link = configuration.taskLink?(content.task)
        answers = entry.takesAnswers && content.status == .inputRequired ? configuration.answerLinks?(content) ?? [] : []
        switch entry.channel.form {
        case .document: (style, messages, isCut) = (nil, [], false)
        case .messages(let platform):
            let style = platform.narrowed(by: entry)
            let formatter = DeliveryFormatter(
                style: style,
                template: entry.template,
                maximumCharacters: maximumCharacters ?? entry.maximumCharacters ?? ChannelEntry.standardMaximumCharacters,
                link: link,
                answers: answers,
                body: entry.body
            )
            let layout = formatter.layout(of: content)
            (self.style, messages, isCut) = (style, layout.messages, layout.isCut)
        }
    }

    /// How many pieces it has.
    var count: Int { max(1, messages.count) }

    /// How many bytes of the whole result go as a file with a piece; nil when none does.
    func attachmentLimit(at index: Int) -> Int? { isCut && index == count - 1 ? style?.maximumAttachmentBytes : nil }

    /// One piece.
    func piece(
        _ index: Int,
        of delivery: String,
        _ content: DeliveryContent,
        target: String? = nil,
        attachment: MessageAttachment? = nil,
        previous: JSONValue? = nil,
        now: Timestamp
    ) -> DeliveryPiece {
        DeliveryPiece(
            delivery: delivery,
            index: index,
            count: count,
            target: target,
            content: content,
            message: messages.indices.contains(index) ? messages[index] : nil,
            attachment: attachment,
            link: link,
            answers: answers,
            previous: previous,
            now: now
        )
    }
}

extension MessageStyle {
    /// The style with what the configuration of a channel wants less of.
    fileprivate func narrowed(by entry: ChannelEntry) -> MessageStyle {
        var style = self
        if let size = entry.messageSize, size < limit.count { style.limit = MessageLimit(size, limit.unit) }
        if let most = entry.maximumMessages { style.maximumMessages = max(1, most) }
        return style
    }
}

extension MessageAttachment {
    /// The whole text of which a delivery tells a part.
    ///
    /// - Parameters:
    ///   - record: the task, if it is still there.
    ///   - limit: how many bytes it may have; what is longer loses its end.
    init(of content: DeliveryContent, _ record: TaskRecord?, atMost limit: Int) {
        let whole = content.omitted > 0 ? record.flatMap { content.wholeText(from: $0) } : nil
        self.init(name: "\(content.task).txt", bytes: Array((whole ?? content.text).truncated(toBytes: limit).utf8))
    }
}

extension DeliveryContent {
    /// The text that a record still has of what this tells; nil when the task has gone on since.
    fileprivate func wholeText(from record: TaskRecord) -> String? {
        guard record.status == status, record.attempts == attempts else { return nil }
        return status == .failed ? record.failure ?? record.result?.text : record.result?.text
    }
}
