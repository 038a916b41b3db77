import LegworkCore

/// `send_message`: writes to another task of the family.
struct SendMessageTool: Tool {
    let descriptor = ToolDescriptor(
        name: "send_message",
        title: "Send message",
        description: """
            Send a message to a running task that takes messages (a sub-agent): to a child by its name, to the task that made you with \
            'parent', to all your running children with 'all', to yourself with 'self', or to any task you can see by its task_id. Messages \
            arrive in the order they were sent, once the recipient looks; the answer says whether each was queued, not that it was read. A \
            full inbox refuses: wait and send again.
            """,
        inputSchema: TaskDesk.schema(
            [
                "to": [
                    "type": "string", "minLength": 1, "maxLength": 100,
                    "description": "A name, a task_id (or its first characters), 'parent', 'self' or 'all'.",
                ],
                "message": ["type": "string", "description": "What to say."],
                "message_id": [
                    "type": "string", "minLength": 1, "maxLength": JSONValue(MessageID.maximumLength),
                    "description": "Your own id for the message: sending it again with the same id delivers it once.",
                ],
            ],
            required: ["to", "message"]
        ),
        annotations: ["readOnlyHint": false, "destructiveHint": false, "idempotentHint": false, "openWorldHint": false],
        background: .never
    )
    private let desk: TaskDesk

    init(_ desk: TaskDesk) { self.desk = desk }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await desk.answer { manager in
            let address = try MessageAddress(arguments["to"]?.string ?? "")
            let id = arguments["message_id"]?.string.map { MessageID($0) } ?? .random()
            let receipt = try await manager.send(arguments["message"] ?? "", to: address, from: TaskDesk.sender(context), id: id)
            let lines = receipt.deliveries.map { "\($0.name ?? $0.recipient.description): \($0.result.sentence)" }
            return .text(
                lines.isEmpty ? "Nobody is there to get it." : lines.joined(separator: "\n"),
                structured: [
                    "message_id": .string(receipt.id.text),
                    "recipients": .array(
                        receipt.deliveries.map { ["task_id": .string($0.recipient.description), "status": .string($0.result.word)] }
                    ),
                ]
            )
        }
    }
}

extension SendResult {
    fileprivate var word: String {
        switch self {
        case .queued: "queued"
        case .duplicate: "duplicate"
        case .full: "full"
        case .finished: "finished"
        case .noInbox: "no_inbox"
        case .notFound: "not_found"
        }
    }

    fileprivate var sentence: String {
        switch self {
        case .queued: "queued"
        case .duplicate: "has it already"
        case .full(let unread): "its inbox is full (\(unread) unread); send again later"
        case .finished(let status): "has ended (\(status.rawValue))"
        case .noInbox: "takes no messages"
        case .notFound: "is not there"
        }
    }
}
