import Legwork
import LegworkCore

/// An agent that has its work done by two sub-agents, ends its own turn, and is woken when there is something to read.
///
/// The models are played by functions; what they use is what a model would be given: companion tools, messages and reminders. It plays one
/// assignment and ends.
@main
struct AgentTeam {
    /// The conversation that everything happens in.
    private static let me = Caller(owner: "editor")
    private let manager: TaskManager
    /// The turns of the main agent, one after the other. Whoever wakes it asks for one.
    private let turns: AsyncStream<Void>

    static func main() async throws {
        let team = try AgentTeam()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await team.manager.run() }
            try await team.work()
            await team.manager.shutdown()
            try await group.waitForAll()
        }
    }

    init() throws {
        let (turns, turn) = AsyncStream.makeStream(of: Void.self)
        self.turns = turns
        var configuration = TaskManagerConfiguration()
        // Nobody follows the notices, so the hook starts the agent's next turn. What comes within the delay is one turn.
        var waking = WakeUpConfiguration(ClosureWakeUpHook { _, _, _ in turn.yield() })
        waking.delay = .milliseconds(100)
        configuration.wakeUps = waking
        manager = TaskManager(store: MemoryTaskStore(), configuration: configuration)
        try manager.registerCompanionTools()
    }

    // MARK: - The main agent

    private func work() async throws {
        say("editor", "I need a page about tides. I put two agents on it and end my turn.")
        // Everything they start belongs to this run, so that one call can cancel it all.
        var options = SpawnOptions.named("writer")
        options.lineage = Lineage(run: "tides")
        try await manager.spawnAgent("write a page about tides", as: Self.me, options: options, write)
        options.name = "researcher"
        try await manager.spawnAgent("find out about tides", as: Self.me, options: options, research)

        let reminders = manager.reminders(for: Self.me.owner)
        for await _ in turns {
            // What a host puts into the prompt of the turn.
            guard let reminder = try await reminders.next() else { continue }
            say("editor", "I am woken, and read:")
            for line in reminder.text.split(separator: "\n") { print("  | " + hidingIDs(line)) }
            guard reminder.notices.contains(where: { $0.name == "writer" && $0.kind == .completed }) else { continue }
            let page = try await tool(
                "check_task",
                ["task_id": .string(reminder.notices.first { $0.name == "writer" }?.task.description ?? "")]
            )
            say("editor", "The page: \(page.structuredContent?["result"]?.string ?? page.text)")
            try await reminders.acknowledge()
            return
        }
    }

    /// Calls a tool as the model of the main agent would.
    private func tool(_ name: String, _ arguments: JSONValue) async throws -> ToolResult {
        switch try await manager.call(name, arguments, as: Self.me) {
        case .finished(let result): result
        case .task(let record): .text("\(record.id) goes on")
        }
    }

    // MARK: - The sub-agents

    /// Writes a page from what it is sent, and asks for what is missing.
    private func write(_ context: ToolContext) async throws -> ToolResult {
        var facts: [String] = []
        for try await message in context.messages {
            facts.append(message.text)
            say("writer", "\(message.sender.name ?? "somebody") tells me: \(message.text)")
            if facts.count == 2 {
                try await context.send("And how often?", to: .named("researcher"))
            } else if facts.count == 3 {
                break
            }
        }
        try await context.send("enough", to: .named("researcher"))
        return .text(facts.joined(separator: " "))
    }

    /// Sends what it finds to the writer, and answers questions until the writer has enough.
    private func research(_ context: ToolContext) async throws -> ToolResult {
        for fact in ["The moon pulls at the sea.", "Where it pulls most, the water stands high."] {
            try await context.send(fact, to: .named("writer"))
        }
        var answers = 0
        for try await message in context.messages {
            if message.content == "enough" { break }
            say("researcher", "\(message.sender.name ?? "somebody") asks me: \(message.text)")
            try await context.send("Twice a day.", to: .named("writer"))
            answers += 1
        }
        return .text("2 facts and \(answers) answer")
    }

    private func say(_ who: String, _ what: String) { print("\(who): \(what)") }

    /// A line with its ids replaced, which are others each time.
    private func hidingIDs(_ line: Substring) -> String {
        line.split(separator: " ").map { $0.hasPrefix(TaskID.marker) ? "task_…" : String($0) }.joined(separator: " ")
    }
}
