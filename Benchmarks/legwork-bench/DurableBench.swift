import FoundationEssentials
import Glibc
import Legwork
import LegworkCore
import LegworkSQLite

/// Durable submits on SQLite, beside the raw rate of commits on the same file system.
enum DurableBench {
    static func run(isQuick: Bool, report: Report) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let raw = try await rawCommits(folder, isQuick ? 500 : 3000)
        for callers in [1, 8, 64] {
            let store = try await SQLiteTaskStore.open(path: "\(folder.path)/tasks-\(callers).db")
            let tool = ClosureTool(ToolDescriptor(name: "noop", description: "Does nothing.")) { _, _ in .text("ok") }
            let manager = TaskManager(store: store, tools: try ToolRegistry([tool]))
            let count = (isQuick ? 500 : 4000) * (callers == 1 ? 1 : callers == 8 ? 4 : 12)
            let seconds = try await Measure.seconds {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<callers {
                        group.addTask {
                            let caller = Caller(owner: "bench")
                            for n in 0..<count / callers { _ = try await manager.submit("noop", ["n": JSONValue(n)], as: caller) }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            report.add(
                "durable submits, \(callers) caller\(callers == 1 ? "" : "s")",
                Double(count) / seconds,
                "/s",
                peer: "raw one-row commits, one caller",
                raw
            )
            await store.close()
        }
    }

    /// One-row commits through the sqlite3 module of Python, which adds little to what the disk takes; nil where there is none.
    private static func rawCommits(_ folder: TemporaryFolder, _ count: Int) async throws -> Double? {
        let script = """
            import sqlite3, time, sys
            db = sqlite3.connect(sys.argv[1], isolation_level=None)
            db.execute('pragma journal_mode=wal'); db.execute('pragma synchronous=full')
            db.execute('create table t(id integer primary key, a text, b text)')
            n = int(sys.argv[2]); start = time.perf_counter()
            for i in range(n):
                db.execute('insert into t(a, b) values(?, ?)', (str(i), 'x' * 300))
            print(n / (time.perf_counter() - start))
            """
        let path = "\(folder.path)/raw.py"
        try script.write(toFile: path, atomically: true, encoding: .utf8)
        let output = "\(folder.path)/raw.txt"
        guard system("python3 '\(path)' '\(folder.path)/raw.db' \(count) > '\(output)' 2>/dev/null") == 0 else { return nil }
        return Double(try String(contentsOfFile: output, encoding: .utf8).filter { !$0.isWhitespace })
    }
}

/// A folder on the same file system as the build, removed at the end.
struct TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.currentDirectoryPath + "/.build/bench-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
