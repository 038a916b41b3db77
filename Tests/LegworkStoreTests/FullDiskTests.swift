import LegworkCore
import LegworkSQLite
import TestPrograms
import Testing

@Suite("A store on a full disk")
struct FullDiskTests {
    private let start = Timestamp(milliseconds: 1_800_000_000_000)

    private func request(bytes: Int) -> InsertRequest {
        var record = TaskRecord(
            id: .random(),
            tool: "shell",
            title: "Work",
            caller: Caller(owner: "ann"),
            arguments: .string(String(repeating: "x", count: bytes)),
            lifecycle: .promoted,
            createdAt: start
        )
        let event = record.newEvent(.created, at: start)
        return InsertRequest(record, events: [event])
    }

    /// The ids of the tasks that were recorded, and the errors of those that were not.
    private func insert(_ requests: [InsertRequest], into store: SQLiteTaskStore) async -> (recorded: Set<TaskID>, errors: [StoreError]) {
        await withTaskGroup(of: Result<TaskID, StoreError>.self) { group in
            for request in requests {
                group.addTask {
                    do throws(StoreError) {
                        _ = try await store.insert(request)
                        return .success(request.record.id)
                    } catch {
                        return .failure(error)
                    }
                }
            }
            var (recorded, errors): (Set<TaskID>, [StoreError]) = ([], [])
            for await result in group {
                switch result {
                case .success(let id): recorded.insert(id)
                case .failure(let error): errors.append(error)
                }
            }
            return (recorded, errors)
        }
    }

    private func listed(_ store: SQLiteTaskStore) async throws -> Set<TaskID> {
        Set(try await store.tasks(TaskQuery(in: .operator, limit: 1000)).tasks.map(\.id))
    }

    @Test("says so, keeps what it acknowledged, and goes on when there is room again")
    func full() async throws {
        let folder = try TemporaryFolder()
        var configuration = SQLiteConfiguration()
        configuration.maximumPages = 200
        let store = try await SQLiteTaskStore.open(path: folder.file("tasks.db"), configuration: configuration)
        var acknowledged: Set<TaskID> = []
        var refused = 0
        while refused == 0 {
            let (recorded, errors) = await insert((0..<16).map { _ in request(bytes: 5000) }, into: store)
            acknowledged.formUnion(recorded)
            refused += errors.count
            for error in errors {
                #expect(error.code == .full)
                #expect(error.message.contains("no room"))
            }
        }
        #expect(acknowledged.count > 10)
        let kept = try await listed(store)
        #expect(kept == acknowledged)
        let counts = try await store.counts(.operator).total
        #expect(counts == acknowledged.count)

        try await store.setMaximumPages(100_000)
        let (recorded, errors) = await insert((0..<16).map { _ in request(bytes: 5000) }, into: store)
        #expect(recorded.count == 16)
        #expect(errors.isEmpty)
        let all = try await listed(store)
        #expect(all == acknowledged.union(recorded))
        let integrity = try await store.checkIntegrity()
        #expect(integrity == "ok")
        await store.close()
    }

    @Test("records what still fits beside a request that does not")
    func oneTooLarge() async throws {
        let folder = try TemporaryFolder()
        var configuration = SQLiteConfiguration()
        configuration.maximumPages = 400
        let store = try await SQLiteTaskStore.open(path: folder.file("tasks.db"), configuration: configuration)
        let small = (0..<20).map { _ in request(bytes: 10) }
        let (recorded, errors) = await insert(small + [request(bytes: 4_000_000)], into: store)
        #expect(recorded == Set(small.map(\.record.id)))
        #expect(errors.map(\.code) == [.full])
        await store.close()
    }

    @Test("can be emptied by a purge")
    func purge() async throws {
        let folder = try TemporaryFolder()
        var configuration = SQLiteConfiguration()
        configuration.maximumPages = 200
        let store = try await SQLiteTaskStore.open(path: folder.file("tasks.db"), configuration: configuration)
        var refused = false
        while !refused {
            let request = request(bytes: 5000)
            do {
                _ = try await store.insert(request)
            } catch {
                refused = true
                continue
            }
            var next = request.record
            let transition = try next.apply(.completed, at: start)
            do throws(StoreError) {
                _ = try await store.commit(TaskChange(next, replacing: 1, events: transition.events))
            } catch {
                #expect(error.code == .full)
            }
        }
        let purged = try await store.purge(PurgeRequest(in: .operator, finishedBefore: start + .seconds(1)))
        #expect(!purged.isEmpty)
        let result = try await store.insert(request(bytes: 5000))
        #expect(result == .inserted)
        await store.close()
    }

    @Test("keeps the tasks in line that it had no room to claim")
    func claim() async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteTaskStore.open(path: folder.file("tasks.db"))
        var ids: Set<TaskID> = []
        for index in 0..<300 {
            let record = TaskRecord(
                id: .random(),
                tool: "shell",
                title: "Work",
                caller: Caller(owner: Owner("owner-\(index % 3)")),
                arguments: [:],
                createdAt: start
            )
            ids.insert(record.id)
            _ = try await store.insert(InsertRequest(record, events: []))
        }
        func claim() async throws(StoreError) -> [TaskRecord] {
            let lease = Lease(token: .random(), node: NodeID("node"), expiresAt: start + .seconds(60))
            return try await store.claim(ClaimRequest(lease: lease, queues: [], limit: 1000, now: start))
        }
        // No page more than there are.
        try await store.setMaximumPages(1)
        do throws(StoreError) {
            _ = try await claim()
            Issue.record("there was room for the claim")
        } catch {
            #expect(error.code == .full)
        }
        try await store.setMaximumPages(100_000)
        let claimed = try await claim().map(\.id)
        #expect(claimed.count == ids.count)
        #expect(ids.subtracting(claimed).isEmpty)
        await store.close()
    }

    @Test("survives writes that the system cuts short")
    func cutShort() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("tasks.db")
        let lines = try await blocking {
            let crasher = try TestProgram("legwork-store-crasher", ["fill", path])
            defer { crasher.finish() }
            return crasher.readLines()
        }
        let refusal = try #require(lines.first { $0.hasPrefix("refused") }, "\(lines)")
        #expect(refusal.hasPrefix("refused full "))
        #expect(lines.last == "done")
        let acknowledged = lines.compactMap { TaskID($0) }
        #expect(acknowledged.count == lines.count - 2)
        #expect(acknowledged.count > 20)
        let store = try await SQLiteTaskStore.open(path: path)
        let kept = try await listed(store)
        #expect(kept == Set(acknowledged))
        let integrity = try await store.checkIntegrity()
        #expect(integrity == "ok")
        await store.close()
    }
}
