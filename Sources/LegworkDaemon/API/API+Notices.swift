import Legwork
import LegworkCore
import LegworkHTTP

extension API {
    private static let notice = Schema.named(
        "Notice",
        .object([
            "sequence": .count, "task": .taskID, "tool": .text, "title": .text, "name?": .text,
            "kind": .text.described("What has happened."),
            "reason?": .text, "text?": .text, "data?": .any, "key?": .text, "count?": .count.described("How many were made one."),
            "session?": .text, "state": .text, "created_at": .time, "updated_at": .time,
        ]).described("What an owner is told of a task.")
    )

    static let noticeOperations: [Operation] = [
        Operation(
            "GET",
            "/v1/notices",
            "listNotices",
            .notices,
            "Reads what the owner is told and has not acknowledged, in order.",
            details: "A look changes nothing.",
            needs: .read,
            query: [
                Parameter("session", .text(0...256), "Only those of this conversation."),
                Parameter("after", .number(0...Parameter.greatestNumber), "Only those with a greater sequence number."),
                .limit(1...1000, usually: 100),
            ],
            answers: [.json("The notices.", .object(["notices": .array(of: notice)]))],
            action: API.notices
        ),
        Operation(
            "POST",
            "/v1/notices/acknowledge",
            "acknowledgeNotices",
            .notices,
            "Says that notices have arrived: they are deleted.",
            details: "Give either `up_to` or `sequences`.",
            needs: .read,
            body: RequestBody(
                .body([
                    "up_to?": .integer(1...Parameter.greatestNumber), "session?": .text(0...256),
                    "sequences?": .array(of: .integer(1...Parameter.greatestNumber), 1...1000),
                ]),
                saying: ["oneOf": [["required": ["up_to"]], ["required": ["sequences"]]]]
            ),
            answers: [.json("How many there were.", .object(["acknowledged": .count]))],
            action: API.acknowledge
        ),
    ]

    func notices(_ request: Request) async throws {
        let query = request.query
        let notices = try await manager.notices(
            for: request.principal.owner,
            session: query.text("session"),
            after: Int64(query.number("after") ?? 0),
            limit: query.number("limit") ?? 100,
            marksDelivered: false
        )
        await request.reply(["notices": .array(notices.map { $0.json() })])
    }

    func acknowledge(_ request: Request) async throws {
        let body = request.body
        let selection: NoticeMark.Selection
        switch (body["up_to"]?.int, body["sequences"]?.array) {
        case (let last?, nil): selection = .upTo(Int64(last))
        case (nil, let list?): selection = .sequences(list.compactMap { $0.int.map(Int64.init) })
        default: throw APIFault.invalid("give either 'up_to' or 'sequences'")
        }
        let count = try await manager.acknowledge(selection, for: request.principal.owner, session: body["session"]?.string)
        await request.reply(["acknowledged": JSONValue(count)])
    }
}
