import LegworkCore
import LegworkSQLite
import TestPrograms
import Testing

@Suite("A damaged row")
struct QuarantineTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("tasks.db") }
    private let start = Timestamp(milliseconds: 1_800_000_000_000)

    init() throws { folder = try TemporaryFolder() }

    /// Something that can happen to the row of a task, and a word of what is then said about it.
    struct Damage: Sendable, CustomTestStringConvertible {
        var sql: String
        var word: String
        /// Whether lists, which read only part of a task, see it too.
        var isSeenByLists = true

        var testDescription: String { word }

        static let all = [
            Damage(sql: "UPDATE tasks SET status = 'bogus'", word: "status 'bogus'"),
            Damage(sql: "UPDATE tasks SET id = 'garbage'", word: "id 'garbage'"),
            Damage(sql: "UPDATE tasks SET parent = 'nobody'", word: "parent 'nobody'"),
            Damage(sql: "UPDATE tasks SET title = CAST(x'fffe' AS TEXT)", word: "title"),
            Damage(sql: "UPDATE tasks SET recovery = 'hope'", word: "recovery 'hope'", isSeenByLists: false),
            Damage(sql: "UPDATE tasks SET lease_node = 'alone'", word: "lease", isSeenByLists: false),
            Damage(sql: "UPDATE tasks SET origin = '[]'", word: "origin", isSeenByLists: false),
        ]

        static let ofBodies = [
            Damage(sql: "UPDATE bodies SET arguments = '{\"a\":'", word: "arguments is no JSON", isSeenByLists: false),
            Damage(sql: "UPDATE bodies SET checkpoint = ''", word: "checkpoint", isSeenByLists: false),
            Damage(sql: "UPDATE bodies SET result = '{}'", word: "result", isSeenByLists: false),
            Damage(sql: "UPDATE bodies SET extras = '[]'", word: "extras", isSeenByLists: false),
            Damage(sql: "DELETE FROM bodies", word: "arguments are missing", isSeenByLists: false),
        ]
    }

    private func request(_ index: Int, name: String? = nil, key: String? = nil) -> InsertRequest {
        var record = TaskRecord(
            id: .random(),
            tool: "shell",
            title: "Task \(index)",
            name: name,
            caller: Caller(owner: "ann"),
            // Large enough for a row of their own in `bodies`.
            arguments: ["text": .string(String(repeating: "x", count: 1000))],
            idempotencyKey: key,
            createdAt: start
        )
        let event = record.newEvent(.created, at: start)
        return InsertRequest(record, events: [event])
    }

    /// Makes a store of five tasks and damages the third.
    private func makeDamagedStore(_ damage: [Damage], name: String? = nil, key: String? = nil) async throws -> (
        SQLiteTaskStore, [TaskRecord]
    ) {
        let sound = try await SQLiteTaskStore.open(path: path)
        var records: [TaskRecord] = []
        for index in 0..<5 {
            let isThird = index == 2
            let request = request(index, name: isThird ? name : nil, key: isThird ? key : nil)
            _ = try await sound.insert(request)
            records.append(request.record)
        }
        await sound.close()
        do {
            let surgery = try DatabaseSurgery(path: path)
            for damage in damage { try surgery.run(damage.sql + " WHERE position = 3") }
        }
        return (try await SQLiteTaskStore.open(path: path), records)
    }

    private func expectAgreement(_ store: SQLiteTaskStore, _ ids: [TaskID]) async throws {
        for scope in [Scope.operator, .owner("ann")] {
            let listed = try await store.tasks(TaskQuery(in: scope)).tasks.map(\.id)
            #expect(listed == ids.reversed())
            let counts = try await store.counts(scope)
            #expect(counts[.queued] == ids.count)
            #expect(counts.total == ids.count)
        }
        let integrity = try await store.checkIntegrity()
        #expect(integrity == "ok")
    }

    @Test("is missing for whoever asks, is reported, and harms no other", arguments: Damage.all + Damage.ofBodies)
    func lookup(_ damage: Damage) async throws {
        let (store, records) = try await makeDamagedStore([damage])
        let sound = [0, 1, 3, 4].map { records[$0] }
        if damage.isSeenByLists {
            let listed = try await store.tasks(TaskQuery(in: .operator)).tasks.map(\.id)
            #expect(listed == sound.map(\.id).reversed())
        }
        let damaged = try await store.task(TaskLookup(records[2].id, in: .operator))
        #expect(damaged == nil)
        for record in sound {
            let read = try await store.task(TaskLookup(record.id, in: .owner("ann")))
            #expect(read == record)
        }
        let quarantined = try await store.quarantined()
        #expect(quarantined.count == 1)
        #expect(quarantined.first?.id == (damage.sql.contains("garbage") ? "garbage" : records[2].id.description))
        #expect(quarantined.first?.problem.contains(damage.word) == true, "\(quarantined)")
        try await expectAgreement(store, sound.map(\.id))
        await store.close()

        let again = try await SQLiteTaskStore.open(path: path)
        let kept = try await again.quarantined()
        #expect(kept == quarantined)
        await again.close()
        // Nothing of it is thrown away.
        let surgery = try DatabaseSurgery(path: path)
        let kinds = try surgery.integer("SELECT count(*) FROM quarantined_values WHERE field = 'owner' AND value = 'ann'")
        #expect(kinds == 1)
    }

    @Test("is not claimed, and the next one is in its place", arguments: Damage.all + Damage.ofBodies)
    func claim(_ damage: Damage) async throws {
        let (store, records) = try await makeDamagedStore([damage])
        let lease = Lease(token: .random(), node: NodeID("node"), expiresAt: start)
        let claimed = try await store.claim(ClaimRequest(lease: lease, limit: 3, now: start))
        #expect(claimed.map(\.id) == [0, 1, 3].map { records[$0].id })
        let rest = try await store.claim(ClaimRequest(lease: lease, limit: 3, now: start))
        #expect(rest.map(\.id) == [records[4].id])
        let lost = try await store.lostLeases(LostLeaseQuery(expiredBefore: start + .seconds(1)))
        #expect(lost.count == 4)
        _ = try await store.tasks(TaskQuery(in: .operator))
        _ = try await store.task(TaskLookup(records[2].id, in: .operator))
        let quarantined = try await store.quarantined()
        #expect(quarantined.count == 1)
        await store.close()
    }

    @Test("does not count as lost while it executes")
    func lostLease() async throws {
        let (store, records) = try await makeDamagedStore([
            Damage(sql: "UPDATE tasks SET status = 'running', recovery = 'hope'", word: "recovery")
        ])
        let lost = try await store.lostLeases(LostLeaseQuery(expiredBefore: start))
        #expect(lost.isEmpty)
        let quarantined = try await store.quarantined()
        #expect(quarantined.map(\.id) == [records[2].id.description])
        await store.close()
    }

    @Test(
        "leaves a gap in the feed, of which whoever reads past it is told at once and whoever comes later too",
        arguments: [
            Damage(sql: "UPDATE events SET data = '{'", word: "data"), Damage(sql: "UPDATE tasks SET id = 'garbage'", word: "id"),
        ]
    )
    func feed(_ damage: Damage) async throws {
        let (store, records) = try await makeDamagedStore([damage])
        let page = try await store.feed(FeedQuery(in: .owner("ann"), after: .start))
        #expect(page.entries.map(\.task) == [0, 1, 3, 4].map { records[$0].id })
        #expect(page.hasGap)
        let rest = try await store.feed(FeedQuery(in: .owner("ann"), after: page.next))
        #expect(rest.entries.isEmpty && !rest.hasGap)
        await store.close()
    }

    @Test("gives its name and its key free")
    func nameAndKey() async throws {
        let (store, _) = try await makeDamagedStore([Damage.ofBodies[0]], name: "builder", key: "order-1")
        let first = try await store.insert(request(9, name: "builder"))
        #expect(first == .inserted)
        let second = try await store.insert(request(9, key: "order-1"))
        #expect(second == .inserted)
        let quarantined = try await store.quarantined()
        #expect(quarantined.count == 1)
        await store.close()
    }

    @Test("is answered as gone when it is to be changed")
    func change() async throws {
        let (store, records) = try await makeDamagedStore([Damage.all[0]])
        var next = records[2]
        next.touch(at: start)
        let result = try await store.commit(TaskChange(next, replacing: 1))
        #expect(result == .stale(nil))
        try await expectAgreement(store, [0, 1, 3, 4].map { records[$0].id })
        await store.close()
    }

    @Test("leaves no gap in a page")
    func pages() async throws {
        let (store, records) = try await makeDamagedStore([Damage.all[0]])
        let page = try await store.tasks(TaskQuery(in: .operator, limit: 3))
        #expect(page.tasks.map(\.id) == [4, 3, 1].map { records[$0].id })
        let rest = try await store.tasks(TaskQuery(in: .operator, limit: 3, cursor: page.next))
        #expect(rest.tasks.map(\.id) == [records[0].id])
        await store.close()
    }

    @Test("in a timeline is left out, and the task stays")
    func event() async throws {
        let (store, records) = try await makeDamagedStore([Damage(sql: "UPDATE events SET data = '{'", word: "data")])
        let events = try await store.events(EventQuery(of: records[2].id, in: .operator))
        #expect(events == [])
        let quarantined = try await store.quarantined()
        #expect(quarantined.map(\.id) == [records[2].id.description])
        #expect(quarantined.first?.problem.contains("timeline entry 1") == true)
        try await expectAgreement(store, records.map(\.id))
        let task = try await store.task(TaskLookup(records[2].id, in: .operator))
        #expect(task == records[2])
        await store.close()
    }

    @Test("among nothing but damaged rows does not keep the store from opening and working")
    func allDamaged() async throws {
        let sound = try await SQLiteTaskStore.open(path: path)
        for index in 0..<50 { _ = try await sound.insert(request(index)) }
        await sound.close()
        do {
            let surgery = try DatabaseSurgery(path: path)
            try surgery.run("UPDATE tasks SET status = 'bogus', owner = CAST(x'ff' AS TEXT)")
        }
        let store = try await SQLiteTaskStore.open(path: path)
        let request = request(99)
        _ = try await store.insert(request)
        let read = try await store.task(TaskLookup(request.record.id, in: .operator))
        #expect(read == request.record)
        await store.close()
    }
}
