import Legwork
import LegworkCore
import LegworkRedis
import LegworkSQLite
import LegworkTestKit
import TestPrograms
import Testing

/// A clock on which short waits are over at once, for what really takes its time is Redis.
private struct HurriedClock: TaskClock {
    let inner: MockClock

    var now: Timestamp { inner.now }
    var uptime: Duration { inner.uptime }

    func sleep(until uptime: Duration) async throws {
        if uptime - self.uptime > .seconds(60) { return try await inner.sleep(until: uptime) }
        try Task.checkCancellation()
        await Task.yield()
    }
}

@Suite("A mirror of a task store", .needsRedis)
struct MirroringTests {
    /// Runs a body while a mirror runs, and has the mirror end without an error.
    private func running(_ mirror: ResultMirror, _ body: () async throws -> Void) async throws {
        let run = Task { try await mirror.run() }
        do {
            try await body()
        } catch {
            run.cancel()
            throw error
        }
        run.cancel()
        try await run.value
    }

    private func insert(_ records: [TaskRecord], into store: any TaskStore) async throws {
        for record in records { _ = try await store.insert(InsertRequest(record)) }
    }

    private func end(_ record: TaskRecord, _ text: String, in store: any TaskStore, at time: Timestamp = Sample.start) async throws {
        let ended = try record.ended(.completed, result: .text(text), at: time)
        _ = try await store.commit(TaskChange(ended, replacing: record.version))
    }

    @Test("writes tasks when they start and when they end, as a manager makes them")
    func manager() async throws {
        let stage = try await RedisStage()
        let store = MemoryTaskStore()
        let results = try RedisResultStore(stage.server.configuration())
        let mirror = ResultMirror(of: store, to: results)
        let tool = ScriptedTool(result: .text("found"))
        let manager = TaskManager(store: store, tools: try ToolRegistry([tool]))
        try await running(mirror) {
            let caller = Caller(owner: "ann", origin: Caller.Origin(platform: "discord", channel: "42"))
            let answer = try await manager.call("scripted", [:], as: caller, options: .window(.zero))
            guard case .task(let task) = answer else {
                Issue.record("\(answer)")
                return
            }
            try await mirror.flushed()
            #expect(try await results.read("\(task.id)", as: .owner("ann"))?.status == .running)
            tool.mayEnd.fire()
            _ = try await manager.wait(for: task.id, atMost: .seconds(60), in: .owner("ann"))
            try await mirror.flushed()
            let found = try #require(try await results.read("\(task.id)", as: .owner("ann")))
            #expect(found.text == "found")
            #expect(try await stage.hash("sg:task:\(task.id)")["channel_id"] == "42")
            #expect(try await results.read("\(task.id)", as: .owner("bob")) == nil)
        }
        await results.close()
        await stage.close()
    }

    @Test("loses none of 5,000 results that come at once")
    func burst() async throws {
        let stage = try await RedisStage()
        let store = MemoryTaskStore()
        let mirror = ResultMirror(of: store, to: stage.results, clock: stage.clock)
        let records = (0..<5000).map { _ in Sample.running() }
        try await running(mirror) {
            await withThrowingTaskGroup(of: Void.self) { group in
                for record in records {
                    group.addTask {
                        _ = try await store.insert(InsertRequest(record))
                        try await end(record, "found \(record.id)", in: store)
                    }
                }
            }
            try await mirror.flushed()
        }
        #expect(try await stage.count("task_result:") == 5000)
        for record in records {
            #expect(try await stage.results.read("\(record.id)", as: .owner("ann"))?.text == "found \(record.id)")
        }
        #expect(mirror.report.problem == nil)
        await stage.close()
    }

    @Test("loses nothing when Redis is killed in the middle, and holds nobody up")
    func killing() async throws {
        let stage = try await RedisStage()
        let store = MemoryTaskStore()
        let results = try RedisResultStore(stage.server.configuration { $0.commandTimeout = .milliseconds(200) })
        let mirror = ResultMirror(of: store, to: results, clock: HurriedClock(inner: stage.clock))
        let records = (0..<3000).map { _ in Sample.running() }
        try await running(mirror) {
            for (number, record) in records.enumerated() {
                _ = try await store.insert(InsertRequest(record))
                if number == 1000 { stage.server.kill() }
                // Nobody is there to write to, and the tasks go on.
                if number == 2000 { try await stage.server.start() }
                try await end(record, "found \(number)", in: store)
            }
            stage.server.kill()
            try await stage.server.start()
            try await mirror.flushed()
        }
        #expect(try await stage.count("task_result:") == 3000)
        for (number, record) in records.enumerated() {
            #expect(try await stage.results.read("\(record.id)", as: .owner("ann"))?.text == "found \(number)")
        }
        await results.close()
        await stage.close()
    }

    @Test("writes after a restart what ended while no mirror ran, however long ago it began, and not what has expired")
    func restarting() async throws {
        let stage = try await RedisStage { $0.expiry = .seconds(3600) }
        let path = "\(stage.server.folder)/tasks.db"
        var store = try await SQLiteTaskStore.open(path: path)
        let (long, before) = (Sample.running(), Sample.running())
        try await insert([long, before], into: store)
        try await end(before, "before", in: store)
        let first = ResultMirror(of: store, to: stage.results, clock: stage.clock)
        stage.clock.advance(by: .seconds(600))
        try await running(first) { try await first.flushed() }
        #expect(try await stage.results.read("\(long.id)", as: .operator)?.status == .running)
        await store.close()

        store = try await SQLiteTaskStore.open(path: path)
        let missed = Sample.running(at: Sample.start + .seconds(3000))
        try await insert([missed], into: store)
        try await end(missed, "missed", in: store, at: missed.createdAt)
        try await end(long, "long", in: store, at: Sample.start + .seconds(3300))
        try await stage.redis("DEL", "task_result:\(before.id)")
        stage.clock.advance(by: .seconds(2700))
        let results = try RedisResultStore(stage.server.configuration { $0.expiry = .seconds(3600) }, clock: stage.clock)
        let second = ResultMirror(of: store, to: results, clock: stage.clock)
        try await running(second) { try await second.flushed() }
        #expect(try await results.read("\(long.id)", as: .owner("ann"))?.text == "long")
        #expect(try await results.read("\(missed.id)", as: .owner("ann"))?.text == "missed")
        // What is known to have been written is not written again.
        #expect(try await stage.text("task_result:\(before.id)") == nil)

        // Without a position everything is looked at, and what has expired is left out.
        stage.clock.advance(by: .seconds(1000))
        try await stage.redis("FLUSHALL")
        let third = ResultMirror(of: store, to: results, clock: stage.clock)
        try await running(third) { try await third.flushed() }
        #expect(try await stage.text("task_result:\(before.id)") == nil)
        #expect(try await stage.count("task_result:") == 2)
        await results.close()
        await store.close()
        await stage.close()
    }

    @Test("notices that Redis has forgotten everything, and writes it again")
    func forgetting() async throws {
        let stage = try await RedisStage()
        let store = MemoryTaskStore()
        let mirror = ResultMirror(of: store, to: stage.results, clock: stage.clock)
        let records = (0..<50).map { _ in Sample.running() }
        try await running(mirror) {
            try await insert(records, into: store)
            for record in records { try await end(record, "found", in: store) }
            try await mirror.flushed()
            #expect(try await stage.count("task_result:") == 50)
            // So long ago that only the loss of the position tells that anything is missing.
            stage.clock.advance(by: .seconds(7200))
            try await mirror.flushed()
            try await stage.redis("FLUSHALL")
            try await mirror.flushed()
            #expect(try await stage.count("task_result:") == 50)
        }
        await stage.close()
    }

    @Test("is not held up by a task that cannot be written, says which it is, and writes it when it can")
    func refusing() async throws {
        let stage = try await RedisStage()
        let store = MemoryTaskStore()
        let mirror = ResultMirror(of: store, to: stage.results, clock: stage.clock)
        let records = (0..<5).map { _ in Sample.running() }
        let key = "task_result:\(records[2].id)"
        try await stage.redis("RPUSH", key, "mine")
        try await running(mirror) {
            try await insert(records, into: store)
            for record in records { try await end(record, "found", in: store) }
            try await mirror.flushed()
            #expect(try await stage.count("task_result:") == 5)
            #expect(mirror.report.refused.keys.map(\.self) == [records[2].id])
            #expect(mirror.report.refused[records[2].id]?.code == .wrongType)
            #expect(try await stage.text("legwork:mirror:default") == nil)
            try await stage.redis("DEL", key)
            try await mirror.flushed()
            #expect(mirror.report.refused.isEmpty)
            #expect(try await stage.results.read("\(records[2].id)", as: .owner("ann"))?.text == "found")
            #expect(try await stage.text("legwork:mirror:default") != nil)
        }
        await stage.close()
    }

    @Test("writes unfinished tasks again before they expire")
    func refreshing() async throws {
        let stage = try await RedisStage()
        let store = MemoryTaskStore()
        let record = Sample.running()
        try await insert([record], into: store)
        let mirror = ResultMirror(of: store, to: stage.results, clock: stage.clock)
        try await running(mirror) {
            try await mirror.flushed()
            try await stage.redis("DEL", "sg:task:\(record.id)")
            await stage.clock.sleeperDue(within: .seconds(43_200))
            let written = mirror.report.written
            stage.clock.advance(by: .seconds(43_200))
            while mirror.report.written == written { await Task.yield() }
            #expect(try await stage.hash("sg:task:\(record.id)")["status"] == "running")
        }
        await stage.close()
    }

    @Test("ends with a clear error when the password is wrong, and tells who waits")
    func password() async throws {
        let server = try await RedisServer.start(["--requirepass", "hunter2"])
        let results = try RedisResultStore(server.configuration())
        let mirror = ResultMirror(of: MemoryTaskStore(), to: results)
        async let waiting = code { try await mirror.flushed() }
        #expect(await code { try await mirror.run() } == .accessDenied)
        #expect(await waiting == .closed)
        await results.close()
    }

    @Test("ends when it is cancelled and when its task store is closed, and runs once at a time")
    func ending() async throws {
        let stage = try await RedisStage()
        let store = MemoryTaskStore()
        let mirror = ResultMirror(of: store, to: stage.results, clock: stage.clock)
        try await running(mirror) {
            try await mirror.flushed()
            #expect(await code { try await mirror.run() } == .refused)
        }
        #expect(await code { try await mirror.flushed() } == .closed)
        let waiting = Task { await code { try await ResultMirror(of: store, to: stage.results).flushed() } }
        waiting.cancel()
        #expect(await waiting.value == .cancelled)
        // It can run again, and is over when the store is.
        let run = Task { try await mirror.run() }
        await store.close()
        try await run.value
        await stage.close()
    }

    @Test("says so when its position's key is of another type, and starts over from a position that is none")
    func positions() async throws {
        let stage = try await RedisStage()
        let store = MemoryTaskStore()
        let record = Sample.running()
        try await insert([record], into: store)
        try await end(record, "found", in: store)
        try await stage.redis("RPUSH", "legwork:mirror:a", "mine")
        #expect(await code { try await ResultMirror(of: store, to: stage.results, name: "a").run() } == .wrongType)
        try await stage.redis("SET", "legwork:mirror:b", "nonsense")
        let mirror = ResultMirror(of: store, to: stage.results, name: "b", clock: stage.clock)
        try await running(mirror) { try await mirror.flushed() }
        #expect(try await stage.count("task_result:") == 1)
        #expect(try await stage.text("legwork:mirror:b") == #"{"written_until":1800000000000,"unfinished_since":1800000000000}"#)
        await stage.close()
    }
}
