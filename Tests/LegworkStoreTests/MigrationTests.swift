import LegworkCore
import LegworkSQLite
import TestPrograms
import Testing

@Suite("A store of the first schema")
struct MigrationTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("tasks.db") }
    private let start = Timestamp(milliseconds: 1_800_000_000_000)

    init() throws { folder = try TemporaryFolder() }

    /// Makes a file as the first version wrote it, and gives the records that it holds, in order of arrival.
    private func makeFirstSchema() throws -> [TaskRecord] {
        let records = try makeRecords()
        let surgery = try DatabaseSurgery(path: path)
        try surgery.migrate(to: 1)
        #expect(try surgery.integer("PRAGMA user_version") == 1)
        for (index, record) in records.enumerated() {
            let row = FirstSchemaRow(record, position: index + 1)
            for statement in row.statements { try surgery.run(statement) }
        }
        try surgery.run("INSERT INTO facts (name, value) VALUES ('next_position', 9)")
        try surgery.run(
            "INSERT INTO quarantine (number, position, id, problem, set_aside_at) VALUES (1, 8, 'garbage', 'it was damaged', 1)"
        )
        return records
    }

    private func makeRecords() throws -> [TaskRecord] {
        func record(name: String? = nil, key: String? = nil, _ change: (inout TaskRecord) throws -> Void = { _ in }) throws -> TaskRecord {
            var record = TaskRecord(
                id: .random(),
                tool: "shell",
                title: "It's work",
                name: name,
                caller: Caller(owner: name == nil ? "ann" : "bob", origin: Caller.Origin(platform: "mcp")),
                arguments: ["text": .string(String(repeating: "x", count: 20))],
                idempotencyKey: key,
                createdAt: start
            )
            _ = record.newEvent(.created, at: start)
            try change(&record)
            return record
        }
        let lease = Lease(token: LeaseToken(rawValue: .max), node: NodeID("node"), expiresAt: start + .seconds(60))
        let parent = try record(name: "builder", key: "order-1")
        return [
            parent,
            try record {
                _ = try $0.claim(under: lease, at: start)
                $0.checkpoint = ["step": 3]
                $0.lineage = Lineage(parent: parent.id, run: "r", call: "c", agent: "a")
            },
            try record(name: "tester") {
                _ = try $0.claim(under: lease, at: start)
                $0.result = .text("done", structured: ["ok": true])
                _ = try $0.apply(.completed, at: start + .seconds(5))
            },
            try record {
                _ = try $0.claim(under: lease, at: start)
                _ = try $0.apply(.stopped(.orphaned), at: start + .seconds(2))
                $0.notBefore = start + .seconds(30)
                $0.priority = -3
                $0.queue = "slow"
            },
        ]
    }

    @Test("is opened with everything that was there")
    func everything() async throws {
        let records = try makeFirstSchema()
        let store = try await SQLiteTaskStore.open(path: path)
        for record in records {
            let read = try await store.task(TaskLookup(record.id, in: .owner(record.owner)))
            #expect(read == record)
            let events = try await store.events(EventQuery(of: record.id, in: .operator))
            #expect(events?.map(\.sequence) == Array(1...record.lastEvent))
        }
        let listed = try await store.tasks(TaskQuery(in: .operator)).tasks
        #expect(listed == records.reversed().map { TaskSummary($0) })
        for (scope, expected) in [
            (Scope.operator, [TaskStatus.queued: 1, .running: 1, .completed: 1, .stopped: 1]), (.owner("ann"), [.running: 1, .stopped: 1]),
            (.owner("bob"), [.queued: 1, .completed: 1]),
        ] {
            let counts = try await store.counts(scope)
            #expect(counts == TaskCounts(expected))
        }
        let quarantined = try await store.quarantined()
        #expect(quarantined == [QuarantinedTask(id: "garbage", problem: "it was damaged")])
        let integrity = try await store.checkIntegrity()
        #expect(integrity == "ok")
        await store.close()
        let surgery = try DatabaseSurgery(path: path)
        #expect(try surgery.integer("PRAGMA user_version") == 7)
    }

    @Test("gets its outbox, and what was written before there were redirects has none")
    func outbox() async throws {
        // A file of today without an outbox is one of the sixth schema.
        var record = try makeRecords()[1]
        let first = try await SQLiteTaskStore.open(path: path)
        #expect(try await first.insert(InsertRequest(record)) == .inserted)
        await first.close()
        do {
            let surgery = try DatabaseSurgery(path: path)
            try surgery.run("DROP TABLE deliveries")
            try surgery.run("DELETE FROM facts WHERE name = 'next_delivery'")
            try surgery.run("PRAGMA user_version = 6")
        }
        let store = try await SQLiteTaskStore.open(path: path)
        #expect(try await store.task(TaskLookup(record.id, in: .operator)) == record)
        #expect(record.redirects.isEmpty)
        let version = record.version
        _ = record.add(Redirect(to: "ops"))
        let transition = try record.apply(.completed, at: start)
        let change = TaskChange(record, replacing: version, events: transition.events, deliveries: transition.deliveries)
        #expect(try await store.commit(change) == .applied)
        #expect(try await store.dueDeliveries(DueDeliveryQuery(channel: "ops", now: start)).deliveries == transition.deliveries)
        #expect(transition.deliveries.count == 1)
        #expect(try await store.checkIntegrity() == "ok")
        await store.close()
    }

    @Test("goes on where it was: keys, names, families, order, claims and purges")
    func goesOn() async throws {
        let records = try makeFirstSchema()
        let store = try await SQLiteTaskStore.open(path: path)
        func insert(name: String? = nil, key: String? = nil, run: String? = nil) async throws -> InsertResult {
            let record = TaskRecord(
                id: .random(),
                tool: "shell",
                title: "New",
                name: name,
                caller: Caller(owner: "bob"),
                lineage: Lineage(run: run),
                arguments: [:],
                idempotencyKey: key,
                createdAt: start
            )
            return try await store.insert(InsertRequest(record))
        }
        var result = try await insert(key: "order-1")
        #expect(result == .existing(records[0]))
        result = try await insert(name: "builder")
        #expect(result == .nameTaken(records[0]))
        result = try await insert(name: "tester", run: "r")
        #expect(result == .inserted)
        let newest = try await store.tasks(TaskQuery(in: .operator, limit: 1))
        #expect(newest.tasks.first?.name == "tester")
        // What was written before there was a feed has no place in it.
        let feed = try await store.feed(FeedQuery(in: .owner("bob"), after: .start))
        #expect(feed.entries.map(\.event.kind) == [])
        #expect(feed.hasGap)
        #expect(try await !store.feed(FeedQuery(in: .owner("nobody"), after: .start)).hasGap)
        #expect(try await store.feed(FeedQuery(in: .operator, after: .start)).hasGap)
        let change = try await store.task(TaskLookup(records[0].id, in: .operator))
        #expect(change == records[0])
        // The place of what was set aside is not given again.
        #expect(newest.next == TaskCursor(position: 9))

        let family = try await store.descendants(DescendantQuery(of: records[0].id, in: .operator))
        #expect(family?.map(\.id) == [records[1].id])
        let run = try await store.tasks(TaskQuery(in: .operator, run: "r")).tasks
        #expect(run.count == 2)
        let lease = Lease(token: .random(), node: NodeID("node"), expiresAt: start)
        let claimed = try await store.claim(ClaimRequest(lease: lease, limit: 9, now: start + .seconds(99)))
        #expect(claimed.map(\.id) == [records[0].id, run[0].id])
        let message = TaskMessage(from: TaskMessage.Sender(owner: "ann"), "hello", at: start)
        let sent = try await store.send(SendRequest(message, to: records[1].id, in: .operator))
        #expect(sent == .noInbox)
        let purged = try await store.purge(PurgeRequest(in: .operator, finishedBefore: start + .seconds(9)))
        #expect(purged == [records[2].id])
        let counts = try await store.counts(.operator)
        #expect(counts == TaskCounts([.running: 3, .stopped: 1]))
        await store.close()
    }

    @Test("tells the end of a task that was running")
    func end() async throws {
        let records = try makeFirstSchema()
        let store = try await SQLiteTaskStore.open(path: path)
        var next = records[1]
        let transition = try next.apply(.completed, at: start + .seconds(7))
        let change = TaskChange(next, replacing: records[1].version, events: transition.events, notices: transition.notices)
        let result = try await store.commit(change)
        #expect(result == .applied)
        let notices = try await store.notices(NoticeQuery(in: .operator))
        #expect(notices.map(\.task) == [next.id])
        let read = try await store.task(TaskLookup(next.id, in: .operator))
        #expect(read == next)
        await store.close()
    }
}

/// A record as the statements by which the first version wrote it.
private struct FirstSchemaRow {
    var statements: [String]

    init(_ record: TaskRecord, position: Int) {
        let columns: [(String, String)] = [
            ("position", "\(position)"), ("id", Self.text(record.id.description)), ("owner", Self.text(record.owner.name)),
            ("tool", Self.text(record.tool)), ("name", Self.text(record.name)), ("idempotency_key", Self.text(record.idempotencyKey)),
            ("origin", Self.text(#"{"platform":"mcp"}"#)), ("created_at", Self.time(record.createdAt)),
            ("title", Self.text(record.title)), ("reason", Self.text(record.reason?.rawValue)), ("cancel_requested", "0"),
            ("attempts", "\(record.attempts)"), ("started_at", Self.time(record.startedAt)), ("updated_at", Self.time(record.updatedAt)),
            ("version", "\(record.version)"), ("last_event", "\(record.lastEvent)"), ("recovery", Self.text(record.recovery.rawValue)),
            ("run", Self.text(record.lineage.run)), ("call", Self.text(record.lineage.call)), ("agent", Self.text(record.lineage.agent)),
            ("lease_token", record.lease.map { "\(Int64(bitPattern: $0.token.rawValue))" } ?? "NULL"),
            ("status", Self.text(record.status.rawValue)), ("finished_at", Self.time(record.finishedAt)), ("held_until", "NULL"),
            ("lease_node", Self.text(record.lease?.node.name)), ("lease_expires_at", Self.time(record.lease?.expiresAt)),
            ("parent", Self.text(record.lineage.parent?.description)), ("queue", Self.text(record.queue)),
            ("priority", "\(record.priority)"), ("not_before", Self.time(record.notBefore)), ("created_until", Self.time(record.createdAt)),
        ]
        let names = columns.map(\.0).joined(separator: ", ")
        let values = columns.map(\.1).joined(separator: ", ")
        let body = [record.arguments, record.checkpoint, record.result?.json].map { Self.text($0?.json()) }.joined(separator: ", ")
        let count = "(\(Self.text(record.owner.name)), \(Self.text(record.status.rawValue)), 1)"
        let total = "(\(Self.text(record.status.rawValue)), 1)"
        statements = [
            "INSERT INTO tasks (\(names)) VALUES (\(values))",
            "INSERT INTO bodies (position, arguments, checkpoint, result) VALUES (\(position), \(body))",
            "INSERT INTO owner_counts (owner, status, number) VALUES \(count)",
            "INSERT INTO total_counts (status, number) VALUES \(total)",
        ]
        for sequence in 1...record.lastEvent {
            statements.append(
                "INSERT INTO events (position, sequence, time, kind) VALUES (\(position), \(sequence), \(Self.time(record.createdAt)), 'message')"
            )
        }
    }

    private static func text(_ text: String?) -> String {
        text.map { "'" + $0.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'" } ?? "NULL"
    }

    private static func time(_ time: Timestamp?) -> String { time.map { "\($0.milliseconds)" } ?? "NULL" }
}
