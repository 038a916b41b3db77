import LegworkCore
import LegworkSQLite
import TestPrograms
import Testing

/// What the process that was killed said it had done, to be compared with what the file has of it.
struct Ledger {
    private var recorded: Set<TaskID> = []
    private var ended: Set<TaskID> = []
    private var sent: Set<String> = []
    /// How often each notice was posted, or the same words with its key.
    private var posted: [Int64: Int] = [:]
    private var delivered: Set<Int64> = []
    /// What was given away, by word: surely, and perhaps.
    private var given: [String: Set<String>] = [:]
    private var perhapsGiven: [String: Set<String>] = [:]

    mutating func add(_ line: String) throws {
        let words = line.split(separator: " ").map(String.init)
        guard words.count >= 2 else { throw TestProgram.Failure(description: "unexpected output: \(line)") }
        switch words[0] {
        case "task": recorded.insert(try #require(TaskID(words[1])))
        case "ended": ended.insert(try #require(TaskID(words[1])))
        case "sent": sent.insert(words[1])
        case "posted":
            let (sequence, times) = (try #require(Int64(words[1])), try #require(Int(words[2])))
            // One that was acknowledged is not given again, whoever was killed in between.
            #expect(times > 1 || posted[sequence] == nil, "the notice \(sequence) was given twice")
            posted[sequence] = times
        case "delivered": delivered.insert(try #require(Int64(words[1])))
        case "gone", "done", "told", "arrived": given[words[0], default: []].insert(words[1])
        case "?gone", "?done", "?told", "?arrived": perhapsGiven[String(words[0].dropFirst()), default: []].insert(words[1])
        case _: throw TestProgram.Failure(description: "unexpected output: \(line)")
        }
    }

    private func isGiven(_ word: String, _ what: String) -> Bool { given[word]?.contains(what) ?? false }
    private func mayBeGiven(_ word: String, _ what: String) -> Bool { perhapsGiven[word]?.contains(what) ?? false }

    /// Compares everything.
    func expectAll(in store: SQLiteTaskStore) async throws {
        let tasks = try await expectTasks(in: store)
        try await expectNotices(of: tasks, in: store)
        try await expectMessages(of: tasks, in: store)
        try await expectDeliveries(of: tasks, in: store)
        // Nobody can tell an end a second time.
        for task in tasks where task.status.isTerminal {
            let notice = Notice(of: task, kind: .completed, text: "again", at: .now)
            let result = try await store.post(NoticePost(notice, token: nil))
            guard case .coalesced = result else {
                Issue.record("the end of \(task.id) was told again: \(result)")
                continue
            }
        }
    }

    private func expectTasks(in store: SQLiteTaskStore) async throws -> [TaskRecord] {
        var tasks: [TaskRecord] = []
        var query = TaskQuery(in: .operator, limit: 1000)
        while true {
            let page = try await store.tasks(query)
            for summary in page.tasks {
                tasks.append(try #require(try await store.task(TaskLookup(summary.id, in: .operator))))
            }
            guard let next = page.next else { break }
            query.cursor = next
        }
        let statuses = Dictionary(uniqueKeysWithValues: tasks.map { ($0.id, $0.status) })
        for id in recorded { #expect(statuses[id] != nil, "\(id) was acknowledged and is gone") }
        for id in ended { #expect(statuses[id] == .completed, "the end of \(id) was acknowledged and is gone") }
        return tasks
    }

    private func expectNotices(of tasks: [TaskRecord], in store: SQLiteTaskStore) async throws {
        var notices: [Int64: Notice] = [:]
        var query = NoticeQuery(in: .operator, limit: 1000)
        while true {
            let page = try await store.notices(query)
            guard let last = page.last else { break }
            for notice in page { notices[notice.sequence] = notice }
            query.after = last.sequence
        }
        let ends = Dictionary(grouping: notices.values.filter(\.kind.isTerminal), by: \.task)
        for task in tasks {
            let (number, id) = (ends[task.id]?.count ?? 0, task.id.description)
            let expected = !task.status.isTerminal || isGiven("told", id) ? 0...0 : mayBeGiven("told", id) ? 0...1 : 1...1
            #expect(expected.contains(number), "\(number) notices of the end of \(id), which is \(task.status)")
        }
        for (sequence, times) in posted {
            let (notice, name) = (notices[sequence], String(sequence))
            if isGiven("done", name) { #expect(notice == nil, "the notice \(sequence) is back") }
            if mayBeGiven("done", name) { continue }
            #expect((notice?.count ?? 0) >= times, "the notice \(sequence) was acknowledged and is gone, or a part of it")
            if delivered.contains(sequence) { #expect(notice?.state == .delivered) }
        }
    }

    /// Each end is delivered once, and what has not ended is not.
    private func expectDeliveries(of tasks: [TaskRecord], in store: SQLiteTaskStore) async throws {
        var deliveries: [Delivery] = []
        var query = DeliveryQuery(in: .operator, limit: 1000)
        while true {
            let page = try await store.deliveries(query)
            deliveries += page.deliveries
            guard let next = page.next else { break }
            query.after = next
        }
        let ends = Dictionary(grouping: deliveries, by: \.task)
        for task in tasks {
            let (found, id) = (ends[task.id] ?? [], task.id.description)
            #expect(found.count == (task.status.isTerminal ? 1 : 0), "\(found.count) deliveries of \(id), which is \(task.status)")
            if isGiven("arrived", id) { #expect(found.map(\.state) == [.delivered], "the arrival of \(id) was acknowledged and is gone") }
            if !mayBeGiven("arrived", id) { #expect(found.allSatisfy { $0.state == .pending }, "\(id) has arrived by itself") }
        }
        #expect(deliveries.count == ends.count)
        #expect(Set(ends.keys).isSubset(of: tasks.map(\.id)), "what is delivered was never recorded")
    }

    /// Every message that was sent is in one place, an inbox or a dead letter, until it is given away; and in no more than one at any time.
    private func expectMessages(of tasks: [TaskRecord], in store: SQLiteTaskStore) async throws {
        var places: [String: Int] = [:]
        for task in tasks {
            guard let token = task.lease?.token else { continue }
            let request = TakeRequest(task.id, token: token, acknowledging: 0, limit: 1000, maximumDeliveries: .max, now: .now)
            guard case .messages(let messages) = try await store.take(request) else {
                Issue.record("\(task.id) is lost to its own attempt")
                continue
            }
            for message in messages { places[message.id.text, default: 0] += 1 }
        }
        var query = DeadLetterQuery(in: .operator, limit: 1000)
        var last: Int64 = 0
        while true {
            let page = try await store.deadLetters(query)
            guard let end = page.last else { break }
            for letter in page {
                #expect(letter.number > last)
                last = letter.number
                places[letter.message.id.text, default: 0] += 1
            }
            query.after = end.number
        }
        for id in sent.union(places.keys) {
            let number = places[id] ?? 0
            let expected = isGiven("gone", id) ? 0...0 : mayBeGiven("gone", id) || !sent.contains(id) ? 0...1 : 1...1
            #expect(expected.contains(number), "the message \(id) is in \(number) places")
        }
    }
}
