import Legwork
import LegworkTestKit
import Testing

/// A manager with channels that a test holds by the hand.
struct DeliveryBench {
    let clock: MockClock
    let store: FaultyStore
    let manager: TaskManager
    let problems = Sayings<String>()
    let alice = Caller(owner: "alice")
    private let commits: ObservedState<Int>

    /// - Parameters:
    ///   - channels: what is configured.
    ///   - inner: where it all lives, for a second manager on the same store.
    init(
        _ channels: [ChannelEntry],
        tools: [any Tool] = [echo()],
        rules: [RedirectRule] = [],
        clock: MockClock = MockClock(),
        over inner: any TaskStore = MemoryTaskStore(),
        configure: (inout TaskManagerConfiguration) -> Void = { _ in }
    ) throws {
        let commits = ObservedState(0)
        store = FaultyStore(inner) { operation, moment in
            if operation == .commitDelivery, moment == .after { commits.change { $0 += 1 } }
        }
        var configuration = TaskManagerConfiguration()
        configuration.channels = channels
        configuration.redirectRules = rules
        configuration.chance = { 0.5 }
        configuration.onProblem = { [problems] in problems.add($0) }
        configure(&configuration)
        self.clock = clock
        self.commits = commits
        manager = TaskManager(store: store, tools: try ToolRegistry(tools), configuration: configuration, clock: clock)
    }

    /// Lets the manager run while the body does, and ends it.
    func running(_ body: () async throws -> Void) async throws {
        let run = Task { try await manager.run() }
        do {
            try await body()
        } catch {
            run.cancel()
            throw error
        }
        await manager.shutdown()
        try await run.value
    }

    /// Returns when so many changes of deliveries are written.
    func recorded(_ count: Int) async { await commits.wait { $0 >= count } }

    /// Lets time pass as soon as somebody waits for it.
    func pass(_ duration: Duration) async {
        await clock.sleeperDue(within: duration)
        clock.advance(by: duration)
    }

    /// Has a task made and executed that is told in channels.
    @discardableResult
    func end(_ tool: String = "echo", _ arguments: JSONValue = [:], in channels: String...) async throws -> TaskRecord {
        var options = CallOptions.background
        options.redirects = channels.map { RedirectWish(to: $0) }
        let task = try #require(try await manager.call(tool, arguments, as: alice, options: options).task)
        return try await manager.wait(for: task.id, atMost: .seconds(3600), in: .operator)
    }

    func deliveries(_ states: Set<Delivery.State> = []) async throws -> [Delivery] {
        try await manager.deliveries(DeliveryQuery(in: .operator, states: states, limit: 1000)).deliveries
    }

    func kinds(of id: TaskID) async throws -> [TaskEvent.Kind] {
        try await manager.events(EventQuery(of: id, in: .operator)).map(\.kind)
    }
}

/// A tool that gives a text of so many characters.
func longWinded(_ characters: Int) -> ClosureTool {
    ClosureTool(ToolDescriptor(name: "long", description: "")) { _, _ in
        .text(String((0..<characters).map { $0 % 10 == 9 ? " " : "x" }))
    }
}
