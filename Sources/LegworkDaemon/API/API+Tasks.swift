import Legwork
import LegworkCore
import LegworkHTTP

// Making, finding, watching and ending tasks.
extension API {
    static let taskOperations: [Operation] = [
        Operation(
            "POST",
            "/v1/tasks",
            "submitTask",
            .tasks,
            "Queues a call of a tool, or a prompt for an agent.",
            details:
                "A body without `tool` that has a `prompt` is work for an agent; it is answered with 201 and in the words of queues of prompts.",
            needs: .call,
            body: RequestBody(submitBody, or: promptBody, when: isPrompt),
            answers: [.json(202, "The task waits in its queue.", .taskReply), .json(201, "The prompt waits in its queue.", .promptTask)],
            faults: Fault.newTask + [.noAgent],
            action: API.submitOrPrompt
        ),
        Operation(
            "GET",
            "/v1/tasks",
            "listTasks",
            .tasks,
            "Lists tasks, the newest first.",
            needs: .read,
            query: [
                Parameter(
                    "status",
                    .words(TaskStatus.allCases.map(\.rawValue) + ["active", "finished"]),
                    "Only these; `active` are those that have not ended."
                ),
                Parameter("reason", .text(1...100), "Only those whose status has this reason, such as `wall_limit`."),
                Parameter("tool", .text(1...128), "Only calls of this tool."),
                Parameter("queue", .text(1...100), "Only those of this queue."),
                Parameter("name", .text(1...100), "Only those of this name, ended ones too."),
                Parameter("id", .text(4...31), "Only those whose id begins so.", pattern: "^(task_)?[a-z2-7]{4,26}$"),
                Parameter("parent", .text(1...100), "Only children of this task."),
                Parameter("run", .text(1...256), "Only those of this run."),
                Parameter("created_since", .time, "Only those made then or later."),
                Parameter("created_before", .time, "Only those made before."),
                .limit(1...TaskQuery.maximumLimit, usually: 100),
                Parameter(
                    "cursor",
                    .text(1...32),
                    "Goes on where an earlier page ended: its `next_cursor`.",
                    pattern: "^c[1-9][0-9]{0,17}$"
                ),
            ],
            answers: [
                .json("A page.", .object(["tasks": .array(of: .taskSummary), "counts": .counts, "next_cursor?": .text]))
            ],
            faults: [.notFound, .ambiguous],
            action: API.list
        ),
        Operation(
            "GET",
            "/v1/tasks/{task}",
            "showTask",
            .tasks,
            "Shows one task, with its arguments, result and evidence.",
            needs: .read,
            headers: [.ifNoneMatch],
            answers: [Answer.json("The task.", .shownTask).tagged, .notModified],
            action: API.show
        ),
        Operation(
            "GET",
            "/v1/tasks/{task}/output",
            "readOutput",
            .tasks,
            "Reads a task's raw output.",
            details:
                "Without a range at most 1 MiB from `offset` on; a `Range` may be as long as the output. Parameters come before a `Range`.",
            needs: .read,
            query: byteParameters + [
                Parameter("tail", .number(0...TaskManager.maximumOutputChunk), "Only the last bytes, at most so many."),
                Parameter("follow", .flag, "Goes on until the task ends; the answer is chunked."),
            ],
            headers: [.range],
            answers: [
                .bytes(200, "The bytes.", headers: outputHeaders),
                .bytes(206, "The bytes of the range.", headers: outputHeaders.dropFirst() + [contentRange]),
            ],
            action: API.output
        ),
        Operation(
            "POST",
            "/v1/tasks/{task}/cancel",
            "cancelTask",
            .tasks,
            "Asks a task to stop.",
            needs: .cancel,
            headers: [.ifMatch],
            body: RequestBody(.body()),
            answers: [.json("What became of that.", .object(["disposition": .words(CancelDisposition.words), "task": .task]))],
            action: API.cancel
        ),
        Operation(
            "POST",
            "/v1/tasks/{task}/retry",
            "retryTask",
            .tasks,
            "Tries a failed task once more.",
            needs: .call,
            headers: [.ifMatch],
            body: RequestBody(.body()),
            answers: [.json(202, "It waits in its queue again.", .taskReply)],
            faults: [.notRetriable, .unknownTool, .nameTaken, .queueDraining, .familyCancelled, .invalidArguments],
            action: API.retry
        ),
        Operation(
            "POST",
            "/v1/wait",
            "waitForTasks",
            .tasks,
            "Waits until tasks no longer move.",
            details: "The wait ends with the connection and changes nothing.",
            needs: .read,
            body: RequestBody(
                .body([
                    "tasks": .array(of: .text(0...100), 1...1000), "mode?": .words(["any", "all"]).described("`all` when left out."),
                    "timeout_ms?": .milliseconds.described("60,000 when left out."),
                ])
            ),
            answers: [
                .json(
                    "Where they stand.",
                    .object(["settled": .array(of: .task), "pending": .array(of: .task), "timed_out": .flag])
                )
            ],
            faults: Fault.task,
            action: API.wait
        ),
    ]

    private static let submitBody = Schema.body(
        ["tool": .text(1...128)],
        callMembers,
        Schema.Members(optional: SubmitOptions.properties, names: ["queue", "limit_key", "idempotency_key"])
    )

    static let byteParameters = [
        Parameter("offset", .number(0...Parameter.greatestNumber), "The first byte; 0 when left out."),
        Parameter("limit", .number(1...TaskManager.maximumOutputChunk), "The most bytes; 1 MiB when left out."),
    ]

    private static let outputHeaders = [
        (name: "Legwork-Output-Offset", description: "Where the bytes begin."),
        (name: "Legwork-Output-Total", description: "How many there are in all, so far."),
        (name: "Legwork-Output-More", description: "`true` when the task may still write more."),
        (name: "Accept-Ranges", description: "`bytes`."),
    ]

    static let contentRange = (name: "Content-Range", description: "Which bytes of how many.")

    /// The task that a path names.
    func task(_ request: Request) async throws -> TaskID {
        try await manager.resolve(request.parameters["task"] ?? "", in: request.scope)
    }

    /// The task that a path names, provided that it is still as `If-Match` says. That is looked up before, not together with what follows.
    func unchangedTask(_ request: Request) async throws -> TaskID {
        let id = try await task(request)
        let expected = request.http.headers.values("If-Match")
        guard !expected.isEmpty else { return id }
        let tag = EntityTag(try await manager.task(id, in: request.scope))
        guard tag.isNamed(in: expected) else {
            throw APIFault(
                status: 412,
                code: "precondition_failed",
                message: "the task has changed since; look at it again, or leave If-Match out"
            )
        }
        return id
    }

    func submit(_ request: Request) async throws {
        let body = request.body
        try request.principal.check(.needed(forTool: body["tool"]?.string ?? ""))
        var options = try SubmitOptions(json: body)
        options.name = body["name"]?.string
        options.title = body["title"]?.string
        options.keepsUntilRead = body["keep_until_read"]?.bool ?? false
        options.lineage = try await lineage(body["lineage"], request.principal)
        let chosen = options
        let (tool, arguments) = (body["tool"]?.string ?? "", body["arguments"] ?? [:])
        let caller = request.principal.caller(platform: "http")
        // A tool looks at its arguments first, perhaps on a slow disk; the event loop's thread must stay free.
        let record = try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await manager.submit(tool, arguments, as: caller, options: chosen)
        }
        await request.reply(["task": wire(record)], status: 202)
    }

    func show(_ request: Request) async throws {
        let record = try await manager.task(try await task(request), in: request.scope)
        let tag = EntityTag(record)
        if await request.isKnown(tag) { return }
        if !request.isHead { await manager.noteReading([record], in: request.scope, session: Principal.noConversation) }
        await request.reply(.object(try await reply(record, in: request.scope)), tag: tag)
    }

    func list(_ request: Request) async throws {
        let asked = request.query
        var query = TaskQuery(in: request.scope)
        for word in asked.words("status") {
            switch word {
            case "active": query.statuses.formUnion(TaskStatus.allCases.filter { !$0.isTerminal })
            case "finished": query.statuses.formUnion(TaskStatus.allCases.filter(\.isTerminal))
            default: if let status = TaskStatus(rawValue: word) { query.statuses.insert(status) }
            }
        }
        query.tool = asked.text("tool")
        query.queue = asked.text("queue")
        query.name = asked.text("name")
        query.run = asked.text("run")
        query.reason = asked.text("reason").map { TaskReason($0) }
        if let text = asked.text("id") {
            guard let prefix = TaskID.prefix(from: text) else {
                throw APIFault.invalid("'\(text)' is not how an id begins; give \(TaskID.marker) and four or more of its characters")
            }
            query.idPrefix = prefix
        }
        if let parent = asked.text("parent") { query.parent = try await manager.resolve(parent, in: request.scope) }
        query.createdSince = asked.time("created_since")
        query.createdBefore = asked.time("created_before")
        query.limit = asked.number("limit") ?? query.limit
        if let text = asked.text("cursor") {
            guard let cursor = TaskCursor(text) else {
                throw APIFault.invalid("the cursor is none that a list gave; begin without one")
            }
            query.cursor = cursor
        }
        let page = try await manager.tasks(query)
        var body: JSONObject = ["tasks": .array(page.tasks.map { .object($0.wire) })]
        body["counts"] = try await manager.counts(in: query.scope).wire
        body["next_cursor"] = page.next.map { .string($0.description) }
        await request.reply(.object(body))
    }

    func events(_ request: Request) async throws {
        var query = EventQuery(of: try await task(request), in: request.scope)
        query.after = request.query.number("after") ?? query.after
        query.limit = request.query.number("limit") ?? query.limit
        let events = try await manager.events(query)
        await request.reply(["events": .array(events.map(\.wire))])
    }

    func cancel(_ request: Request) async throws {
        let (disposition, record) = try await manager.cancel(try await unchangedTask(request), in: request.scope)
        await request.reply(["disposition": .string(disposition.word), "task": wire(record)])
    }

    func retry(_ request: Request) async throws {
        let record = try await manager.retry(try await unchangedTask(request), in: request.scope)
        await request.reply(["task": wire(record)], status: 202)
    }

    func wait(_ request: Request) async throws {
        var ids: [TaskID] = []
        for reference in request.body["tasks"]?.array ?? [] {
            ids.append(try await manager.resolve(reference.string ?? "", in: request.scope))
        }
        let tasks = ids
        try await answers.run(.wait, for: request.principal.owner, request.writer) {
            let outcome = try await manager.wait(
                for: tasks,
                request.body["mode"]?.string.flatMap(WaitMode.init) ?? .all,
                atMost: request.body.duration("timeout_ms") ?? .seconds(60),
                in: request.scope
            )
            await manager.noteReading(outcome.settled, in: request.scope, session: Principal.noConversation)
            await request.reply([
                "settled": .array(outcome.settled.map(wire)), "pending": .array(outcome.pending.map(wire)),
                "timed_out": .bool(outcome.isTimedOut),
            ])
        }
    }

    func output(_ request: Request) async throws {
        let id = try await task(request)
        let (query, scope) = (request.query, request.scope)
        // Files are read here, which must not hold up the event loop.
        try await withTaskExecutorPreference(globalConcurrentExecutor) {
            func read(_ range: TaskManager.OutputRange) async throws -> OutputChunk { try await manager.output(of: id, range, in: scope) }
            var offset = query.number("offset") ?? 0
            if let tail = query.number("tail") { offset = try await read(.tail(tail)).offset }
            if query.isSet("follow"), !request.isHead {
                await request.writer.start(status: 200, headers: Self.fields(try await read(.from(offset, limit: 0))))
                try await manager.followOutput(of: id, from: offset, in: scope) { try await request.writer.write($0.bytes) }
                await request.writer.finish()
            } else if let range = request.byteRange {
                let whole = try await read(.from(0, limit: 0))
                var fields = Self.fields(whole)
                fields["Legwork-Output-Offset"] = nil
                try await request.reply(range, of: whole.total, fields) { try await read(.from($0, limit: $1)).bytes }
            } else {
                let limit = query.number("limit") ?? query.number("tail") ?? TaskManager.maximumOutputChunk
                let chunk = try await read(.from(offset, limit: limit))
                await request.writer.send(status: 200, headers: Self.fields(chunk), body: chunk.bytes)
            }
        }
    }

    private static func fields(_ chunk: OutputChunk) -> HTTPHeaders {
        [
            "Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff", "Accept-Ranges": "bytes",
            "Legwork-Output-Offset": "\(chunk.offset)", "Legwork-Output-Total": "\(chunk.total)",
            "Legwork-Output-More": chunk.mayGrow ? "true" : "false",
        ]
    }
}
