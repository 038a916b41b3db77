import Glibc
import LegworkCore
import LegworkSQLite

/// A process that uses a store and is mistreated by the tests. It answers on its standard output, a line at a time and unbuffered.
@main
enum Crasher {
    static func main() async {
        await run(CommandLine.arguments)
    }

    // Main is bound to the main actor; the work is not.
    @concurrent
    private nonisolated static func run(_ arguments: [String]) async {
        guard arguments.count == 3 else { return say("usage: legwork-store-crasher insert|work|hold|open|open-as-nobody|fill <path>") }
        let path = arguments[2]
        do {
            switch arguments[1] {
            case "insert": try await insertForever(path)
            case "work": try await workForever(path)
            case "hold": try await hold(path)
            case "open": try await open(path)
            case "open-as-nobody":
                guard setgid(65534) == 0, setuid(65534) == 0 else { return say("cannot become nobody") }
                try await open(path)
            case "fill": try await fill(path)
            case let other: say("unknown mode \(other)")
            }
        } catch let error as StoreError {
            say("refused \(name(of: error.code)) \(error.message)")
        } catch {
            say("failed \(error)")
        }
    }

    /// Records tasks with 64 callers at once, and says each id when it was acknowledged, until it is killed.
    private static func insertForever(_ path: String) async throws {
        let store = try await SQLiteTaskStore.open(path: path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    while true { say(try await record(in: store, bytes: 100).description) }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Does everything that a store can do with 16 callers at once, and says what was begun and what was acknowledged, until it is killed.
    private static func workForever(_ path: String) async throws {
        let store = try await SQLiteTaskStore.open(path: path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    let worker = Worker(store: store)
                    while true { try await worker.work() }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Keeps the store open until its input ends.
    private static func hold(_ path: String) async throws {
        let store = try await SQLiteTaskStore.open(path: path)
        say("open \(getpid())")
        try await BlockingThread.run { () throws(StoreError) in
            var byte: UInt8 = 0
            while unsafe read(0, &byte, 1) > 0 {}
        } orThrow: {
            StoreError(.unavailable, "no thread can be started: error \($0)")
        }
        await store.close()
    }

    private static func open(_ path: String) async throws {
        let store = try await SQLiteTaskStore.open(path: path)
        await store.close()
        say("opened")
    }

    /// Writes until the files may grow no more, says so, and goes on when they may again.
    private static func fill(_ path: String) async throws {
        signal(SIGXFSZ, SIG_IGN)
        let store = try await SQLiteTaskStore.open(path: path)
        for _ in 0..<10 { say(try await record(in: store, bytes: 100).description) }
        limitFiles(to: 2_000_000)
        do {
            while true { say(try await record(in: store, bytes: 20_000).description) }
        } catch let error as StoreError {
            say("refused \(name(of: error.code)) \(error.message)")
        }
        limitFiles(to: rlim_t.max)
        for _ in 0..<10 { say(try await record(in: store, bytes: 20_000).description) }
        await store.close()
        say("done")
    }

    private static func record(in store: SQLiteTaskStore, bytes: Int) async throws -> TaskID {
        var record = TaskRecord(
            id: .random(),
            tool: "shell",
            title: "Work",
            caller: Caller(owner: "crasher"),
            arguments: ["text": .string(String(repeating: "x", count: bytes))],
            createdAt: .now
        )
        let event = record.newEvent(.created, at: record.createdAt)
        _ = try await store.insert(InsertRequest(record, events: [event]))
        return record.id
    }

    private static func limitFiles(to bytes: rlim_t) {
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
        limit.rlim_cur = min(bytes, limit.rlim_max)
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    }

    /// Writes a line at once; a line is short enough not to mix with others.
    static func say(_ text: String) {
        let line = Array((text + "\n").utf8)
        _ = unsafe line.withUnsafeBytes { unsafe write(1, $0.baseAddress, $0.count) }
    }

    private static func name(of code: StoreError.Code) -> String {
        let names: [(StoreError.Code, String)] = [
            (.unavailable, "unavailable"), (.full, "full"), (.readOnly, "readOnly"), (.locked, "locked"), (.newerSchema, "newerSchema"),
            (.damaged, "damaged"), (.duplicateID, "duplicateID"), (.invalid, "invalid"), (.closed, "closed"),
        ]
        return names.first { $0.0 == code }?.1 ?? "unknown"
    }
}
