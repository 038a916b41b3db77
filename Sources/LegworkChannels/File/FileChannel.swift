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
            try file.append(Array(entry.utf8), unlessThereIs: mark)
        } orThrow: { code in
            ChannelError(.unavailable, "there is no thread to write the file with (error \(code))")
        }
        return PieceReceipt(["written": .bool(isNew)])
    }

    /// An entry, and how the line that tells it from others begins and ends. Nothing that is told makes such a line.
    private func entry(for piece: DeliveryPiece) -> (entry: String, mark: AppendedFile.Mark) {
        switch format {
        case .lines:
            (
                JSONValue.object(piece.document).json() + "\n",
                AppendedFile.Mark(start: "{\"delivery\":\(JSONValue.string(piece.key).json()),")
            )
        case .text:
            (
                "[\(piece.now)] \(piece.key)\n\(Self.indented(piece.message?.plain ?? piece.content.text))\n\n",
                AppendedFile.Mark(start: "[", end: "] \(piece.key)")
            )
        }
    }

    /// The text with a blank before what could be taken for the first line of an entry.
    private static func indented(_ text: String) -> String {
        let text = (text.utf8.first == UInt8(ascii: "[") ? " " : "") + text
        return text.replacing(/([\n\r])\[/.matchingSemantics(.unicodeScalar)) { "\($0.output.1) [" }
    }
}
