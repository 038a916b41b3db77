public import LegworkCore

/// Appends deliveries to a file. What comes again is not written again, as long as it stands near the end.
public struct FileChannel: Channel {
    private let file: AppendedFile
    private let format: FileChannelConfiguration.Format

    /// Makes a channel.
    public init(_ configuration: FileChannelConfiguration) {
        file = AppendedFile(configuration)
        format = configuration.format
    }

    /// A document for lines of JSON, else one long message.
    public var form: ChannelForm {
        switch format {
        case .lines: .document
        case .text: .messages(MessageStyle(limit: MessageLimit(1 << 20, .utf8), maximumMessages: 1, markup: .plain))
        }
    }

    /// Appends an entry, in one write.
    public func send(_ piece: DeliveryPiece) async throws(ChannelError) -> PieceReceipt {
        let (entry, mark) = entry(for: piece)
        let file = file
        let isNew = try await BlockingThread.run { () throws(ChannelError) in
            try file.append(Array(entry.utf8), unlessThereIs: Array(mark.utf8))
        } orThrow: { code in
            ChannelError(.unavailable, "there is no thread to write the file with (error \(code))")
        }
        return PieceReceipt(["written": .bool(isNew)])
    }

    /// An entry, and what of it tells it from others.
    private func entry(for piece: DeliveryPiece) -> (entry: String, mark: String) {
        switch format {
        case .lines:
            (JSONValue.object(piece.document).json() + "\n", "{\"delivery\":\(JSONValue.string(piece.key).json()),")
        case .text:
            ("[\(piece.now)] \(piece.key)\n\(piece.message?.plain ?? piece.content.text)\n\n", "] \(piece.key)\n")
        }
    }
}
