import Legwork
import LegworkCore
import LegworkSQLite

/// How many messages go between two tasks in a second: one after the other, each an answer to the last, and as fast as they can be sent.
enum MessageBench {
    static func run(isQuick: Bool, report: Report) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let count = isQuick ? 1000 : 20_000
        report.add("messages, two tasks in turn, memory", try await inTurn(count, MemoryTaskStore()), "/s")
        report.add("messages, 8 senders to one task, memory", try await streamed(count, MemoryTaskStore()), "/s")
        let few = count / 10
        for (name, measure) in [("two tasks in turn", inTurn), ("8 senders to one task", streamed)] {
            let store = try await SQLiteTaskStore.open(path: "\(folder.path)/\(name.count).db")
            report.add("messages, \(name), SQLite", try await measure(few, store), "/s")
            await store.close()
        }
    }

    private static func agent(_ name: String, _ body: @escaping @Sendable (ToolContext) async throws -> Void) -> ClosureTool {
        ClosureTool(ToolDescriptor(name: name, description: "An agent.", hasInbox: true)) { _, context in
            try await body(context)
            return .text("ok")
        }
    }

    /// Every message is sent when the one before was read.
    private static func inTurn(_ count: Int, _ store: any TaskStore) async throws -> Double {
        let ping = agent("ping") { context in
            try await context.send("ping", to: .named("pong"))
            for _ in 1..<count / 2 {
                _ = try await context.nextMessage(waitingAtMost: .seconds(60))
                try await context.send("ping", to: .named("pong"))
            }
        }
        let pong = agent("pong") { context in
            var peer: TaskID?
            for left in (0..<count / 2).reversed() {
                peer = try await context.nextMessage(waitingAtMost: .seconds(60))?.sender.task ?? peer
                if let peer, left > 0 { try await context.send("pong", to: .task(peer)) }
            }
        }
        return try await rate(of: count - 1, [ping, pong], store) { manager, caller in
            var options = CallOptions.background
            options.name = "pong"
            let pong = try await manager.call("pong", as: caller, options: options).task
            _ = try await manager.call("ping", as: caller, options: .background)
            return pong
        }
    }

    /// Many send at once, each its next when the last is durable; one reads.
    private static func streamed(_ count: Int, _ store: any TaskStore) async throws -> Double {
        let senders = 8
        let ear = agent("ear") { context in
            for _ in 0..<count / senders * senders { _ = try await context.nextMessage(waitingAtMost: .seconds(60)) }
        }
        return try await rate(of: count / senders * senders, [ear], store) { manager, caller in
            guard let ear = try await manager.call("ear", as: caller, options: .background).task else { return nil }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<senders {
                    group.addTask {
                        for number in 0..<count / senders {
                            while true {
                                do {
                                    try await manager.send(JSONValue(number), to: .task(ear.id), from: caller)
                                    break
                                } catch let error as TaskManagerError where error.code == .inboxFull {
                                    await Task.yield()
                                }
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            return ear
        }
    }

    private static func rate(
        of count: Int,
        _ tools: [any Tool],
        _ store: any TaskStore,
        _ start: (TaskManager, Caller) async throws -> TaskRecord?
    ) async throws -> Double {
        let manager = TaskManager(store: store, tools: try ToolRegistry(tools))
        let caller = Caller(owner: "bench")
        let seconds = try await Measure.seconds {
            guard let last = try await start(manager, caller) else { return }
            _ = try await manager.wait(for: last.id, atMost: .seconds(600), in: .operator)
        }
        await manager.shutdown()
        return Double(count) / seconds
    }
}
