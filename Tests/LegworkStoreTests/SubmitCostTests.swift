import Glibc
import LegworkCore
import LegworkSQLite
import TestPrograms
import Testing

/// No clock is asked here either: what a durable submit costs is one sync to the disk and a few microseconds for each page it writes.
@Suite("A durable submit")
struct SubmitCostTests {
    @Test("writes few pages", arguments: [(0, 12), (100, 12), (2000, 14)])
    func pages(bytes: Int, most: Double) async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("tasks.db")
        let store = try await SQLiteTaskStore.open(path: path)
        for _ in 0..<100 { try await submit(to: store, bytes: bytes) }
        let before = size(path + "-wal")
        for _ in 0..<200 { try await submit(to: store, bytes: bytes) }
        let pages = Double(size(path + "-wal") - before) / 4120 / 200
        #expect(pages > 1)
        #expect(pages < most)
        await store.close()
    }

    private func submit(to store: SQLiteTaskStore, bytes: Int) async throws {
        var record = TaskRecord(
            id: .random(),
            tool: "shell",
            title: "Run the tests",
            caller: Caller(owner: "ann"),
            arguments: ["text": .string(String(repeating: "x", count: bytes))],
            createdAt: .now
        )
        let event = record.newEvent(.created, at: record.createdAt)
        _ = try await store.insert(InsertRequest(record, events: [event]))
    }

    private func size(_ path: String) -> Int {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    @Test("is followed by a start, an end and a cancel that write as few, however many tasks there are")
    func followed() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("tasks.db")
        let store = try await SQLiteTaskStore.open(path: path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3000 { group.addTask { try await submit(to: store, bytes: 100) } }
            try await group.waitForAll()
        }
        let before = size(path + "-wal")
        for number in 0..<100 {
            let lease = Lease(token: LeaseToken(rawValue: UInt64(number)), node: NodeID("here"), expiresAt: .now + .seconds(60))
            let tasks = try await store.claim(ClaimRequest(lease: lease, limit: 1, now: .now))
            var task = try #require(tasks.first)
            let version = task.version
            let event = number % 2 == 0 ? TaskLifecycle.Event.completed : .cancelRequested
            let transition = try task.apply(event, at: .now)
            _ = try await store.commit(TaskChange(task, replacing: version, token: lease.token, events: transition.events))
        }
        let pages = Double(size(path + "-wal") - before) / 4120 / 200
        #expect(pages > 1)
        #expect(pages < 14)
        await store.close()
    }
}
