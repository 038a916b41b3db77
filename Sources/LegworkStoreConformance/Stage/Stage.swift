import LegworkCore

/// A store under test, with the steps that many behaviours share.
struct Stage: Sendable {
    /// The time at which behaviours begin. Nothing reads a clock.
    static let start = Timestamp(milliseconds: 1_800_000_000_000)

    let provider: any StoreProvider
    let store: any TaskStore
    let timeline: TimelineLimit

    /// A time so many seconds after the beginning.
    static func at(_ seconds: Int64) -> Timestamp { start + .seconds(seconds) }

    /// A lease of an hour under a new token.
    static func lease(node: String = "node", until expiry: Timestamp = at(3600)) -> Lease {
        Lease(token: .random(), node: NodeID(node), expiresAt: expiry)
    }

    // MARK: Writing

    /// Records a task, which has to succeed.
    @discardableResult
    func add(_ draft: Draft = Draft(), file: String = #fileID, line: Int = #line) async throws -> TaskRecord {
        let request = draft.request
        let result = try await store.insert(request)
        try expect(result, equals: .inserted, "the insert", file: file, line: line)
        return request.record
    }

    /// Records a task with some parts changed.
    @discardableResult
    func add(file: String = #fileID, line: Int = #line, _ change: (inout Draft) -> Void) async throws -> TaskRecord {
        try await add(.with(change), file: file, line: line)
    }

    /// Claims tasks.
    func claim(
        queues: [String] = [],
        limit: Int = 1,
        lease: Lease = lease(),
        now: Timestamp = start,
        gate: QueueGate? = nil
    ) async throws -> [TaskRecord] {
        try await store.claim(ClaimRequest(lease: lease, queues: queues, limit: limit, now: now, gate: gate))
    }

    /// Records a task and claims it.
    func addRunning(
        lease: Lease = lease(),
        file: String = #fileID,
        line: Int = #line,
        _ change: (inout Draft) -> Void = { _ in }
    ) async throws -> TaskRecord {
        let queue = "running-\(TaskID.random())"
        let draft = Draft.with { draft in
            draft.queue = queue
            change(&draft)
        }
        try await add(draft, file: file, line: line)
        return try require(try await claim(queues: [draft.queue], lease: lease).first, "the claimed task", file: file, line: line)
    }

    /// Records a task and takes it to an end.
    func addFinished(
        _ event: TaskLifecycle.Event = .completed,
        at now: Timestamp = start,
        file: String = #fileID,
        line: Int = #line,
        _ change: (inout Draft) -> Void = { _ in }
    ) async throws -> TaskRecord {
        // Unless the draft says otherwise the task goes through the default queue, so that its queue is no other than that of its fellows.
        let draft = Draft.with { draft in
            draft.lifecycle = .promoted
            draft.lease = Self.lease()
            change(&draft)
        }
        let record = try await add(draft, file: file, line: line)
        if event == .cancelled {
            let asked = try await advance(record, .cancelRequested, at: now, file: file, line: line)
            return try await advance(asked, .cancelled, at: now, file: file, line: line)
        }
        return try await advance(record, event, at: now, file: file, line: line)
    }

    /// Takes a record through an event of its life and commits it, which has to succeed.
    @discardableResult
    func advance(
        _ record: TaskRecord,
        _ event: TaskLifecycle.Event,
        at now: Timestamp = start,
        token: LeaseToken? = nil,
        file: String = #fileID,
        line: Int = #line,
        _ change: (inout TaskRecord) -> Void = { _ in }
    ) async throws -> TaskRecord {
        var next = record
        change(&next)
        let transition = try next.apply(event, at: now)
        let change = TaskChange(
            next,
            replacing: record.version,
            token: token,
            events: transition.events,
            notices: transition.notices,
            deliveries: transition.deliveries
        )
        let result = try await store.commit(change)
        try expect(result, equals: .applied, "the commit of '\(event)'", file: file, line: line)
        return next
    }

    /// Commits a change that is no step of the life, which has to succeed.
    @discardableResult
    func change(
        _ record: TaskRecord,
        at now: Timestamp = start,
        token: LeaseToken? = nil,
        file: String = #fileID,
        line: Int = #line,
        _ change: (inout TaskRecord) -> Void
    ) async throws -> TaskRecord {
        var next = record
        change(&next)
        next.touch(at: now)
        let result = try await store.commit(TaskChange(next, replacing: record.version, token: token))
        try expect(result, equals: .applied, "the commit", file: file, line: line)
        return next
    }

    // MARK: Reading

    /// The task as the operator sees it.
    func task(_ id: TaskID) async throws -> TaskRecord? { try await store.task(TaskLookup(id, in: .operator)) }

    /// The ids of a whole list, page after page.
    func list(_ query: TaskQuery) async throws -> [TaskID] { try await summaries(query).map(\.id) }

    /// A whole list, page after page.
    func summaries(_ query: TaskQuery) async throws -> [TaskSummary] {
        var query = query
        var found: [TaskSummary] = []
        while true {
            let page = try await store.tasks(query)
            found += page.tasks
            guard let next = page.next else { return found }
            query.cursor = next
        }
    }

    /// Checks that a scope's counts are those of its lists.
    func expectCountsToAgree(_ scope: Scope, file: String = #fileID, line: Int = #line) async throws {
        let counts = try await store.counts(scope)
        let listed = try await summaries(TaskQuery(in: scope))
        for status in TaskStatus.allCases {
            let number = listed.count { $0.status == status }
            try expect(counts[status], equals: number, "the count of '\(status.rawValue)'", file: file, line: line)
        }
    }

    // MARK: Once more

    /// Closes the store and goes on with what it stored; does nothing where nothing outlives a store.
    func reopening(_ body: (Stage) async throws -> Void) async throws {
        guard let store = try await provider.reopen(store, timeline: timeline) else { return }
        do {
            try await body(Stage(provider: provider, store: store, timeline: timeline))
        } catch {
            await provider.remove(store)
            throw error
        }
        await provider.remove(store)
    }

    // MARK: Many at once

    /// Runs a body several times at once and gathers the answers.
    static func concurrently<Answer: Sendable>(
        _ count: Int,
        _ body: @escaping @Sendable (Int) async throws -> Answer
    ) async throws -> [Answer] {
        try await withThrowingTaskGroup(of: Answer.self) { group in
            for index in 0..<count { group.addTask { try await body(index) } }
            var answers: [Answer] = []
            for try await answer in group { answers.append(answer) }
            return answers
        }
    }
}
