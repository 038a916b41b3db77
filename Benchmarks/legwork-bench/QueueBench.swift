import FoundationEssentials
import Glibc
import Legwork
import LegworkCore
import LegworkSQLite

/// Queued tasks from submit to end on SQLite with every commit synced to the disk; and claims beside ever more that is stored already.
enum QueueBench {
    private static let caller = Caller(owner: "bench")

    static func run(isQuick: Bool, report: Report) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        for (workers, count) in isQuick ? [(4, 2000), (64, 8000)] : [(4, 10_000), (64, 40_000), (256, 40_000)] {
            let (rate, cpu) = try await endToEnd(folder, workers, count)
            report.add("queued no-op tasks end to end, \(workers) workers", rate, "/s")
            report.add("CPU of one, \(workers) workers", cpu * 1e6, "us")
            if workers == 64 { try addPeers("queued no-op tasks end to end, \(workers) workers", rate, report) }
        }
        let times = try await idleToStart(folder, isQuick ? 200 : 2000)
        report.add("idle to start, p50", Measure.percentile(0.5, of: times) * 1e3, "ms")
        report.add("idle to start, p99", Measure.percentile(0.99, of: times) * 1e3, "ms")
        report.add("CPU of a waiting manager, per second", try await idleCPU(folder) * 1e3, "ms")
    }

    static func runGrowth(isQuick: Bool, report: Report) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await growth(folder, isQuick ? [1000, 10_000] : [1000, 100_000, 1_000_000], report)
    }

    private static func manager(_ store: SQLiteTaskStore, _ workers: Int, _ tool: ClosureTool) throws -> TaskManager {
        var configuration = TaskManagerConfiguration()
        configuration.workers = workers
        // What is measured here is not how fast finished tasks go.
        configuration.retention.maximumFinished = nil
        return TaskManager(store: store, tools: try ToolRegistry([tool]), configuration: configuration)
    }

    /// Puts what `scripts/bench-peers` has measured beside ours: lines of JSON, each with the name and rate of a peer.
    private static func addPeers(_ name: String, _ rate: Double, _ report: Report) throws {
        guard let path = ProcessInfo.processInfo.environment["LEGWORK_BENCH_PEERS"] else { return }
        for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
            let peer = try JSONValue(parsing: String(line))
            if let peerName = peer["name"]?.string, let value = peer["value"]?.double {
                report.add(name, rate, "/s", peer: peerName, value)
            }
        }
    }

    /// Tasks per second, submitted by 64 callers while the workers take them, and the seconds of CPU of one.
    private static func endToEnd(
        _ folder: TemporaryFolder,
        _ workers: Int,
        _ count: Int
    ) async throws -> (rate: Double, cpu: Double) {
        let store = try await SQLiteTaskStore.open(path: "\(folder.path)/end-\(workers).db")
        let tool = ClosureTool(ToolDescriptor(name: "noop", description: "Does nothing.")) { _, _ in .text("ok") }
        let manager = try manager(store, workers, tool)
        let running = Task { try await manager.run() }
        let before = cpu()
        let seconds = try await Measure.seconds {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<64 {
                    group.addTask { for n in 0..<count / 64 { _ = try await manager.submit("noop", ["n": JSONValue(n)], as: caller) } }
                }
                try await group.waitForAll()
            }
            while try await store.counts(.operator)[.completed] < count / 64 * 64 { try await Task.sleep(for: .milliseconds(2)) }
        }
        let used = cpu() - before
        running.cancel()
        try await running.value
        await store.close()
        return (Double(count / 64 * 64) / seconds, used / Double(count / 64 * 64))
    }

    /// The times from the submit to the start of the tool, one task after the other.
    private static func idleToStart(_ folder: TemporaryFolder, _ count: Int) async throws -> [Double] {
        let store = try await SQLiteTaskStore.open(path: "\(folder.path)/idle.db")
        let (starts, starting) = AsyncStream.makeStream(of: ContinuousClock.Instant.self)
        let tool = ClosureTool(ToolDescriptor(name: "noop", description: "Says when.")) { _, _ in
            starting.yield(.now)
            return .text("ok")
        }
        let manager = try manager(store, 4, tool)
        let running = Task { try await manager.run() }
        var times: [Double] = []
        var iterator = starts.makeAsyncIterator()
        for _ in 0..<count {
            let begin = ContinuousClock.now
            let record = try await manager.submit("noop", as: caller)
            guard let start = await iterator.next() else { break }
            times.append((start - begin).seconds)
            // The pool is idle again.
            _ = try await manager.wait(for: record.id, atMost: .seconds(10), in: .operator)
        }
        running.cancel()
        try await running.value
        await store.close()
        return times
    }

    /// Seconds of CPU that a manager with nothing to do takes in a second, a delayed task and a limit of waiting in its queue.
    private static func idleCPU(_ folder: TemporaryFolder) async throws -> Double {
        let store = try await SQLiteTaskStore.open(path: "\(folder.path)/waiting.db")
        let tool = ClosureTool(ToolDescriptor(name: "noop", description: "Does nothing.")) { _, _ in .text("ok") }
        let manager = try manager(store, 4, tool)
        let running = Task { try await manager.run() }
        var options = SubmitOptions()
        options.delay = .seconds(3600)
        options.limits.queue = .seconds(3600)
        _ = try await manager.submit("noop", as: caller, options: options)
        try await Task.sleep(for: .milliseconds(500))
        let before = cpu()
        try await Task.sleep(for: .seconds(2))
        let used = (cpu() - before) / 2
        running.cancel()
        try await running.value
        await store.close()
        return used
    }

    private static func cpu() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    /// How fast one worker claims one task after the other, beside ever more that have ended, with and without limits.
    private static func growth(_ folder: TemporaryFolder, _ sizes: [Int], _ report: Report) async throws {
        let store = try await SQLiteTaskStore.open(path: "\(folder.path)/growth.db")
        var stored = 0
        for size in sizes {
            let missing = size - stored
            stored = size
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<256 {
                    group.addTask {
                        for _ in 0..<missing / 256 + 1 { _ = try await store.insert(InsertRequest(record(.completed))) }
                    }
                }
                try await group.waitForAll()
            }
            for gate in [nil, QueueGate([:], others: QueuePolicy(concurrency: 1_000_000, perOwner: 1_000_000, perTool: 1_000_000))] {
                let count = 2000
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<64 {
                        group.addTask { for _ in 0..<count / 64 + 1 { _ = try await store.insert(InsertRequest(record(.queued))) } }
                    }
                    try await group.waitForAll()
                }
                let seconds = try await Measure.seconds {
                    for _ in 0..<count / 20 {
                        let lease = Lease(token: .random(), node: .random(), expiresAt: .now + .seconds(60))
                        _ = try await store.claim(ClaimRequest(lease: lease, limit: 20, now: .now, gate: gate))
                    }
                }
                report.add("claims of 20, \(size) tasks stored\(gate == nil ? "" : ", with limits")", Double(count) / seconds, "tasks/s")
            }
        }
        await store.close()
    }

    private static func record(_ status: TaskStatus) -> TaskRecord {
        TaskRecord(
            id: .random(),
            tool: "noop",
            title: "Nothing",
            caller: caller,
            arguments: [:],
            lifecycle: TaskLifecycle(status: status, reason: nil, isCancelRequested: false, attempts: status == .queued ? 0 : 1),
            createdAt: .now
        )
    }
}
