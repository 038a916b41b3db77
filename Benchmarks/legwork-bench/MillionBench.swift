import Legwork
import LegworkCore
import LegworkSQLite

/// A store that holds a million tasks: opening it, getting one, listing the newest hundred.
enum MillionBench {
    static func run(isQuick: Bool, report: Report) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let rows = isQuick ? 20_000 : 1_000_000
        let path = "\(folder.path)/million.db"
        let filling = try await SQLiteTaskStore.open(path: path)
        let owner: Owner = "bench"
        let caller = Caller(owner: owner)
        let callers = 512
        let ids = try await withThrowingTaskGroup(of: [TaskID].self) { group in
            for lane in 0..<callers {
                group.addTask {
                    var sample: [TaskID] = []
                    for n in 0..<rows / callers + 1 {
                        let record = finished(caller, n)
                        if n % 100 == lane % 100 { sample.append(record.id) }
                        _ = try await filling.insert(InsertRequest(record, events: []))
                    }
                    return sample
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        await filling.close()

        var store = try await SQLiteTaskStore.open(path: path)
        let opening = try await Measure.median(rounds: 3, 1) { _ in
            await store.close()
            store = try await SQLiteTaskStore.open(path: path)
            _ = try await store.counts(.operator)
        }
        report.add("opening a store of \(rows) tasks", opening * 1e3, "ms")
        let opened = store
        let get = try await Measure.median(2000) { count in
            for n in 0..<count { _ = try await opened.task(TaskLookup(ids[n * 7919 % ids.count], in: .owner(owner))) }
        }
        report.add("  get one of them", get * 1e3, "ms")
        let list = try await Measure.median(200) { count in
            for _ in 0..<count { _ = try await opened.tasks(TaskQuery(in: .owner(owner), limit: 100)) }
        }
        report.add("  list the newest 100", list * 1e3, "ms")
        let counts = try await Measure.median(200) { count in for _ in 0..<count { _ = try await opened.counts(.owner(owner)) } }
        report.add("  count by status", counts * 1e3, "ms")
        let memory = MemoryTaskStore(maximumFinished: nil)
        for n in 0..<100_000 { _ = try await memory.insert(InsertRequest(finished(caller, n))) }
        let first = try await memory.tasks(TaskQuery(in: .operator, limit: 1)).tasks.first?.id ?? .random()
        let inMemory = try await Measure.median(100_000) { count in
            for _ in 0..<count { _ = try await memory.task(TaskLookup(first, in: .owner(owner))) }
        }
        report.add("get one of 100000 in memory", inMemory * 1e6, "us")
        await opened.close()
    }

    private static func finished(_ caller: Caller, _ n: Int) -> TaskRecord {
        var record = TaskRecord(
            id: .random(),
            tool: "run_command",
            title: "make test \(n)",
            caller: caller,
            arguments: ["argv": ["make", "test"], "n": JSONValue(n)],
            lifecycle: .promoted,
            createdAt: .now
        )
        record.result = .text("exit code 0", structured: ["exit_code": 0])
        _ = try? record.apply(.completed, at: .now)
        return record
    }
}
