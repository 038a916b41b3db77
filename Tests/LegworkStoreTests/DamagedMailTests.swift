import LegworkCore
import LegworkSQLite
import TestPrograms
import Testing

@Suite("A damaged message, dead letter or notice")
struct DamagedMailTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("tasks.db") }
    private let start = Timestamp(milliseconds: 1_800_000_000_000)

    init() throws { folder = try TemporaryFolder() }

    /// What can happen to a column, and whether only the operator can find the row after that.
    struct Damage: Sendable, CustomTestStringConvertible {
        var change: String
        var isOutOfSight = false

        init(_ change: String, isOutOfSight: Bool = false) {
            self.change = change
            self.isOutOfSight = isOutOfSight
        }

        var testDescription: String { change }

        static let ofSenders = [
            Damage("content = '{'"), Damage("content = NULL"), Damage("id = CAST(x'fffe' AS TEXT)"), Damage("sender_task = 'nobody'"),
            Damage("sender_name = CAST(x'ff' AS TEXT)"), Damage("sender_owner = CAST(x'ff' AS TEXT)", isOutOfSight: true),
        ]
        static let ofLetters = [
            Damage("recipient = 'nobody'"), Damage("recipient_owner = CAST(x'ff' AS TEXT)"), Damage("reason = 'boredom'"),
            Damage("recipient_name = CAST(x'ff' AS TEXT)"),
        ]
        static let ofNotices = [
            Damage("data = '['"), Damage("title = CAST(x'ff' AS TEXT)"), Damage("text = CAST(x'ff' AS TEXT)"), Damage("state = 'lost'"),
            Damage("owner = CAST(x'ff' AS TEXT)", isOutOfSight: true), Damage("kind = CAST(x'ff' AS TEXT)"),
        ]
    }

    private func makeTask(named name: String? = nil) -> TaskRecord {
        TaskRecord(
            id: .random(),
            tool: "agent",
            title: "Listen",
            name: name,
            caller: Caller(owner: "ann"),
            arguments: [:],
            hasInbox: true,
            lifecycle: .promoted,
            lease: Lease(token: .random(), node: NodeID("node"), expiresAt: start),
            createdAt: start
        )
    }

    private func message(_ text: String) -> TaskMessage {
        TaskMessage(from: TaskMessage.Sender(owner: "ann"), .string(text), at: start)
    }

    /// Makes a store of one task, does something with it, damages it, and opens it again.
    private func makeDamagedStore(
        _ sql: String,
        _ prepare: (SQLiteTaskStore, TaskRecord) async throws -> Void
    ) async throws -> (SQLiteTaskStore, TaskRecord) {
        let sound = try await SQLiteTaskStore.open(path: path)
        let task = makeTask(named: "listener")
        _ = try await sound.insert(InsertRequest(task))
        try await prepare(sound, task)
        await sound.close()
        do { try DatabaseSurgery(path: path).run(sql) }
        return (try await SQLiteTaskStore.open(path: path), task)
    }

    private func take(_ task: TaskRecord, acknowledging sequence: Int = 0, limit: Int = 9, from store: SQLiteTaskStore) async throws
        -> [String]
    {
        let token = try #require(task.lease?.token)
        let request = TakeRequest(task.id, token: token, acknowledging: sequence, limit: limit, now: start)
        guard case .messages(let messages) = try await store.take(request) else { return ["lost"] }
        return messages.map(\.text)
    }

    private func end(_ task: TaskRecord, in store: SQLiteTaskStore) async throws {
        var next = task
        let transition = try next.apply(.completed, at: start)
        let change = TaskChange(next, replacing: task.version, events: transition.events, notices: transition.notices)
        let result = try await store.commit(change)
        #expect(result == .applied)
    }

    private func expectSetAside(_ store: SQLiteTaskStore, _ word: String, of task: TaskRecord?, in table: String) async throws {
        let quarantined = try await store.quarantined()
        #expect(quarantined.count == 1)
        #expect(quarantined.first?.problem.hasPrefix(word) == true, "\(quarantined)")
        if let task { #expect(quarantined.first?.id == task.id.description) }
        let integrity = try await store.checkIntegrity()
        #expect(integrity == "ok")
        await store.close()
        // Nothing of it is thrown away.
        let surgery = try DatabaseSurgery(path: path)
        let values = try surgery.integer("SELECT count(*) FROM quarantined_values WHERE source = '\(table)'")
        #expect(values == (try surgery.integer("SELECT count(*) FROM pragma_table_info('\(table)')")))
    }

    @Test("in an inbox is passed over, and no longer counts", arguments: Damage.ofSenders)
    func inbox(_ damage: Damage) async throws {
        let (store, task) = try await makeDamagedStore("UPDATE messages SET \(damage.change) WHERE sequence = 2") { store, task in
            for text in ["a", "b", "c"] { _ = try await store.send(SendRequest(message(text), to: task.id, in: .operator)) }
        }
        let given = try await take(task, limit: 2, from: store)
        #expect(given == ["a", "c"])
        let full = SendRequest(message("d"), to: task.id, in: .operator, limit: InboxLimit(count: 2, bytes: 1000))
        let refused = try await store.send(full)
        #expect(refused == .full(unread: 2))
        let rest = try await take(task, acknowledging: 1, from: store)
        #expect(rest == ["c"])
        let none = try await take(task, acknowledging: 3, from: store)
        #expect(none.isEmpty)
        let next = try await store.send(SendRequest(message("d"), to: task.id, in: .operator, limit: InboxLimit(count: 1, bytes: 3)))
        #expect(next == .queued(sequence: 4))
        try await expectSetAside(store, "message 2: ", of: task, in: "messages")
    }

    @Test("that is all there is in an inbox does not keep the next from being given", arguments: Damage.ofSenders)
    func onlyDamaged(_ damage: Damage) async throws {
        // The ids are unique in an inbox, also when they are damaged.
        let (store, task) = try await makeDamagedStore("UPDATE messages SET \(damage.change) WHERE sequence = 1") { store, task in
            _ = try await store.send(SendRequest(message("a"), to: task.id, in: .operator))
        }
        let none = try await take(task, limit: 1, from: store)
        #expect(none.isEmpty)
        let sent = try await store.send(SendRequest(message("b"), to: task.id, in: .operator, limit: InboxLimit(count: 1, bytes: 3)))
        #expect(sent == .queued(sequence: 2))
        let given = try await take(task, limit: 1, from: store)
        #expect(given == ["b"])
        try await expectSetAside(store, "message 1: ", of: task, in: "messages")
    }

    @Test("that was unread when its task ended is set aside among the dead letters", arguments: Damage.ofSenders)
    func unread(_ damage: Damage) async throws {
        let (store, task) = try await makeDamagedStore("UPDATE messages SET \(damage.change) WHERE sequence = 2") { store, task in
            for text in ["a", "b", "c"] { _ = try await store.send(SendRequest(message(text), to: task.id, in: .operator)) }
        }
        try await end(task, in: store)
        let letters = try await store.deadLetters(DeadLetterQuery(in: .operator))
        #expect(letters.map(\.message.text) == ["a", "c"])
        try await expectSetAside(store, "dead letter 2: ", of: task, in: "dead_letters")
    }

    @Test("among dead letters harms no other", arguments: Damage.ofSenders + Damage.ofLetters)
    func letters(_ damage: Damage) async throws {
        let (store, task) = try await makeDamagedStore("UPDATE dead_letters SET \(damage.change) WHERE number = 2") { store, task in
            for text in ["a", "b", "c"] { _ = try await store.send(SendRequest(message(text), to: task.id, in: .operator)) }
            try await end(task, in: store)
        }
        let letters = try await store.deadLetters(DeadLetterQuery(in: .owner("ann"), limit: 2))
        #expect(letters.map(\.message.text) == ["a", "c"])
        if damage.isOutOfSight { _ = try await store.deadLetters(DeadLetterQuery(in: .operator)) }
        let isRecipientKnown = !damage.change.hasPrefix("recipient =")
        try await expectSetAside(store, "dead letter 2: ", of: isRecipientKnown ? task : nil, in: "dead_letters")
    }

    @Test("is neither replayed nor cleared", arguments: Damage.ofSenders + Damage.ofLetters, [false, true])
    func replay(_ damage: Damage, _ isCleared: Bool) async throws {
        let (store, _) = try await makeDamagedStore("UPDATE dead_letters SET \(damage.change) WHERE number = 2") { store, task in
            for text in ["a", "b", "c"] { _ = try await store.send(SendRequest(message(text), to: task.id, in: .operator)) }
            try await end(task, in: store)
        }
        if isCleared {
            let cleared = try await store.clear(DeadLetterQuery(in: .operator))
            #expect(cleared == 2)
        } else {
            _ = try await store.insert(InsertRequest(makeTask(named: "listener")))
            for number: Int64 in 1...3 {
                let result = try await store.replay(ReplayRequest(number, in: .operator))
                #expect((result == nil) == (number == 2))
            }
        }
        let rest = try await store.deadLetters(DeadLetterQuery(in: .operator))
        #expect(rest.isEmpty)
        try await expectSetAside(store, "dead letter 2: ", of: nil, in: "dead_letters")
    }

    @Test("among notices harms no other", arguments: Damage.ofNotices)
    func notices(_ damage: Damage) async throws {
        let (store, task) = try await makeDamagedStore("UPDATE notices SET \(damage.change) WHERE sequence = 2") { store, task in
            for text in ["a", "b", "c"] {
                let notice = Notice(of: task, kind: .event, text: text, at: start)
                _ = try await store.post(NoticePost(notice, token: nil))
            }
        }
        let page = try await store.notices(NoticeQuery(in: .owner("ann"), limit: 2))
        #expect(page.compactMap(\.text) == ["a", "c"])
        let told = try await store.notices(NoticeQuery(in: .operator, task: task.id))
        #expect(told.compactMap(\.text) == ["a", "c"])
        let moved = try await store.mark(NoticeMark(.upTo(9), as: .acknowledged, in: .operator, now: start))
        #expect(moved == 2)
        let next = try await store.post(NoticePost(Notice(of: task, kind: .event, text: "d", at: start), token: nil, limit: 1))
        guard case .posted = next else {
            Issue.record("the next notice was \(next)")
            return
        }
        try await expectSetAside(store, "notice 2: ", of: task, in: "notices")
    }

    @Test("goes the way of its task when that is damaged too: what is sound becomes dead letters")
    func damagedTask() async throws {
        let (store, task) = try await makeDamagedStore("UPDATE tasks SET recovery = 'hope'") { store, task in
            for text in ["a", "b"] { _ = try await store.send(SendRequest(message(text), to: task.id, in: .operator)) }
        }
        let read = try await store.task(TaskLookup(task.id, in: .operator))
        #expect(read == nil)
        let quarantined = try await store.quarantined()
        #expect(quarantined.map(\.id) == [task.id.description])
        let letters = try await store.deadLetters(DeadLetterQuery(in: .owner("ann")))
        #expect(letters.map(\.message.text) == ["a", "b"])
        let sent = try await store.send(SendRequest(message("c"), to: task.id, in: .operator))
        #expect(sent == .notFound)
        await store.close()
    }
}
