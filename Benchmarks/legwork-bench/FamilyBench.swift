import Legwork
import LegworkCore
import LegworkSQLite
import Synchronization

/// What is done to one task among many live ones: starting, finding, listing and cancelling, and how soon its owner hears of its end.
///
/// Beside it stands what task managers do that keep all tasks in one map and read it by copying: the figure is one such copy, in the same
/// run, with as many tasks in it.
enum FamilyBench {
    private static let caller = Caller(owner: "bench")
    private static let copying = "a copy of all tasks, as one map"

    static func run(isQuick: Bool, report: Report) async throws {
        for count in isQuick ? [1000, 10_000] : [1000, 10_000, 100_000] { try await measure(count, report) }
        try await notices(isQuick ? 200 : 2000, report)
    }

    private static func measure(_ count: Int, _ report: Report) async throws {
        let manager = TaskManager(store: MemoryTaskStore(maximumFinished: nil))
        let hold = Hold()
        let started = ContinuousClock.now
        for _ in 0..<count { try await spawn(manager, hold) }
        let rate = Double(count) / started.duration(to: .now).inSeconds
        let copy = copyOfAll(count)
        report.add("spawn with up to \(count) live tasks", rate, "tasks/s")
        report.add(
            "  spawn with a name",
            try await micros(200) { try await spawn(manager, hold, named: "agent-\($0)") },
            "us",
            peer: copying,
            copy
        )
        let page = try await manager.tasks(TaskQuery(in: .operator, limit: 100)).tasks
        report.add(
            "  get",
            try await micros(2000) { _ = try await manager.task(page[$0 % 100].id, in: caller.scope) },
            "us",
            peer: copying,
            copy
        )
        report.add(
            "  list the newest 100",
            try await micros(200) { _ in _ = try await manager.tasks(TaskQuery(in: caller.scope)) },
            "us",
            peer: copying,
            copy
        )
        report.add(
            "  cancel one",
            try await micros(50) { _ = try await manager.cancel(page[$0].id, in: caller.scope) },
            "us",
            peer: copying,
            copy
        )
        var trees: [Double] = []
        for _ in 0..<3 {
            let root = try await tree(manager, hold, nodes: 1000)
            let began = ContinuousClock.now
            let report = try await manager.cancelTree(root, in: caller.scope)
            trees.append(began.duration(to: .now).inSeconds * 1000)
            precondition(report.count == 1000, "the whole tree was to be cancelled")
        }
        report.add("  cancel a tree of 1000", trees.sorted()[1], "ms")
        hold.letGo()
        await manager.shutdown()
    }

    @discardableResult
    private static func spawn(_ manager: TaskManager, _ hold: Hold, named name: String? = nil, under parent: TaskID? = nil) async throws
        -> TaskID
    {
        var options = SpawnOptions()
        options.name = name
        options.lineage = Lineage(parent: parent)
        return try await manager.spawn("wait", as: caller, options: options) { _ in
            await hold.wait()
            return .text("ok")
        }.task.id
    }

    /// Ten children to each, breadth first.
    private static func tree(_ manager: TaskManager, _ hold: Hold, nodes: Int) async throws -> TaskID {
        var ids = [try await spawn(manager, hold)]
        while ids.count < nodes { ids.append(try await spawn(manager, hold, under: ids[(ids.count - 1) / 10])) }
        return ids[0]
    }

    private static func micros(_ rounds: Int, _ body: (Int) async throws -> Void) async throws -> Double {
        var times: [Double] = []
        for round in 0..<rounds {
            let began = ContinuousClock.now
            try await body(round)
            times.append(began.duration(to: .now).inSeconds * 1e6)
        }
        return times.sorted()[rounds / 2]
    }

    /// How long it takes to copy a map of so many records, in microseconds.
    private static func copyOfAll(_ count: Int) -> Double {
        var map: [TaskID: TaskRecord] = [:]
        for number in 0..<count {
            let record = TaskRecord(
                id: .random(),
                tool: "spawn",
                title: "task \(number)",
                caller: caller,
                arguments: [:],
                createdAt: Timestamp(milliseconds: 0)
            )
            map[record.id] = record
        }
        var times: [Double] = []
        for _ in 0..<5 {
            let began = ContinuousClock.now
            var copy = map
            // A map is copied when it is written to.
            copy[.random()] = nil
            copy.removeValue(forKey: map.first?.key ?? .random())
            times.append(began.duration(to: .now).inSeconds * 1e6)
        }
        return times.sorted()[2]
    }

    // MARK: - Notices

    private static func notices(_ rounds: Int, _ report: Report) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let sqlite = try await SQLiteTaskStore.open(path: "\(folder.path)/notices.db")
        for (name, store) in [("memory", MemoryTaskStore() as any TaskStore), ("SQLite", sqlite)] {
            let manager = TaskManager(store: store)
            let heard = Lock<[TaskID: ContinuousClock.Instant]>([:])
            let follower = Task {
                for try await notices in manager.followNotices(for: caller.owner) {
                    let now = ContinuousClock.now
                    heard.withLock { heard in for notice in notices { heard[notice.task] = now } }
                    if let last = notices.last { try await manager.acknowledge(.upTo(last.sequence), for: caller.owner) }
                }
            }
            var times: [Double] = []
            for _ in 0..<rounds {
                let returned = Lock<ContinuousClock.Instant?>(nil)
                let id = try await manager.spawn("quick", as: caller) { _ in
                    returned.withLock { $0 = .now }
                    return .text("ok")
                }.task.id
                _ = try await manager.wait(for: id, atMost: .seconds(10), in: .operator)
                while true {
                    if let at = heard.withLock({ $0[id] }), let began = returned.withLock({ $0 }) {
                        times.append(began.duration(to: at).inSeconds * 1e6)
                        break
                    }
                    await Task.yield()
                }
            }
            times.sort()
            report.add("from a task's end to its follower, \(name)", times[rounds / 2], "us")
            report.add("  99 of 100", times[rounds * 99 / 100], "us")
            await manager.shutdown()
            _ = try? await follower.value
        }
        await sqlite.close()
    }
}

/// Holds many tasks until they are let go.
private final class Hold: Sendable {
    private struct State {
        var isOver = false
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var next = 0
    }

    private let state = Lock(State())

    /// Returns when the tasks are let go, or this one is cancelled.
    func wait() async {
        let key = state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.isOver || Task.isCancelled { return true }
                    state.waiting[key] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: key) }?.resume()
        }
    }

    func letGo() {
        let all = state.withLock { state in
            state.isOver = true
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for continuation in all { continuation.resume() }
    }
}

extension Duration {
    fileprivate var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
