import LegworkCore
import LegworkSQLite
import TestPrograms
import Testing

@Suite("The standing of queues")
struct QueueCountTests {
    @Test("is told of every queue, however much another one has in it, and counts no further than its limit")
    func many() async throws {
        let folder = try TemporaryFolder()
        var configuration = SQLiteConfiguration()
        configuration.isDurable = false
        let stores: [any TaskStore] = [
            try await SQLiteTaskStore.open(path: folder.file("tasks.db"), configuration: configuration), MemoryTaskStore(),
        ]
        let most = QueueStanding.greatestCount
        for store in stores {
            try await insert(most + 1, in: "crowded", delay: .seconds(1), into: store)
            try await insert(2, in: "quiet", delay: .seconds(2), into: store)
            try await insert(1, in: "quiet", into: store)
            let expected = [QueueStanding("crowded", delayed: most), QueueStanding("quiet", ready: 1, delayed: 2)]
            #expect(try await store.queues() == expected)
            await store.close()
        }
    }

    private func insert(_ count: Int, in queue: String, delay: Duration? = nil, into store: any TaskStore) async throws {
        let start = Timestamp(milliseconds: 1_800_000_000_000)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<count {
                // As many at once as one transaction takes.
                if index >= 500 { try await group.next() }
                group.addTask {
                    let record = TaskRecord(
                        id: .random(),
                        tool: "shell",
                        title: "Work",
                        caller: Caller(owner: "ann"),
                        arguments: [:],
                        queue: queue,
                        notBefore: delay.map { start + $0 },
                        createdAt: start
                    )
                    _ = try await store.insert(InsertRequest(record, events: []))
                }
            }
            try await group.waitForAll()
        }
    }
}
