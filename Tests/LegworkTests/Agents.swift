import Legwork
import LegworkTestKit
import Synchronization
import Testing

/// A tool that takes messages and does what a test wants.
func agent(
    _ name: String = "agent",
    recovery: RecoveryPolicy = .stop,
    _ body: @escaping @Sendable (ToolContext) async throws -> ToolResult
) -> ClosureTool {
    ClosureTool(ToolDescriptor(name: name, description: "An agent.", recovery: recovery, hasInbox: true)) { _, context in
        try await body(context)
    }
}

/// An agent that holds what it reads until it reads the text `end`, and gives it all back.
func listener(_ name: String = "listener") -> ClosureTool {
    agent(name) { context in
        var heard: [JSONValue] = []
        for try await message in context.messages {
            if message.content == "end" { break }
            heard.append(message.content)
        }
        return .text("heard", structured: .array(heard))
    }
}

extension Bench {
    /// Starts a task of a tool.
    func start(_ tool: String, named name: String? = nil, under parent: TaskID? = nil, as caller: Caller? = nil) async throws -> TaskRecord
    {
        var options = CallOptions.background
        options.name = name
        options.lineage = Lineage(parent: parent)
        return try #require(try await manager.call(tool, as: caller ?? alice, options: options).task)
    }

    /// What a listener has heard when it has ended.
    func heard(by id: TaskID) async throws -> [JSONValue] {
        try #require(try await end(of: id).result?.structuredContent?.array)
    }

    /// Lets a second manager on the same store, as after a restart, execute what is queued while the body runs.
    func afterRestart(_ tools: any Tool..., body: (TaskManager) async throws -> Void) async throws {
        let next = TaskManager(store: store, tools: try ToolRegistry(tools), clock: clock)
        let run = Task { try await next.run() }
        defer { run.cancel() }
        try await body(next)
        await next.shutdown()
        try await run.value
    }

    /// The error code with which something fails.
    func code(of body: () async throws -> Void) async -> TaskManagerError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? TaskManagerError)?.code
        }
    }
}

/// Things that tools say to a test, in order.
final class Sayings<Value: Sendable>: Sendable {
    private struct State {
        var values: [Value] = []
        var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Lock(State())

    var all: [Value] { state.withLock { $0.values } }

    func add(_ value: Value) {
        let satisfied = state.withLock { state in
            state.values.append(value)
            let count = state.values.count
            defer { state.waiting.removeAll { $0.count <= count } }
            return state.waiting.filter { $0.count <= count }.map(\.continuation)
        }
        for continuation in satisfied { continuation.resume() }
    }

    /// Returns the first ones when there are so many.
    @discardableResult
    func first(_ count: Int) async -> [Value] {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.values.count >= count { return true }
                state.waiting.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
        return Array(all.prefix(count))
    }
}
