import Legwork
import LegworkCore
import LegworkEventLoop
import Synchronization

/// What it costs to have many live background tasks: time and memory for each.
enum BackgroundBench {
    static func run(isQuick: Bool, report: Report) async throws {
        for count in isQuick ? [1000, 10_000] : [1000, 10_000, 100_000] {
            // In turn, and the median of each: one round is at the mercy of what else the machine does.
            var rounds: [(bare: (seconds: Double, bytes: Double), ours: (seconds: Double, bytes: Double))] = []
            for _ in 0..<5 { rounds.append((await bareTasks(count), try await backgrounded(count))) }
            let bare = Measure.medians(rounds.map(\.bare))
            let ours = Measure.medians(rounds.map(\.ours))
            report.add(
                "backgrounding with \(count) live tasks",
                Double(count) / ours.seconds,
                "tasks/s",
                peer: "bare Swift tasks in a dictionary",
                Double(count) / bare.seconds
            )
            report.add(
                "  memory per live task",
                ours.bytes / Double(count),
                "bytes",
                peer: "bare Swift tasks in a dictionary",
                bare.bytes / Double(count)
            )
        }
    }

    private static func backgrounded(_ count: Int) async throws -> (seconds: Double, bytes: Double) {
        let gate = Gate()
        let tool = ClosureTool(ToolDescriptor(name: "wait", description: "Waits.")) { _, _ in
            await gate.wait()
            return .text("ok")
        }
        let manager = TaskManager(store: MemoryTaskStore(maximumFinished: nil), tools: try ToolRegistry([tool]))
        let caller = Caller(owner: "bench")
        gate.reserve(count)
        let before = Double(MemoryUse.allocatedBytes)
        let seconds = try await Measure.seconds {
            for _ in 0..<count { _ = try await manager.call("wait", as: caller, options: .background) }
            await gate.arrived(count)
        }
        let bytes = Double(MemoryUse.allocatedBytes) - before
        gate.open()
        var last: TaskID?
        for task in try await manager.tasks(TaskQuery(in: .operator, limit: 1000)).tasks { last = task.id }
        if let last { _ = try await manager.wait(for: last, atMost: .seconds(60), in: .operator) }
        await manager.shutdown()
        return (seconds, bytes)
    }

    private static func bareTasks(_ count: Int) async -> (seconds: Double, bytes: Double) {
        let gate = Gate()
        gate.reserve(count)
        let before = Double(MemoryUse.allocatedBytes)
        var tasks: [TaskID: Task<ToolResult, Never>] = [:]
        let seconds = await Measure.seconds {
            for _ in 0..<count {
                tasks[.random()] = Task {
                    await gate.wait()
                    return .text("ok")
                }
            }
            await gate.arrived(count)
        }
        let bytes = Double(MemoryUse.allocatedBytes) - before
        gate.open()
        for task in tasks.values { _ = await task.value }
        return (seconds, bytes)
    }
}

/// Holds many tasks until it is opened.
private final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [UnsafeContinuation<Void, Never>] = []
        var expected: (count: Int, continuation: CheckedContinuation<Void, Never>)?
    }

    private let state = Lock(State())

    func reserve(_ count: Int) { state.withLock { $0.waiting.reserveCapacity(count) } }

    func wait() async {
        await withUnsafeContinuation { continuation in
            let (isOpen, arrived) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
                if state.isOpen { return (true, nil) }
                state.waiting.append(continuation)
                guard let expected = state.expected, state.waiting.count >= expected.count else { return (false, nil) }
                state.expected = nil
                return (false, expected.continuation)
            }
            if isOpen { continuation.resume() }
            arrived?.resume()
        }
    }

    /// Returns when so many wait.
    func arrived(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.waiting.count >= count { return true }
                state.expected = (count, continuation)
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
