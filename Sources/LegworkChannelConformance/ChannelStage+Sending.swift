import LegworkCore

extension ChannelStage {
    static let start = Timestamp(milliseconds: 1_774_000_000_000)

    /// Lines whose words occur nowhere else.
    static func lines(_ count: Int, _ mark: String = "mark") -> [String] { (1...count).map { "\(mark)\($0)end" } }

    static func content(_ text: String, tool: String = "suite", title: String = "Run the tests") -> DeliveryContent {
        DeliveryContent(
            task: .random(),
            owner: "ann",
            tool: tool,
            title: title,
            status: .completed,
            text: text,
            createdAt: start,
            at: start + .seconds(12)
        )
    }

    /// The pieces of a delivery, as it would be sent.
    func pieces(_ content: DeliveryContent, maximumCharacters: Int = 400_000, target: String? = nil) -> [DeliveryPiece] {
        let delivery = DeliveryID(task: content.task, redirect: 1, event: 3).description
        func piece(_ index: Int, _ count: Int, _ message: FormattedMessage?) -> DeliveryPiece {
            DeliveryPiece(
                delivery: delivery,
                index: index,
                count: count,
                target: target,
                content: content,
                message: message,
                now: Self.start + .seconds(13)
            )
        }
        switch channel.form {
        case .document: return [piece(0, 1, nil)]
        case .messages(let style):
            let messages = DeliveryFormatter(style: style, maximumCharacters: maximumCharacters).layout(of: content).messages
            return messages.enumerated().map { piece($0, messages.count, $1) }
        }
    }

    /// A content that makes several messages, where the channel has such; nil for documents.
    func longContent() -> DeliveryContent? {
        guard case .messages(let style) = channel.form, style.maximumMessages > 1 else { return nil }
        let text = Self.lines(8).map { $0 + String(repeating: ".", count: style.limit.count / 6) }.joined(separator: "\n")
        return Self.content(text)
    }

    /// Sends pieces one after the other, each with what was said of the one before.
    @discardableResult
    func send(_ pieces: [DeliveryPiece]) async throws(ChannelError) -> [PieceReceipt] {
        var receipts: [PieceReceipt] = []
        for var piece in pieces {
            piece.previous = receipts.last?.receipt
            receipts.append(try await channel.send(piece))
        }
        return receipts
    }

    /// The error with which a short text is not taken.
    func failure(_ answer: ReceiverAnswer, file: String = #fileID, line: Int = #line) async throws -> ChannelError {
        try await receiver.answer(answer)
        do throws(ChannelError) {
            try await send(pieces(Self.content("mark1end")))
        } catch {
            return error
        }
        throw ConformanceFailure(text: "it was taken although the answer was \(answer)", file: file, line: line)
    }

    /// Whether a new text arrives, after whatever was before.
    func expectWorking(_ mark: String, file: String = #fileID, line: Int = #line) async throws {
        try await receiver.answer(.taking)
        try await send(pieces(Self.content("\(mark)0end")))
        let texts = try await receiver.received().map(\.text)
        try expect(texts.last?.contains("\(mark)0end") == true, "what is sent later arrives: \(texts)", file: file, line: line)
    }
}
