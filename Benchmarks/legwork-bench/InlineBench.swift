import Legwork
import LegworkCore

/// What a call costs whose tool returns at once.
enum InlineBench {
    static func run(isQuick: Bool, report: Report) async throws {
        let count = isQuick ? 20_000 : 200_000
        let answer = ToolResult.text("ok")
        let tool = ClosureTool(ToolDescriptor(name: "now", description: "Returns at once.")) { _, _ in answer }
        let manager = TaskManager(store: MemoryTaskStore(), tools: try ToolRegistry([tool]))
        let caller = Caller(owner: "bench")
        let context = ToolContext(host: IdleHost(caller: caller))

        let direct = try await Measure.median(count) { count in
            for _ in 0..<count { _ = try await tool.call([:], context) }
        }
        let ours = try await Measure.median(count) { count in
            for _ in 0..<count { _ = try await manager.call("now", as: caller) }
        }
        let bare = await Measure.median(count) { count in
            for _ in 0..<count { _ = Task.immediate { try? await tool.call([:], context) } }
        }
        let naive = try await Measure.median(rounds: 3, count / 10) { count in
            for _ in 0..<count { _ = try await naiveCall(tool, context) }
        }
        report.add(
            "inline call, overhead over a direct await",
            (ours - direct) * 1e6,
            "us",
            peer: "task group with a sleeping timer",
            (naive - direct) * 1e6
        )
        report.add(
            "inline call, overhead over a direct await",
            (ours - direct) * 1e6,
            "us",
            peer: "Task.immediate alone",
            (bare - direct) * 1e6
        )
        report.add("inline call, rows written", Double(try await manager.counts(in: .operator).total), "rows")
    }

    /// What one would write without a manager: the tool and a timer race in a group.
    private static func naiveCall(_ tool: ClosureTool, _ context: ToolContext) async throws -> ToolResult? {
        try await withThrowingTaskGroup(of: ToolResult?.self) { group in
            group.addTask { try await tool.call([:], context) }
            group.addTask {
                try await Task.sleep(for: .seconds(10))
                return nil
            }
            let first = try await group.next()
            group.cancelAll()
            return first ?? nil
        }
    }
}

/// A host that does nothing.
final class IdleHost: ToolContextHost {
    let caller: Caller
    let taskID = TaskID.random()
    let attempt = 1
    let checkpoint: JSONValue? = nil
    let isCancelled = false

    init(caller: Caller) { self.caller = caller }

    func report(_ report: ToolReport) {}
    func emit(text: String?, data: JSONValue?) {}
    func save(checkpoint: JSONValue) async throws {}
    func openOutput() throws -> any ToolOutput { throw CancellationError() }
}
