import Legwork
import LegworkCore
import LegworkHTTP

// What happens, as it happens: event streams of one task and of all of an owner, and waits for a change.
extension API {
    /// The most entries that a stream holds at once; whoever reads slowly is caught up from the store.
    private static let streamStep = 64

    static let streamOperations: [Operation] = [
        Operation(
            "GET",
            "/v1/tasks/{task}/events",
            "listEvents",
            .tasks,
            "Reads a task's timeline, or follows it to its end.",
            details: "With `Accept: text/event-stream` as a stream: first `state`, then each entry with its number as id, last `end`.",
            needs: .read,
            query: [after, .limit(1...10_000, usually: 1000)],
            headers: [.lastEventID],
            answers: [
                Answer.json("The entries, in order.", .object(["events": .array(of: .taskEvent)])).orEvents,
                Answer(status: 204, description: "The task has ended, and the client has all of it.", content: .none),
            ],
            faults: Fault.streams,
            action: API.timeline
        ),
        Operation(
            "GET",
            "/v1/tasks/{task}/wait",
            "waitForChange",
            .tasks,
            "Waits until a task changes, or no longer moves.",
            needs: .read,
            query: [
                Parameter(
                    "after_version",
                    .number(0...Parameter.greatestNumber),
                    "Until it has another `version`; else until it no longer moves."
                ),
                Parameter("timeout_ms", .number(0...604_800_000), "The longest wait; 60,000 when left out."),
            ],
            headers: [.ifNoneMatch],
            answers: [
                Answer.json("How it stands.", .object(["task": .task, "version": .count, "timed_out": .flag])).tagged, .notModified,
            ],
            action: API.waitForChange
        ),
        Operation(
            "GET",
            "/v1/events",
            "feed",
            .tasks,
            "Reads the timeline entries of all tasks of the owner, or follows them.",
            details: "With `Accept: text/event-stream` as a stream without end, which resumes after `Last-Event-ID`, over restarts too.",
            needs: .read,
            query: [
                after, .limit(1...FeedQuery.maximumLimit, usually: 100),
                Parameter("wait_ms", .number(0...604_800_000), "How long an entry is waited for; 0 when left out."),
                Parameter("task", .list(100), "Only entries of these."), Parameter("kind", .list(100), "Only entries of these kinds."),
            ],
            headers: [.lastEventID],
            answers: [
                Answer.json(
                    "A page; `next_after` goes on, `gap` says that what came before is kept no more.",
                    .object(["events": .array(of: feedEntry), "next_after": .count, "gap?": .flag])
                ).orEvents
            ],
            faults: Fault.task + Fault.streams,
            action: API.feed
        ),
    ]

    private static let after = Parameter("after", .number(0...Parameter.greatestNumber), "Only entries after this place.")

    private static let feedEntry = Schema.named(
        "FeedEntry",
        .object(["position": .count, "task": .taskID, "sequence": .count, "time": .time, "kind": .text, "text?": .text, "data?": .any])
            .described("An entry of some task's timeline, with its place among those of all.")
    )

    // MARK: One task

    /// A task's timeline: what there is, or as a stream to the task's end.
    func timeline(_ request: Request) async throws {
        let wish = try FeedWish(request)
        guard request.wantsEvents else { return try await events(request) }
        let query = EventQuery(
            of: try await task(request),
            in: request.scope,
            after: Int(clamping: wish.after?.rawValue ?? 0),
            limit: Self.streamStep
        )
        // A stream that has begun cannot say any more that there is no such task.
        let record = try await manager.task(query.id, in: query.scope)
        if request.http.headers["Last-Event-ID"] != nil, record.status.isTerminal, record.lastEvent <= query.after {
            // By this a browser knows that it need not come again (HTML, section 9.2.2).
            return await request.writer.send(status: 204)
        }
        try await stream(request) { stream in
            var progress: TaskProgress?
            var isFirst = true
            for try await batch in manager.followEvents(query) {
                let summary = TaskSummary(batch.record)
                var events = isFirst ? [StreamEvent.state(summary)] : []
                events += batch.events.map { StreamEvent.entry($0, of: query.id) }
                if !isFirst, !batch.isLast, let now = batch.record.progress, now != progress {
                    let report = ProgressReport(task: query.id, progress: now, time: batch.record.updatedAt)
                    events.append(StreamEvent.progress(report))
                }
                if batch.isLast { events.append(StreamEvent.end(summary)) }
                try await stream.send(events)
                progress = batch.record.progress
                isFirst = false
            }
        }
    }

    /// Waits until a task changes, or no longer moves.
    func waitForChange(_ request: Request) async throws {
        let (id, scope) = (try await task(request), request.scope)
        let patience = Duration.milliseconds(request.query.number("timeout_ms") ?? 60_000)
        try await answers.run(.wait, for: request.principal.owner, request.writer) {
            let record: TaskRecord
            let isTimedOut: Bool
            if let seen = try await seenVersion(request, id) {
                record = try await manager.waitForChange(of: id, from: seen, atMost: patience, in: scope)
                if await request.isKnown(EntityTag(record)) { return }
                isTimedOut = record.version == seen
            } else {
                let outcome = try await manager.wait(for: [id], atMost: patience, in: scope)
                guard let only = outcome.settled.first ?? outcome.pending.first else { throw TaskManagerError.notFound(id) }
                (record, isTimedOut) = (only, outcome.isTimedOut)
            }
            if !request.isHead { await manager.noteReading([record], in: scope, session: Principal.noConversation) }
            await request.reply(
                ["task": wire(record), "version": JSONValue(record.version), "timed_out": .bool(isTimedOut)],
                tag: EntityTag(record)
            )
        }
    }

    /// The version that a client has, as it says itself or by an `ETag`; nil when it says none.
    private func seenVersion(_ request: Request, _ id: TaskID) async throws -> Int? {
        let tags = request.http.headers.values("If-None-Match")
        guard !tags.isEmpty else { return request.query.number("after_version") }
        let record = try await manager.task(id, in: request.scope)
        // None that it could have is 0, so that what it knows nothing of is told at once.
        return EntityTag(record).isNamed(in: tags) ? record.version : 0
    }

    // MARK: All of an owner

    /// The timeline entries of all tasks that the client may see: a page, for which it may wait, or as a stream without end.
    func feed(_ request: Request) async throws {
        var wish = try FeedWish(request)
        for reference in wish.references { wish.tasks.insert(try await manager.resolve(reference, in: request.scope)) }
        if request.wantsEvents {
            try await streamFeed(request, wish)
        } else {
            try await sendFeed(request, wish)
        }
    }

    private func sendFeed(_ request: Request, _ wish: FeedWish) async throws {
        let query = FeedQuery(in: request.scope, after: wish.after ?? .start, limit: wish.limit)
        try await answers.run(.wait, for: request.principal.owner, request.writer) {
            let page = try await manager.feed(query, waitingAtMost: wish.patience) { wish.includes($0) }
            var body: JSONObject = ["events": .array(page.entries.map(\.wire)), "next_after": .integer(page.next.rawValue)]
            if page.hasGap { body["gap"] = true }
            await request.reply(.object(body))
        }
    }

    private func streamFeed(_ request: Request, _ wish: FeedWish) async throws {
        let scope = request.scope
        try await stream(request) { stream in
            let end = try await manager.feed(FeedQuery(in: scope, after: wish.after == nil ? nil : .start, limit: 1)).next
            let start = wish.after ?? end
            try await stream.send([StreamEvent.state(try await manager.counts(in: scope), at: start)])
            var (isGapTold, unmarked) = (false, 0)
            for try await batch in manager.followFeed(in: scope, after: start, limit: Self.streamStep) {
                let isFull = batch.entries.count == Self.streamStep
                var events: [HTTPServerSentEvent] = []
                // Of who catches up over several batches each says so.
                if batch.hasGap, !isGapTold { events.append(StreamEvent.gap(before: batch.entries.first?.position, or: batch.next)) }
                isGapTold = batch.hasGap && isFull
                let wanted = batch.entries.filter { wish.includes($0) }
                events += wanted.map { StreamEvent.entry($0) }
                if wish.includesProgress {
                    events += batch.progress.filter { wish.includes($0.task) }.map { StreamEvent.progress($0) }
                }
                if !events.isEmpty { try await stream.send(events) }
                // Who filters much would have to read all of it again after a break.
                unmarked = wanted.isEmpty ? unmarked + batch.entries.count : batch.entries.reversed().prefix { !wish.includes($0) }.count
                if unmarked >= Self.streamStep || isFull || batch.hasGap && wanted.isEmpty {
                    try await stream.mark(id: batch.next.description)
                    unmarked = 0
                }
            }
        }
    }

    /// Opens a stream and ends it after a body.
    private func stream(_ request: Request, _ body: (HTTPEventStream) async throws -> Void) async throws {
        try await answers.run(.stream, for: request.principal.owner, request.writer) {
            let stream = await HTTPEventStream.open(request.writer)
            // What is asked for is the head alone, not to be kept waiting for its end.
            if request.http.method == "HEAD" { return await stream.finish() }
            try await stream.retry(after: StreamEvent.retry)
            try await body(stream)
            await stream.finish()
        }
    }
}

extension API.Request {
    /// Whether the client asks for an event stream.
    var wantsEvents: Bool {
        http.headers.values("Accept").contains { field in
            field.split(separator: ",").contains { part in
                let words = part.lowercased().split(separator: ";").map { $0.filter { !$0.isWhitespace } }
                return words.first == "text/event-stream"
                    && !words.dropFirst().contains { $0.hasPrefix("q=0") && Double($0.dropFirst(2)) == 0 }
            }
        }
    }
}
