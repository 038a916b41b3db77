import Legwork
import LegworkSQLite
import LegworkTestKit
import Testing

/// The process that comes after those that were killed: it finds what they were promised, and brings to an end what they left.
struct CrashAftermath {
    /// What its tools did.
    private struct Deed: Sendable {
        var task: TaskID
        var attempt: Int
        var messages: [TaskMessage]
    }

    private let ledger: CrashLedger
    private let store: SQLiteTaskStore
    private let manager: TaskManager
    private let alice = Caller(owner: "alice")
    private let deeds: Sayings<Deed>
    private let evidence: EvidenceAftermath

    init(_ ledger: CrashLedger, _ path: String) async throws {
        let deeds = Sayings<Deed>()
        self.ledger = ledger
        self.deeds = deeds
        store = try await SQLiteTaskStore.open(path: path)
        let agent = agent { context in
            var messages: [TaskMessage] = []
            while let message = try await context.nextMessage(waitingAtMost: .zero) { messages.append(message) }
            deeds.add(Deed(task: context.taskID, attempt: context.attempt, messages: messages))
            return .text("gone on from \(context.checkpoint?.int ?? 0)")
        }
        // Its other tools do as little.
        let others = [("job", RecoveryPolicy.restart), ("deaf", .stop), ("answer", .stop), ("run_gate", .stop)].map { name, recovery in
            ClosureTool(ToolDescriptor(name: name, description: "", recovery: recovery)) { _, context in
                deeds.add(Deed(task: context.taskID, attempt: context.attempt, messages: []))
                return .text("gone on from \(context.checkpoint?.int ?? 0)")
            }
        }
        var configuration = TaskManagerConfiguration()
        configuration.outputFolder = path + "-outputs"
        manager = TaskManager(store: store, tools: try ToolRegistry([agent] + others), configuration: configuration)
        evidence = EvidenceAftermath(ledger, manager, folder: path + "-outputs")
    }

    /// Compares everything, before and after the tasks have gone on.
    func expectAll() async throws {
        try await manager.recover()
        let found = try await records()
        try expectPromises(in: found)
        for record in found {
            #expect(!record.status.isExecuting, "\(record.id) is \(record.status), though nobody executes it")
            if let key = record.idempotencyKey { #expect(found.filter { $0.idempotencyKey == key }.count == 1) }
        }
        try await expectNotices(of: found)
        try await evidence.expectAll(of: found)

        let run = Task { try await manager.run() }
        try await goOn(found.filter { $0.status == .stopped })
        try await awaitAll(found)
        let ended = try await records()
        try expectPromises(in: ended)
        for record in ended {
            #expect(record.status.isTerminal)
            let ends = try await manager.events(EventQuery(of: record.id, in: alice.scope)).filter {
                [.completed, .failed, .cancelled].contains($0.kind)
            }
            #expect(ends.count == 1)
        }
        try await expectNotices(of: ended)
        try await evidence.expectAll(of: ended)
        try await expectMessages()
        try await expectNames()
        await manager.shutdown()
        try await run.value
        await store.close()
    }

    private func awaitAll(_ tasks: [TaskRecord]) async throws {
        for task in tasks { _ = try await manager.wait(for: task.id, atMost: .seconds(3600), in: alice.scope) }
    }

    private func records() async throws -> [TaskRecord] {
        var records: [TaskRecord] = []
        for task in try await manager.tasks(TaskQuery(in: alice.scope, limit: 1000)).tasks {
            records.append(try await manager.task(task.id, in: alice.scope))
        }
        return records
    }

    private func expectPromises(in records: [TaskRecord]) throws {
        let tasks = Dictionary(uniqueKeysWithValues: records.map { ($0.id, $0) })
        func task(_ id: TaskID) throws -> TaskRecord {
            let record = tasks[id]
            return try #require(record, "\(id) was given and is gone")
        }
        for id in ledger.tasks { _ = try task(id) }
        for (label, id) in ledger.labels {
            let record = try task(id)
            #expect(record.name == label && record.idempotencyKey == label)
        }
        for (id, end) in ledger.ends {
            let record = try task(id)
            #expect(record.status == end.status && record.result?.text ?? "" == end.text, "\(id) ended otherwise")
        }
        for (id, number) in ledger.resumed {
            let attempts = try task(id).attempts
            #expect(attempts >= number)
        }
        for (id, step) in ledger.saved {
            let saved = try task(id).checkpoint?.int ?? 0
            #expect(saved >= step, "a checkpoint of \(id) is lost")
        }
        for id in ledger.cancelled {
            let status = try task(id).status
            #expect(status == .cancelled, "\(id) was to be cancelled and is \(status)")
        }
        for id in ledger.asked {
            let count = try task(id).inputs.count
            #expect(count == 2, "a question of \(id) is lost, or there twice")
        }
        for (id, answers) in ledger.answers {
            let inputs = try task(id).inputs
            for (key, text) in answers {
                let input = inputs.first { $0.key == key }
                #expect(text == "declined" ? input?.state == .declined : input?.answer?.string == text, "an answer to \(id) is lost")
            }
        }
    }

    /// Each task that has ended has one notice of that, unless it was acknowledged, and nothing else that was posted is gone either.
    private func expectNotices(of records: [TaskRecord]) async throws {
        let notices = try await manager.notices(for: alice.owner, limit: 1000, marksDelivered: false)
        for record in records {
            let number = notices.filter { $0.task == record.id && $0.kind.isTerminal }.count
            let expected = record.status.isTerminal ? ledger.remains("told", record.id.description) : 0...0
            #expect(expected.contains(number), "\(number) notices of the end of \(record.id), which is \(record.status)")
            if record.status == .stopped {
                #expect(notices.contains { $0.task == record.id && $0.kind == .stopped }, "nobody is told that \(record.id) stopped")
            }
        }
        for sequence in ledger.posted {
            // What a task asked, and that it stopped, is taken back when it goes on.
            let number = notices.filter { "\($0.sequence)" == sequence }.count
            #expect(ledger.remains("noted", sequence).contains(number), "\(number) of the notice \(sequence)")
        }
    }

    /// Resumes each stopped task twice at once: one attempt follows, which is none of those that were.
    private func goOn(_ stopped: [TaskRecord]) async throws {
        for record in stopped {
            async let once = manager.resume(record.id, in: alice.scope)
            async let twice = manager.resume(record.id, in: alice.scope)
            for resumed in try await [once, twice] { #expect(resumed.attempts == record.attempts + 1) }
            let notices = try await manager.notices(for: alice.owner, limit: 1000, marksDelivered: false)
            #expect(!notices.contains { $0.task == record.id && $0.kind == .stopped }, "\(record.id) goes on and is told to have stopped")
        }
        try await awaitAll(stopped)
        for record in stopped {
            let attempts = deeds.all.filter { $0.task == record.id }.map(\.attempt)
            #expect(attempts == [record.attempts + 1], "\(record.id) was resumed as \(attempts)")
            let before = ledger.attempts[record.id] ?? []
            #expect(before.allSatisfy { $0 <= record.attempts } && Set(before).count == before.count)
            let ended = try await manager.task(record.id, in: alice.scope)
            #expect(ended.result?.text == "gone on from \(record.checkpoint?.int ?? 0)")
        }
    }

    /// Every message that was taken from its sender is read now or is a dead letter, unless its reader acknowledged it; and never both.
    private func expectMessages() async throws {
        let read = deeds.all.flatMap(\.messages)
        let letters = try await manager.deadLetters(in: alice.scope, limit: 1000)
        for message in read where ledger.given.contains(message.id.text) {
            #expect(message.deliveries > 1, "\(message.id) was given before, and is given as if it was not")
        }
        let ids = read.map(\.id.text) + letters.map(\.message.id.text)
        for id in ledger.sent.union(ids) {
            let number = ids.filter { $0 == id }.count
            let expected = ledger.sent.contains(id) ? ledger.remains("acked", id) : 0...(ledger.remains("acked", id).upperBound)
            #expect(expected.contains(number), "the message \(id) is in \(number) places")
        }
    }

    /// A key finds its task though it has ended, its name is free, and a closed run stays closed.
    private func expectNames() async throws {
        for (label, id) in ledger.labels {
            var options = SpawnOptions()
            options.idempotencyKey = label
            let found = try await manager.spawn("Again", as: alice, options: options) { _ in .text("again") }
            #expect(found.task.id == id && !found.isNew)
            let named = try await manager.spawn("Named", as: alice, options: .named(label)) { _ in .text("named") }
            #expect(named.isNew)
        }
        for run in ledger.closedRuns {
            var options = SpawnOptions()
            options.lineage = Lineage(run: run)
            let refused = await #expect(throws: TaskManagerError.self) {
                try await manager.spawn("Late", as: alice, options: options) { _ in .text("late") }
            }
            #expect(refused?.code == .familyCancelled)
        }
    }
}
