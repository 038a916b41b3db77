import Glibc
import Legwork
import LegworkSQLite
import LegworkTestKit
import TestPrograms
import Testing

/// A process delivers and is killed at its first write, its second, and so on, until it comes to its end; the next one delivers the rest.
@Suite("A process that is killed while it delivers")
struct DeliveryCrashTests {
    private let alice = Caller(owner: "alice")

    @Test(
        "loses no message, and sends again at most the one that it had not taken down, with the same key",
        arguments: ["before", "after"]
    )
    func killed(moment: String) async throws {
        var number = 0
        var isOver = false
        while !isOver {
            number += 1
            try #require(number < 1000, "the scene has no end")
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let path = folder.path + "/tasks.db"
            let (lines, end) = try await play(path, moment, number)
            isOver = lines.last == "done"
            #expect(end == (isOver ? .exit(0) : .signal(SIGKILL)), "\(moment) write \(number): \(lines.last ?? "")")
            func said(_ word: String) -> [String] {
                lines.compactMap { $0.hasPrefix(word + " ") ? String($0.dropFirst(word.count + 1)) : nil }
            }
            let later = try await deliverRest(path, promised: said("promised"), delivered: said("delivered"))
            let keys = said("arrived") + later
            #expect(keys.count - Set(keys).count <= 1, "\(moment) write \(number): \(keys)")
            // Whoever knows keys has each message once.
            #expect(Set(keys).count % 3 == 0, "\(moment) write \(number): \(keys)")
            if isOver { #expect(Set(keys).count == 9 && later.isEmpty) }
        }
        #expect(number > 10, "the scene writes little")
    }

    /// Plays the scene once.
    private func play(_ path: String, _ moment: String, _ number: Int) async throws -> ([String], TestProgram.End) {
        try await blocking {
            let program = try TestProgram("legwork-task-crasher", ["deliver", path, moment, String(number)])
            let lines = program.readLines()
            return (lines, program.finish())
        }
    }

    /// Lets the next process deliver what is left.
    ///
    /// - Returns: the keys of what it sent.
    private func deliverRest(_ path: String, promised: [String], delivered: [String]) async throws -> [String] {
        let store = try await SQLiteTaskStore.open(path: path)
        let channel = ScriptedChannel.messages(of: 200, atMost: 3)
        let report = ClosureTool(ToolDescriptor(name: "report", description: "Reports.", recovery: .restart)) { _, _ in
            .text(Array(repeating: "a line of words\n", count: 60).joined())
        }
        var configuration = TaskManagerConfiguration()
        configuration.channels = [ChannelEntry("paper", kind: "paper", channel)]
        let manager = TaskManager(store: store, tools: try ToolRegistry([report]), configuration: configuration)
        for task in delivered {
            #expect(try await manager.redirects(of: task, in: alice.scope).deliveries.map(\.state) == [.delivered])
        }
        let run = Task { try await manager.run() }
        for task in promised {
            let id = try await manager.resolve(task, in: alice.scope)
            try await manager.follow(id, in: alice.scope) { _ in
                try await manager.redirects(of: task, in: alice.scope).deliveries.contains { $0.state == .delivered }
            }
        }
        // What was recorded and not said any more is told as well.
        for task in try await manager.tasks(TaskQuery(in: alice.scope, limit: 100)).tasks {
            try await manager.follow(task.id, in: alice.scope) { record in
                let deliveries = try await manager.redirects(of: "\(task.id)", in: alice.scope).deliveries
                return record.status.isTerminal && deliveries.count == record.redirects.count
                    && deliveries.allSatisfy { $0.state == .delivered && $0.sent == 3 }
            }
        }
        await manager.shutdown()
        try await run.value
        await store.close()
        #expect(!channel.hadTwins)
        return channel.taken.map(\.key)
    }
}
