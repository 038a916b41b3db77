import LegworkCore
import Testing

@Suite("The memory store")
struct MemoryBoundTests {
    private let store = MemoryTaskStore(maximumFinished: 3)
    private let start = Timestamp(milliseconds: 1_800_000_000_000)

    private func add(_ change: (inout TaskRecord) -> Void = { _ in }) async throws -> TaskRecord {
        var record = TaskRecord(
            id: .random(),
            tool: "shell",
            title: "Work",
            caller: Caller(owner: "ann"),
            arguments: [:],
            lifecycle: .promoted,
            createdAt: start
        )
        change(&record)
        _ = try await store.insert(InsertRequest(record))
        return record
    }

    private func finish(_ record: TaskRecord, at second: Int64) async throws {
        var record = record
        let version = record.version
        let transition = try record.apply(.completed, at: start + .seconds(second))
        let change = TaskChange(record, replacing: version, events: transition.events, notices: transition.notices)
        #expect(try await store.commit(change) == .applied)
    }

    private func ids() async throws -> [TaskID] { try await store.tasks(TaskQuery(in: .operator)).tasks.map(\.id) }

    @Test("lets the task go that ended first when more have ended than it keeps, and never one that lives")
    func bounded() async throws {
        let live = try await add()
        var ended: [TaskID] = []
        for second in 0..<10 {
            let record = try await add()
            try await finish(record, at: Int64(second))
            ended.append(record.id)
            #expect(try await store.counts(.owner("ann"))[.completed] == min(second + 1, 3))
        }
        #expect(try await ids() == ended.suffix(3).reversed() + [live.id])
        #expect(try await store.task(TaskLookup(ended[0], in: .operator)) == nil)
    }

    @Test("keeps what is pinned or waits to be read, until it is no longer")
    func kept() async throws {
        let pinned = try await add { $0.isPinned = true }
        try await finish(pinned, at: 0)
        for second in 1...5 { try await finish(try await add(), at: Int64(second)) }
        #expect(try await store.counts(.operator)[.completed] == 4)
        var record = try #require(try await store.task(TaskLookup(pinned.id, in: .operator)))
        let version = record.version
        record.isPinned = false
        record.touch(at: start + .seconds(6))
        #expect(try await store.commit(TaskChange(record, replacing: version)) == .applied)
        // It is too many now, but nobody loses a task by changing it.
        #expect(try await store.task(TaskLookup(pinned.id, in: .operator)) != nil)
        #expect(try await store.counts(.operator)[.completed] == 3)
        try await finish(try await add(), at: 7)
        #expect(try await store.task(TaskLookup(pinned.id, in: .operator)) == nil)
    }

    @Test("does not let a task go because the clock went back as it ended")
    func clockGoesBack() async throws {
        for second in 10..<13 { try await finish(try await add(), at: Int64(second)) }
        let record = try await add()
        try await finish(record, at: 1)
        #expect(try await store.task(TaskLookup(record.id, in: .operator)) != nil)
        #expect(try await store.counts(.operator)[.completed] == 3)
    }

    @Test("keeps the notices of tasks that it lets go, and says that they went")
    func notices() async throws {
        var changes = store.changes().makeAsyncIterator()
        let first = try await add()
        #expect(await changes.next() == [first.id])
        try await finish(first, at: 0)
        #expect(await changes.next() == [first.id])
        var last: TaskRecord?
        for second in 1...3 {
            let record = try await add()
            _ = await changes.next()
            try await finish(record, at: Int64(second))
            if second < 3 { _ = await changes.next() }
            last = record
        }
        #expect(try await Set(#require(changes.next())) == [#require(last).id, first.id])
        #expect(try await store.notices(NoticeQuery(in: .owner("ann"))).map(\.kind) == Array(repeating: .completed, count: 4))
    }

    @Test("gives a worker none of the many tasks that were changed and cancelled before anybody claimed any")
    func queue() async throws {
        for index in 0..<300 {
            var record = TaskRecord(
                id: .random(),
                tool: "shell",
                title: "Work",
                caller: Caller(owner: "ann"),
                arguments: [:],
                notBefore: index % 2 == 0 ? nil : start + .seconds(1000),
                createdAt: start
            )
            _ = try await store.insert(InsertRequest(record))
            for _ in 0..<3 {
                record.isPinned.toggle()
                record.touch(at: start)
                #expect(try await store.commit(TaskChange(record, replacing: record.version - 1)) == .applied)
            }
            record.isPinned = false
            let transition = try record.apply(.cancelRequested, at: start + .seconds(Int64(index)))
            #expect(try await store.commit(TaskChange(record, replacing: record.version - 1, events: transition.events)) == .applied)
        }
        #expect(try await store.counts(.operator).total == 3)
        let waiting = try await add { $0.lifecycle = .submitted }
        let claim = ClaimRequest(
            lease: Lease(token: .random(), node: NodeID("node"), expiresAt: start),
            limit: 9,
            now: start + .seconds(2000)
        )
        #expect(try await store.claim(claim).map(\.id) == [waiting.id])
    }

    @Test("keeps all when it is told to")
    func unbounded() async throws {
        let store = MemoryTaskStore(maximumFinished: nil)
        for _ in 0..<MemoryTaskStore.standardMaximumFinished + 10 {
            var record = TaskRecord(
                id: .random(),
                tool: "shell",
                title: "",
                caller: Caller(owner: "ann"),
                arguments: [:],
                lifecycle: .promoted,
                createdAt: start
            )
            _ = try record.apply(.completed, at: start)
            _ = try await store.insert(InsertRequest(record))
        }
        #expect(try await store.counts(.operator).total == MemoryTaskStore.standardMaximumFinished + 10)
    }

    @Test("finds what to purge first among very many, whatever is kept and whatever was purged before")
    func purging() async throws {
        let store = MemoryTaskStore(maximumFinished: nil)
        var model: [(id: TaskID, second: Int64)] = []
        for second in 0..<400 {
            // Every other one ends out of order.
            let end = Int64(second % 2 == 0 ? second : 400 - second)
            var record = TaskRecord(
                id: .random(),
                tool: "shell",
                title: "",
                caller: Caller(owner: second % 3 == 0 ? "ann" : "bob"),
                arguments: [:],
                keepsUntilRead: second % 5 == 0,
                lifecycle: .promoted,
                createdAt: start
            )
            _ = try record.apply(second % 7 == 0 ? .failed(.toolError) : .completed, at: start + .seconds(end))
            _ = try await store.insert(InsertRequest(record))
            if !record.isKept, record.status == .completed { model.append((record.id, end)) }
        }
        // Ties go by arrival, and a stable sort keeps that order.
        model.sort { $0.second < $1.second }
        var purged: [TaskID] = []
        while true {
            let request = PurgeRequest(in: .operator, statuses: [.completed], finishedBefore: start + .seconds(1000), limit: 7)
            let some = try await store.purge(request)
            purged += some
            if some.count < 7 { break }
        }
        #expect(purged == model.map(\.id))
    }
}
