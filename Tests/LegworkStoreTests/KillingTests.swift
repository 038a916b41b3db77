import LegworkCore
import LegworkSQLite
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
            let patience = Int.random(in: 0...400)
            let lines = try await blocking {
                let crasher = try Crasher("insert", path)
                var lines: [String] = []
                while lines.count < patience, let line = crasher.readLine() { lines.append(line) }
                crasher.kill()
                lines += crasher.readLines()
                crasher.finish()
                return lines
            }
            #expect(lines.count >= patience, "the process ended by itself: \(lines.last ?? "")")
            for line in lines { acknowledged.insert(try #require(TaskID(line), "unexpected output: \(line)")) }

            let store = try await SQLiteTaskStore.open(path: path)
            for id in acknowledged {
                let task = try await store.task(TaskLookup(id, in: .operator))
                #expect(task != nil, "\(id) was acknowledged and is gone")
            }
            let integrity = try await store.checkIntegrity()
            #expect(integrity == "ok")
            let counts = try await store.counts(.owner("crasher"))
            #expect(counts.total >= acknowledged.count)
            let listed = try await number(of: TaskQuery(in: .owner("crasher"), limit: 1000), in: store)
            #expect(counts.total == listed)
            let quarantined = try await store.quarantined()
            #expect(quarantined.isEmpty)
            await store.close()
        }
    }

    @Test("is free for the next process at once, without anything to clean up")
    func lockIsFree() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("tasks.db")
        let crasher = try await blocking {
            let crasher = try Crasher("hold", path)
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
