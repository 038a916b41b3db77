import Legwork
import LegworkCore

/// A chat bot whose commands may take long: a quick one is answered at once, a slow one goes on in the background, and each person sees and
/// cancels only what is theirs.
///
/// Without arguments it plays the conversation below and ends; `swift run example-chat-bot -` reads lines such as `ann: add 1 2` instead.
@main
struct ChatBot {
    private static let conversation = [
        "ann: add 20 22",
        "ann: count 5",
        "bob: count 3",
        "ann: tasks",
        "bob: tasks",
        "bob: await count-3",
        "ann: cancel count-5",
        "ann: tasks",
        "bob: await count-5",
        "ann: sing",
    ]

    private let manager: TaskManager

    static func main() async throws {
        let bot = try ChatBot()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await bot.manager.run() }
            if CommandLine.arguments.dropFirst().first == "-" {
                while let line = readLine() { await bot.hear(line) }
            } else {
                for line in conversation { await bot.hear(line) }
            }
            await bot.manager.shutdown()
            try await group.waitForAll()
        }
    }

    init() throws {
        struct Numbers: Decodable, Sendable { var numbers: [Int] }
        struct Count: Decodable, Sendable { var to: Int }
        let add = try TypedTool(ToolDescriptor(name: "add", description: "Adds numbers."), arguments: Numbers.self) { arguments, _ in
            .text("that makes \(arguments.numbers.reduce(0, +))")
        }
        let count = try TypedTool(ToolDescriptor(name: "count", description: "Counts, a second each."), arguments: Count.self) {
            arguments,
            context in
            for number in 1...max(1, arguments.to) {
                context.progress(Double(number), of: Double(arguments.to), "\(number)")
                try await Task.sleep(for: .seconds(1))
            }
            return .text("counted to \(arguments.to)")
        }
        var configuration = TaskManagerConfiguration()
        configuration.window = .milliseconds(500)
        manager = TaskManager(store: MemoryTaskStore(), tools: try ToolRegistry([add, count]), configuration: configuration)
    }

    /// Answers one line of somebody's.
    private func hear(_ line: String) async {
        print("> \(line)")
        let parts = line.split(separator: ":", maxSplits: 1)
        guard parts.count == 2 else { return print("who says that? write 'name: words'") }
        let words = parts[1].split(separator: " ").map(String.init)
        let person = Caller(
            owner: Owner(String(parts[0])),
            origin: Caller.Origin(platform: "example", channel: "main", user: String(parts[0]))
        )
        do {
            print("  " + (try await answer(words, to: person)))
        } catch {
            print("  sorry: \(error)")
        }
    }

    private func answer(_ words: [String], to person: Caller) async throws -> String {
        let numbers = words.dropFirst().compactMap(Int.init)
        switch words.first {
        case "add":
            return say(try await manager.call("add", ["numbers": .array(numbers.map { JSONValue($0) })], as: person))
        case "count":
            var options = CallOptions()
            options.name = "count-\(numbers.first ?? 1)"
            return say(try await manager.call("count", ["to": JSONValue(numbers.first ?? 1)], as: person, options: options))
        case "tasks":
            let tasks = try await manager.tasks(TaskQuery(in: person.scope)).tasks
            return tasks.isEmpty
                ? "you have no tasks" : tasks.map { "\($0.name ?? $0.tool) is \($0.status.rawValue)" }.joined(separator: ", ")
        case "await":
            let id = try await manager.resolve(words.last ?? "", in: person.scope)
            let record = try await manager.wait(for: id, atMost: .seconds(30), in: person.scope)
            return record.result?.text ?? "it is \(record.status.rawValue)"
        case "cancel":
            let id = try await manager.resolve(words.last ?? "", in: person.scope)
            _ = try await manager.cancel(id, in: person.scope)
            let record = try await manager.wait(for: id, atMost: .seconds(10), in: person.scope)
            return "\(record.name ?? record.tool) is \(record.status.rawValue)"
        default:
            return "I know add, count, tasks, await and cancel"
        }
    }

    private func say(_ outcome: CallOutcome) -> String {
        switch outcome {
        case .finished(let result): result.text
        case .task(let record): "that takes a while; I go on with \(record.name ?? record.id.description), ask me for it later"
        }
    }
}
