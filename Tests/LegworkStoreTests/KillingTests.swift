import LegworkCore
import LegworkSQLite
import TestPrograms
import Testing

@Suite("A store whose process is killed")
struct KillingTests {
    /// Ten kills on each of ten files: a hundred in all, each after a random number of acknowledged inserts.
    @Test("has every task that was acknowledged, and is sound", arguments: 0..<10)
    func kills(_ file: Int) async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("tasks.db")
        var acknowledged: Set<TaskID> = []
        for _ in 0..<10 {
            let lines = try await kill("insert", path)
            for line in lines { acknowledged.insert(try #require(TaskID(line), "unexpected output: \(line)")) }

            let store = try await SQLiteTaskStore.open(path: path)
            for id in acknowledged {
                let task = try await store.task(TaskLookup(id, in: .operator))
                #expect(task != nil, "\(id) was acknowledged and is gone")
            }
            let counts = try await store.counts(.owner("crasher"))
            #expect(counts.total >= acknowledged.count)
            try await expectSound(store)
            await store.close()
        }
    }

    /// Ten kills on each of four files, after whatever was done last. What one left behind is still there after the next.
    @Test("has every message, notice, mark, dead letter and end that was acknowledged, each once", arguments: 0..<4)
    func killsAtWork(_ file: Int) async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("tasks.db")
        var ledger = Ledger()
        for _ in 0..<10 {
            for line in try await kill("work", path) { try ledger.add(line) }
            let store = try await SQLiteTaskStore.open(path: path)
            try await ledger.expectAll(in: store)
            try await expectSound(store)
            await store.close()
        }
    }

    /// Kills a process at work after a random number of lines, and gives all that it said.
    private func kill(_ mode: String, _ path: String) async throws -> [String] {
        let patience = Int.random(in: 0...400)
        let lines = try await blocking {
            let crasher = try TestProgram("legwork-store-crasher", [mode, path])
            var lines: [String] = []
            while lines.count < patience, let line = crasher.readLine() { lines.append(line) }
            crasher.kill()
            lines += crasher.readLines()
            crasher.finish()
            return lines
        }
        #expect(lines.count >= patience, "the process ended by itself: \(lines.last ?? "")")
        return lines
    }

    private func expectSound(_ store: SQLiteTaskStore) async throws {
        let integrity = try await store.checkIntegrity()
        #expect(integrity == "ok")
        let counts = try await store.counts(.operator)
        let listed = try await number(of: TaskQuery(in: .operator, limit: 1000), in: store)
        #expect(counts.total == listed)
        let quarantined = try await store.quarantined()
        #expect(quarantined.isEmpty)
    }

    @Test("is free for the next process at once, without anything to clean up")
    func lockIsFree() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("tasks.db")
        let crasher = try await blocking {
            let crasher = try TestProgram("legwork-store-crasher", ["hold", path])
            let line = crasher.readLine()
            crasher.kill()
            crasher.finish()
            return line
        }
        #expect(crasher?.hasPrefix("open ") == true)
        let store = try await SQLiteTaskStore.open(path: path)
        await store.close()
    }

    private func number(of query: TaskQuery, in store: SQLiteTaskStore) async throws -> Int {
        var (query, number) = (query, 0)
        while true {
            let page = try await store.tasks(query)
            number += page.tasks.count
            guard let next = page.next else { return number }
            query.cursor = next
        }
    }
}
