import Legwork
import LegworkCore
import LegworkHTTP

extension API {
    /// The task that a path names.
    func task(_ request: Request) async throws -> TaskID {
        try await manager.resolve(request.parameters["task"] ?? "", in: request.principal.scope)
    }

    @Sendable func show(_ request: Request) async throws {
        let record = try await manager.task(try await task(request), in: request.principal.scope)
        await manager.noteReading([record], in: request.principal.scope, session: Principal.noConversation)
        await request.reply(.object(try await reply(record, in: request.principal.scope)))
    }

    @Sendable func list(_ request: Request) async throws {
        var query = TaskQuery(in: request.principal.scope)
        for (name, value) in request.http.query {
            switch name {
            case "status":
                for word in value.split(separator: ",") {
                    switch word {
                    case "active", "live": query.statuses.formUnion(TaskStatus.allCases.filter { !$0.isTerminal })
                    case "finished": query.statuses.formUnion(TaskStatus.allCases.filter(\.isTerminal))
                    default:
                        guard let status = TaskStatus(rawValue: String(word)) else {
                            let known = TaskStatus.allCases.map(\.rawValue).joined(separator: ", ")
                            throw invalid("status '\(word)' is not known; known are \(known), active, finished")
                        }
                        query.statuses.insert(status)
                    }
                }
            case "tool": query.tool = value
            case "queue": query.queue = value
            case "reason": query.reason = TaskReason(value)
            case "parent": query.parent = try await manager.resolve(value, in: request.principal.scope)
            case "limit": query.limit = try number(name, value, 1...TaskQuery.maximumLimit)
            case "cursor":
                guard let cursor = TaskCursor(value) else { throw invalid("the cursor is none that a list gave; begin without one") }
                query.cursor = cursor
            default: throw invalid("the parameter '\(name)' is not known; known are status, reason, tool, queue, parent, limit, cursor")
            }
        }
        let page = try await manager.tasks(query)
        var body: JSONObject = ["tasks": .array(page.tasks.map { .object($0.wire) })]
        body["counts"] = try await manager.counts(in: query.scope).wire
        body["next_cursor"] = page.next.map { .string($0.description) }
        await request.reply(.object(body))
    }

    @Sendable func events(_ request: Request) async throws {
        var query = EventQuery(of: try await task(request), in: request.principal.scope)
        for (name, value) in request.http.query {
            switch name {
            case "after": query.after = try number(name, value, 0...Int.max)
            case "limit": query.limit = try number(name, value, 1...10_000)
            default: throw invalid("the parameter '\(name)' is not known; known are after, limit")
            }
        }
        let events = try await manager.events(query)
        await request.reply(["events": .array(events.map(\.wire))])
    }

    @Sendable func cancel(_ request: Request) async throws {
        let (disposition, record) = try await manager.cancel(try await task(request), in: request.principal.scope)
        await request.reply(["disposition": .string(disposition.word), "task": wire(record)])
    }

    @Sendable func wait(_ request: Request) async throws {
        let body = try bodies.wait.read(request.http)
        var ids: [TaskID] = []
        for reference in body["tasks"]?.array ?? [] {
            ids.append(try await manager.resolve(reference.string ?? "", in: request.principal.scope))
        }
        let tasks = ids
        try await answers.run(.wait, for: request.principal.owner, request.writer) {
            let outcome = try await manager.wait(
                for: tasks,
                body["mode"]?.string.flatMap(WaitMode.init) ?? .all,
                atMost: body.duration("timeout_ms") ?? .seconds(60),
                in: request.principal.scope
            )
            await manager.noteReading(outcome.settled, in: request.principal.scope, session: Principal.noConversation)
            await request.reply([
                "settled": .array(outcome.settled.map(wire)), "pending": .array(outcome.pending.map(wire)),
                "timed_out": .bool(outcome.isTimedOut),
            ])
        }
    }

    @Sendable func output(_ request: Request) async throws {
        let id = try await task(request)
        var (offset, limit, follows) = (0, TaskManager.maximumOutputChunk, false)
        var tail: Int?
        for (name, value) in request.http.query {
            switch name {
            case "offset": offset = try number(name, value, 0...Int.max)
            case "limit": limit = try number(name, value, 1...TaskManager.maximumOutputChunk)
            case "tail": tail = try number(name, value, 0...TaskManager.maximumOutputChunk)
            case "follow": follows = value == "1" || value == "true"
            default: throw invalid("the parameter '\(name)' is not known; known are offset, limit, tail, follow")
            }
        }
        // Files are read here, which must not hold up the event loop.
        try await withTaskExecutorPreference(globalConcurrentExecutor) {
            let scope = request.principal.scope
            if follows {
                if let tail { offset = try await manager.output(of: id, .tail(tail), in: scope).offset }
                let first = try await manager.output(of: id, .from(offset, limit: 0), in: scope)
                await request.writer.start(status: 200, headers: headers(first))
                try await manager.followOutput(of: id, from: offset, in: scope) { try await request.writer.write($0.bytes) }
                await request.writer.finish()
            } else {
                let range = tail.map(TaskManager.OutputRange.tail) ?? .from(offset, limit: limit)
                let chunk = try await manager.output(of: id, range, in: scope)
                await request.writer.send(status: 200, headers: headers(chunk), body: chunk.bytes)
            }
        }
    }

    private func headers(_ chunk: OutputChunk) -> HTTPHeaders {
        [
            "Content-Type": "application/octet-stream", "Legwork-Output-Offset": "\(chunk.offset)",
            "Legwork-Output-Total": "\(chunk.total)", "Legwork-Output-More": chunk.mayGrow ? "true" : "false",
        ]
    }

    func invalid(_ message: String) -> APIFault { APIFault(status: 400, code: "invalid_argument", message: message) }

    func number(_ name: String, _ text: String, _ range: ClosedRange<Int>) throws(APIFault) -> Int {
        guard let value = Int(text), range.contains(value) else {
            let upper = range.upperBound == .max ? "or more" : "to \(range.upperBound)"
            throw invalid("\(name) must be a whole number, \(range.lowerBound) \(upper), not '\(text.truncated(toBytes: 40))'")
        }
        return value
    }
}
