import Legwork
import LegworkCore
import LegworkHTTP

// What a task is told while it lives: answers, messages, to go on; and what it has made.
extension API {
    static let steeringOperations: [Operation] = [
        Operation(
            "POST",
            "/v1/tasks/{task}/resume",
            "resumeTask",
            .tasks,
            "Lets a stopped task go on.",
            details: "One that runs is left alone.",
            needs: .call,
            body: RequestBody(.body(["arguments?": .anyObject.described("In the place of the recorded ones of the same name.")])),
            answers: [.json(202, "The task as it runs.", .taskReply)],
            faults: [.finished, .notResumable, .unknownTool, .invalidArguments],
            action: API.resume
        ),
        Operation(
            "POST",
            "/v1/tasks/{task}/answer",
            "answerTask",
            .tasks,
            "Answers what a task asks.",
            needs: .call,
            body: RequestBody(
                .body([
                    "answers?": .map(of: .any, atMost: 64).described("Answers by the questions' keys."),
                    "decline?": .array(of: .text(0...256), 0...64).saying(["uniqueItems": true])
                        .described("Keys of questions that will not be answered."),
                ]),
                saying: [
                    "anyOf": [
                        ["required": ["answers"], "properties": ["answers": ["minProperties": 1]]],
                        ["required": ["decline"], "properties": ["decline": ["minItems": 1]]],
                    ]
                ]
            ),
            answers: [.json("The task; `questions` are those that are left.", .taskReply)],
            faults: [.notAsked],
            action: API.answer
        ),
        Operation(
            "POST",
            "/v1/tasks/{task}/messages",
            "sendMessage",
            .messages,
            "Writes to a task that takes messages.",
            needs: .call,
            body: RequestBody(
                .body([
                    "message": .any,
                    "message_id?": .name(1...MessageID.maximumLength).described("One that was used is not delivered again."),
                ])
            ),
            answers: [.json("It lay there already.", messageReply), .json(202, "It lies in the inbox.", messageReply)],
            faults: [.finished, .noInbox, .inboxFull],
            action: API.send
        ),
        Operation(
            "GET",
            "/v1/tasks/{task}/tree",
            "showTree",
            .tasks,
            "Shows a task and what descends from it.",
            needs: .read,
            query: [.limit(1...TaskManager.maximumDescendants, usually: 1000)],
            answers: [.json("The family.", .object(["task": .taskSummary, "descendants": .array(of: .taskSummary)]))],
            action: API.tree
        ),
        Operation(
            "POST",
            "/v1/tasks/{task}/cancel_tree",
            "cancelTree",
            .tasks,
            "Asks a task and what descends from it to stop.",
            needs: .cancel,
            body: RequestBody(.body()),
            answers: [.json("Who was asked.", .cancelReceipts)],
            action: API.cancelTree
        ),
        Operation(
            "POST",
            "/v1/cancel",
            "cancelTasks",
            .tasks,
            "Asks all live tasks of the owner to stop, or those of one run.",
            details: "A run that was cancelled gets no new tasks.",
            needs: .cancel,
            body: RequestBody(.body(["run?": .text(1...256)])),
            answers: [.json("Who was asked.", .cancelReceipts)],
            action: API.cancelTasks
        ),
    ]

    private static let messageReply = Schema.object(["message_id": .text, "status": .words(["queued", "duplicate"])])

    func resume(_ request: Request) async throws {
        let id = try await task(request)
        let record = try await manager.resume(id, with: request.body["arguments"], in: request.scope)
        await request.reply(["task": wire(record)], status: 202)
    }

    func answer(_ request: Request) async throws {
        let id = try await task(request)
        let body = request.body
        var responses: [String: InputResponse] = [:]
        for member in body["answers"]?.object?.members ?? [] { responses[member.key] = .answer(member.value) }
        for key in body["decline"]?.array?.compactMap(\.string) ?? [] {
            guard responses.updateValue(.decline, forKey: key) == nil else {
                throw APIFault.invalid("question '\(key)' is answered and declined, or declined twice; say one of it")
            }
        }
        let record = try await manager.respond(id, responses, in: request.scope)
        await request.reply(["task": wire(record)])
    }

    func send(_ request: Request) async throws {
        let id = try await task(request)
        let body = request.body
        let recipient = try await manager.task(id, in: request.scope)
        let receipt = try await manager.send(
            body["message"] ?? .null,
            to: .task(id),
            // An operator writes in the name of the owner, as he looks in it.
            from: TaskMessage.Sender(owner: recipient.owner, name: "http"),
            id: body["message_id"]?.string.map { MessageID($0) } ?? .random()
        )
        let isRepeated = receipt.deliveries.allSatisfy { $0.result == .duplicate }
        await request.reply(
            ["message_id": .string(receipt.id.text), "status": isRepeated ? "duplicate" : "queued"],
            status: isRepeated ? 200 : 202
        )
    }

    func tree(_ request: Request) async throws {
        let id = try await task(request)
        let limit = request.query.number("limit") ?? 1000
        let scope = request.scope
        let record = try await manager.task(id, in: scope)
        let descendants = try await manager.descendants(of: id, in: scope, limit: limit)
        await request.reply([
            "task": .object(TaskSummary(record).wire), "descendants": .array(descendants.map { .object($0.wire) }),
        ])
    }

    func cancelTree(_ request: Request) async throws {
        await reply(try await manager.cancelTree(try await task(request), in: request.scope), request)
    }

    func cancelTasks(_ request: Request) async throws {
        let owner = request.principal.owner
        if let run = request.body["run"]?.string {
            await reply(try await manager.cancelRun(run, of: owner), request)
        } else {
            await reply(try await manager.cancelAll(of: owner), request)
        }
    }

    private func reply(_ report: CancelReport, _ request: Request) async {
        await request.reply([
            "cancelled": .array(
                report.receipts.map { ["id": .string($0.id.description), "disposition": .string($0.disposition.word)] }
            )
        ])
    }
}

extension CancelDisposition {
    /// The words of the interface.
    static let words = allCases.map(\.word)

    /// The word of the interface for it.
    var word: String {
        switch self {
        case .cancelledBeforeStart: "cancelled_before_start"
        case .requested: "requested"
        case .alreadyFinished: "already_finished"
        }
    }
}
