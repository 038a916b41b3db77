import LegworkCore

/// Pieces as the dispatcher makes them.
enum PieceSample {
    static let start = Timestamp(milliseconds: 1_774_000_000_000)

    static func content(
        _ text: String = "all is well",
        title: String = "Back up the photos",
        status: TaskStatus = .completed,
        task: TaskID = .random()
    ) -> DeliveryContent {
        DeliveryContent(
            task: task,
            owner: "ann",
            tool: "backup",
            title: title,
            status: status,
            isError: status == .failed,
            text: text,
            createdAt: start,
            at: start + .seconds(12)
        )
    }

    /// A piece with a text as its message.
    static func piece(_ content: DeliveryContent = content(), index: Int = 0, count: Int = 1, target: String? = nil) -> DeliveryPiece {
        DeliveryPiece(
            delivery: DeliveryID(task: content.task, redirect: 1, event: 3).description,
            index: index,
            count: count,
            target: target,
            content: content,
            message: FormattedMessage(plain: content.text, marked: content.text),
            now: start + .seconds(13)
        )
    }
}

/// The error with which a piece is not taken; nil when it is.
func failure(_ channel: some Channel, _ piece: DeliveryPiece = PieceSample.piece()) async -> ChannelError? {
    do throws(ChannelError) {
        _ = try await channel.send(piece)
        return nil
    } catch {
        return error
    }
}
