import Legwork
import LegworkCore
import LegworkHTTP

/// What a task is told while it lives: answers, messages, to go on; and what it has made.
extension API {
    static let resumeBody: JSONValue = [
        "type": "object", "properties": ["arguments": ["type": "object"]], "additionalProperties": false,
    ]

    static let answerBody: JSONValue = [
        "type": "object",
        "properties": [
            "answers": ["type": "object", "maxProperties": 64],
            "decline": ["type": "array", "maxItems": 64, "items": ["type": "string", "maxLength": 256]],
        ],
        "additionalProperties": false,
    ]

    static let messageBody: JSONValue = [
        "type": "object",
        "properties": [
            "message": [:], "message_id": ["type": "string", "minLength": 1, "maxLength": JSONValue(MessageID.maximumLength)],
        ],
        "required": ["message"], "additionalProperties": false,
    ]

    func installSteering(on routes: inout HTTPRouter.Routes) {
        on(&routes, "POST", "/v1/tasks/{task}/resume", needs: .call, resume)
        on(&routes, "POST", "/v1/tasks/{task}/answer", needs: .call, answer)
        on(&routes, "POST", "/v1/tasks/{task}/messages", needs: .call, send)
        on(&routes, "GET", "/v1/tasks/{task}/tree", needs: .read, tree)
        on(&routes, "POST", "/v1/tasks/{task}/cancel_tree", needs: .cancel, cancelTree)
    }

    @Sendable func resume(_ request: Request) async throws {
        let id = try await task(request)
        let body = try bodies.resume.read(request.http)
        let record = try await manager.resume(id, with: body["arguments"], in: request.principal.scope)
        await request.reply(["task": wire(record)], status: 202)
    }

    @Sendable func answer(_ request: Request) async throws {
        let id = try await task(request)
        let body = try bodies.answer.read(request.http)
        var responses: [String: InputResponse] = [:]
        for member in body["answers"]?.object?.members ?? [] { responses[member.key] = .answer(member.value) }
        for key in body["decline"]?.array?.compactMap(\.string) ?? [] {
            guard responses.updateValue(.decline, forKey: key) == nil else {
                throw invalid("question '\(key)' is answered and declined, or declined twice; say one of it")
            }
        }
        let record = try await manager.respond(id, responses, in: request.principal.scope)
        await request.reply(["task": wire(record)])
    }

    @Sendable func send(_ request: Request) async throws {
        let id = try await task(request)
        let body = try bodies.message.read(request.http)
        let recipient = try await manager.task(id, in: request.principal.scope)
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

    @Sendable func tree(_ request: Request) async throws {
        let id = try await task(request)
        var limit = 1000
        for (name, value) in request.http.query {
            guard name == "limit" else { throw invalid("the parameter '\(name)' is not known; known is limit") }
            limit = try number(name, value, 1...TaskManager.maximumDescendants)
        }
        let scope = request.principal.scope
        let record = try await manager.task(id, in: scope)
        let descendants = try await manager.descendants(of: id, in: scope, limit: limit)
        await request.reply([
            "task": .object(TaskSummary(record).wire), "descendants": .array(descendants.map { .object($0.wire) }),
        ])
    }

    @Sendable func cancelTree(_ request: Request) async throws {
        let report = try await manager.cancelTree(try await task(request), in: request.principal.scope)
        await request.reply([
            "cancelled": .array(
                report.receipts.map { ["id": .string($0.id.description), "disposition": .string($0.disposition.word)] }
            )
        ])
    }
}

extension CancelDisposition {
    /// The word of the interface for it.
    var word: String {
        switch self {
        case .cancelledBeforeStart: "cancelled_before_start"
        case .requested: "requested"
        case .alreadyFinished: "already_finished"
        }
    }
}
