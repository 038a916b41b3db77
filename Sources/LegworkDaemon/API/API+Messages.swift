import Legwork
import LegworkCore

// Messages that could not be delivered.
extension API {
    private static let deadLetter = Schema.named(
        "DeadLetter",
        .object([
            "number": .count, "message_id": .text, "message": .any, "sent_at": .time, "recipient": .taskID, "recipient_name?": .text,
            "reason": .words(DeadLetter.Reason.self), "at": .time,
        ]).described("A message that nobody read.")
    )

    private static let numbers = RequestBody(
        .body(["numbers?": .array(of: .integer(1...Parameter.greatestNumber), 1...1000).described("Only these; all when left out.")])
    )

    static let messageOperations: [Operation] = [
        Operation(
            "GET",
            "/v1/dead_letters",
            "listDeadLetters",
            .messages,
            "Lists the messages that could not be delivered.",
            needs: .read,
            query: [
                Parameter("after", .number(0...Parameter.greatestNumber), "Only those with a greater number."),
                .limit(1...1000, usually: 100),
            ],
            answers: [.json("The letters.", .object(["dead_letters": .array(of: deadLetter)]))],
            action: API.deadLetters
        ),
        Operation(
            "POST",
            "/v1/dead_letters/replay",
            "replayDeadLetters",
            .messages,
            "Sends messages again that could not be delivered.",
            details: "To their recipient, or to the live task of the same owner and name. What nobody takes is kept.",
            needs: .call,
            body: numbers,
            answers: [
                .json(
                    "What became of them.",
                    .object([
                        "sent": .count, "kept": .count, "missing": .array(of: .count),
                        "has_more": .flag.described("Replay again for the rest."),
                    ])
                )
            ],
            action: API.replayDeadLetters
        ),
        Operation(
            "POST",
            "/v1/dead_letters/clear",
            "clearDeadLetters",
            .messages,
            "Deletes messages that could not be delivered.",
            needs: .cancel,
            body: numbers,
            answers: [.json("How many there were.", .deletedCount)],
            action: API.clearDeadLetters
        ),
    ]

    func deadLetters(_ request: Request) async throws {
        let letters = try await manager.deadLetters(
            in: request.scope,
            after: Int64(request.query.number("after") ?? 0),
            limit: request.query.number("limit") ?? 100
        )
        await request.reply(["dead_letters": .array(letters.map(\.wire))])
    }

    func replayDeadLetters(_ request: Request) async throws {
        let replay = try await manager.replayDeadLetters(in: request.scope, numbers: numbers(request))
        await request.reply([
            "sent": JSONValue(replay.sent), "kept": JSONValue(replay.kept), "missing": .array(replay.missing.map { .integer($0) }),
            "has_more": .bool(replay.hasMore),
        ])
    }

    func clearDeadLetters(_ request: Request) async throws {
        let count = try await manager.clearDeadLetters(in: request.scope, numbers: numbers(request))
        await request.reply(["deleted": JSONValue(count)])
    }

    private func numbers(_ request: Request) -> [Int64] { request.body["numbers"]?.array?.compactMap { $0.int.map(Int64.init) } ?? [] }
}

extension DeadLetter {
    /// `{"number", "message_id", "message", "sent_at", "recipient", "recipient_name"?, "reason", "at"}`.
    fileprivate var wire: JSONValue {
        var object: JSONObject = [
            "number": .integer(number), "message_id": .string(message.id.text), "message": message.content,
            "sent_at": .string(message.sentAt.description), "recipient": .string(recipient.description),
        ]
        object["recipient_name"] = recipientName.map(JSONValue.string)
        object["reason"] = .string(reason.rawValue)
        object["at"] = .string(at.description)
        return .object(object)
    }
}
