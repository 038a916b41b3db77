import Legwork
import LegworkTestKit
import Testing

/// A manager with a memory store that can be made to fail, a clock that the test moves, and some tools.
struct Bench {
    let clock = MockClock()
    let store = FaultyStore(MemoryTaskStore())
    let manager: TaskManager
    let alice = Caller(owner: "alice")
    let bob = Caller(owner: "bob")

    init(_ tools: any Tool..., configure: (inout TaskManagerConfiguration) -> Void = { _ in }) throws {
        var configuration = TaskManagerConfiguration()
        configure(&configuration)
        manager = TaskManager(store: store, tools: try ToolRegistry(tools), configuration: configuration, clock: clock)
    }

    func total() async throws -> Int { try await manager.counts(in: .operator).total }

    /// Calls a tool in the background.
    func background(_ tool: String = "scripted") async throws -> TaskRecord {
        try #require(try await manager.call(tool, as: alice, options: .background).task)
    }

    /// Waits for the end of a task.
    func end(of id: TaskID) async throws -> TaskRecord {
        try await manager.wait(for: id, atMost: .seconds(24 * 3600), in: .operator)
    }

    /// The task that a test has made, when it knows of no id.
    func onlyTask() async throws -> TaskRecord {
        let tasks = try await manager.tasks(TaskQuery(in: .operator)).tasks
        return try await manager.task(try #require(tasks.count == 1 ? tasks.first : nil).id, in: .operator)
    }

    func events(of id: TaskID) async throws -> [TaskEvent] { try await manager.events(EventQuery(of: id, in: .operator)) }

    /// Lets time pass as soon as somebody waits for it.
    func pass(_ duration: Duration) async {
        await clock.sleeperDue(within: duration)
        clock.advance(by: duration)
    }
}

func echo(_ change: (inout ToolDescriptor) -> Void = { _ in }) -> ClosureTool {
    var descriptor = ToolDescriptor(name: "echo", description: "Gives back its arguments.")
    change(&descriptor)
    return ClosureTool(descriptor) { arguments, _ in .text("echo", structured: arguments) }
}

struct ToolFault: Error, CustomStringConvertible {
    let description: String
}

/// A value with so many arrays in each other.
func nested(_ depth: Int) -> JSONValue { (0..<depth).reduce(1) { value, _ in [value] } }
