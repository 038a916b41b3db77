import LegworkCore
import LegworkSQLite

/// One caller of the mode `work`. Each line names what was acknowledged; one that begins with `?` names what is about to be given away.
///
/// - `task ID`, `ended ID`: a task was recorded, has ended; `?told ID`, `told ID`: the notice of its end was acknowledged.
/// - `?arrived ID`, `arrived ID`: a channel has taken the delivery that tells of a task's end.
/// - `sent MESSAGE`: a message lies in an inbox; `?gone MESSAGE`, `gone MESSAGE`: it was read, or its dead letter was cleared.
/// - `posted NOTICE TIMES`, `delivered NOTICE`: a notice stands for so many, was handed out; `?done NOTICE`, `done NOTICE`: it was acknowledged.
struct Worker: Sendable {
    let store: SQLiteTaskStore
    /// Owner of all that this caller makes, and its tasks' name.
    private let name = "worker-\(TaskID.random())"

    struct Surprise: Error, CustomStringConvertible {
        var description: String
    }

    /// Takes one task through its life, and a second one that gets what the first has not read.
    func work() async throws {
        let first = try await addTask()
        for _ in 0..<5 { try await send(to: first.id) }
        try await read(first)
        try await tell(first)
        try await end(first)
        try await acknowledgeEnd(of: first)
        try await deliverEnd(of: first)

        let heir = try await addTask()
        let letters = try await store.deadLetters(DeadLetterQuery(in: .owner(Owner(name))))
        for (index, letter) in letters.enumerated() {
            if index % 2 == 0 {
                _ = try await store.replay(ReplayRequest(letter.number, in: .operator))
            } else if index % 3 == 0 {
                try await giveAway("gone", letter.message.id.text) {
                    _ = try await store.clear(DeadLetterQuery(in: .operator, numbers: [letter.number]))
                }
            }
        }
        try await end(heir)
    }

    private func addTask() async throws -> TaskRecord {
        var record = TaskRecord(
            id: .random(),
            tool: "agent",
            title: "Work",
            name: name,
            caller: Caller(owner: Owner(name)),
            arguments: [:],
            hasInbox: true,
            lifecycle: .promoted,
            lease: Lease(token: .random(), node: NodeID("crasher"), expiresAt: .now),
            createdAt: .now
        )
        _ = record.add(Redirect(to: "ops"))
        let event = record.newEvent(.created, at: record.createdAt)
        guard try await store.insert(InsertRequest(record, events: [event])) == .inserted else {
            throw Surprise(description: "a task was not recorded")
        }
        Crasher.say("task \(record.id)")
        return record
    }

    private func send(to id: TaskID) async throws {
        let message = TaskMessage(from: TaskMessage.Sender(owner: Owner(name)), "go on", at: .now)
        guard case .queued = try await store.send(SendRequest(message, to: id, in: .operator)) else {
            throw Surprise(description: "a message was not queued")
        }
        Crasher.say("sent \(message.id)")
    }

    /// Reads the first message, and is given the second one too often.
    private func read(_ record: TaskRecord) async throws {
        guard let message = try await take(record, acknowledging: 0).first else { throw Surprise(description: "there is no message") }
        try await giveAway("gone", message.id.text) { _ = try await take(record, acknowledging: message.sequence) }
        _ = try await take(record, acknowledging: message.sequence)
    }

    private func take(_ record: TaskRecord, acknowledging sequence: Int) async throws -> [TaskMessage] {
        guard let token = record.lease?.token else { return [] }
        let request = TakeRequest(record.id, token: token, acknowledging: sequence, maximumDeliveries: 1, now: .now)
        guard case .messages(let messages) = try await store.take(request) else { throw Surprise(description: "a task was lost") }
        return messages
    }

    /// Posts four notices, two of them as one, and moves two of them on.
    private func tell(_ record: TaskRecord) async throws {
        var sequences: [Int64] = []
        for (key, times) in [(nil, 1), (nil, 1), ("progress", 1), ("progress", 2)] as [(String?, Int)] {
            let notice = Notice(of: record, kind: .event, text: "on it", key: key, at: .now)
            switch try await store.post(NoticePost(notice, token: record.lease?.token)) {
            case .posted(let sequence), .coalesced(let sequence):
                Crasher.say("posted \(sequence) \(times)")
                sequences.append(sequence)
            case let other: throw Surprise(description: "a notice was \(other)")
            }
        }
        _ = try await store.mark(NoticeMark(.sequences([sequences[0]]), as: .delivered, in: .operator, now: .now))
        Crasher.say("delivered \(sequences[0])")
        try await giveAway("done", "\(sequences[1])") {
            _ = try await store.mark(NoticeMark(.sequences([sequences[1]]), as: .acknowledged, in: .operator, now: .now))
        }
    }

    private func end(_ record: TaskRecord) async throws {
        var next = record
        next.result = .text("done")
        let transition = try next.apply(.completed, at: .now)
        let change = TaskChange(
            next,
            replacing: record.version,
            token: record.lease?.token,
            events: transition.events,
            notices: transition.notices,
            deliveries: transition.deliveries
        )
        guard try await store.commit(change) == .applied else { throw Surprise(description: "an end was not recorded") }
        Crasher.say("ended \(record.id)")
    }

    private func acknowledgeEnd(of record: TaskRecord) async throws {
        let notices = try await store.notices(NoticeQuery(in: .operator, task: record.id))
        guard let notice = notices.first(where: \.kind.isTerminal) else { throw Surprise(description: "an end was not told") }
        try await giveAway("told", "\(record.id)") {
            _ = try await store.mark(NoticeMark(.sequences([notice.sequence]), as: .acknowledged, in: .operator, now: .now))
        }
    }

    private func deliverEnd(of record: TaskRecord) async throws {
        let page = try await store.deliveries(DeliveryQuery(in: .operator, task: record.id))
        guard var delivery = page.deliveries.first else { throw Surprise(description: "an end is not to be delivered") }
        delivery.arrived(nil, at: .now)
        try await giveAway("arrived", "\(record.id)") {
            guard try await store.commit(DeliveryChange(delivery, replacing: 1)) == .applied else {
                throw Surprise(description: "an arrival was not recorded")
            }
        }
    }

    private func giveAway(_ word: String, _ what: String, _ body: () async throws -> Void) async throws {
        Crasher.say("?\(word) \(what)")
        try await body()
        Crasher.say("\(word) \(what)")
    }
}
