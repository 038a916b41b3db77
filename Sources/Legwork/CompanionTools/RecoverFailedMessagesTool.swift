import LegworkCore

/// `recover_failed_messages`: messages that could not be delivered.
struct RecoverFailedMessagesTool: Tool {
    private static let limit = 50

    let descriptor = ToolDescriptor(
        name: "recover_failed_messages",
        title: "Recover failed messages",
        description: """
            See to messages that you sent and that were never read, because their recipient ended first or failed on them again and again. \
            'list' shows them, 'replay' sends them again (to the recipient, or to the running task that now has its name), with the ids they \
            had, 'clear' deletes them. Give numbers for some of them only.
            """,
        inputSchema: TaskDesk.schema([
            "action": ["type": "string", "enum": ["list", "replay", "clear"], "default": "list", "description": "What to do."],
            "numbers": [
                "type": "array", "maxItems": JSONValue(limit), "items": ["type": "integer"],
                "description": "Only these, as list numbers them.",
            ],
        ]),
        annotations: ["readOnlyHint": false, "destructiveHint": true, "idempotentHint": true, "openWorldHint": false],
        background: .never
    )
    private let desk: TaskDesk

    init(_ desk: TaskDesk) { self.desk = desk }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await desk.answer { manager in
            let scope = context.caller.scope
            let numbers = arguments["numbers"]?.array?.compactMap { $0.int.map(Int64.init) } ?? []
            switch arguments["action"]?.string ?? "list" {
            case "replay":
                let outcome = try await manager.replayDeadLetters(in: scope, numbers: numbers)
                let kept = outcome.failures.count
                let text = "\(outcome.sent) sent again, \(kept) kept, because nobody takes them."
                return .text(text, structured: ["action": "replay", "count": JSONValue(outcome.sent), "kept": JSONValue(kept)])
            case "clear":
                let count = try await manager.clearDeadLetters(in: scope, numbers: numbers)
                return .text("\(count) deleted.", structured: ["action": "clear", "count": JSONValue(count)])
            default:
                let letters = try await manager.deadLetters(in: scope, limit: Self.limit)
                let chosen = letters.filter { numbers.isEmpty || numbers.contains($0.number) }
                return .text(Self.lines(chosen), structured: Self.object(chosen))
            }
        }
    }

    private static func lines(_ letters: [DeadLetter]) -> String {
        guard !letters.isEmpty else { return "Every message was delivered." }
        return letters.map { letter in
            "\(letter.number): to \(letter.recipientName ?? letter.recipient.description) (\(letter.reason.rawValue)): "
                + letter.message.text.truncated(toBytes: 200)
        }.joined(separator: "\n")
    }

    private static func object(_ letters: [DeadLetter]) -> JSONValue {
        let messages = letters.map { letter -> JSONValue in
            var object: JSONObject = [
                "number": .integer(letter.number), "message_id": .string(letter.message.id.text),
                "recipient": .string(letter.recipient.description), "error": .string(letter.reason.rawValue),
                "message": letter.message.content,
            ]
            object["recipient_name"] = letter.recipientName.map(JSONValue.string)
            return .object(object)
        }
        return ["action": "list", "count": JSONValue(letters.count), "messages": .array(messages)]
    }
}
