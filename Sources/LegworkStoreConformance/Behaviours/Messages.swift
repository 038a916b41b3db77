import LegworkCore

extension StoreBehaviour {
    static let sending = [
        StoreBehaviour("a message is given as it was sent") { stage in
            let task = try await stage.addListening()
            let contents: [JSONValue] = [
                "Grüße 👋\n\u{0}", "", nil, ["z": 1, "a": [true, nil, ["x": "y"]]], .string(String(repeating: "0123456789", count: 50_000)),
            ]
            var sent: [TaskMessage] = []
            for (index, content) in contents.enumerated() {
                let sender = TaskMessage.Sender(
                    owner: Owner("owner-\(index)"),
                    task: index == 0 ? nil : .random(),
                    name: index == 1 ? nil : "the \(index)th"
                )
                let message = TaskMessage(from: sender, content, at: Timestamp(milliseconds: Int64.min / 2 * Int64(index % 3)))
                try expect(try await stage.send(message, to: task.id), equals: .queued(sequence: index + 1), "the send")
                sent.append(message.given(at: index + 1))
            }
            let given = try await stage.take(task)
            try expect(given, equals: sent, "the messages")
            try expect(given[3].content.object?.keys, equals: ["z", "a"], "the order of members")
        },
        StoreBehaviour("a task has messages only where it has an inbox, and only as long as it lives") { stage in
            for event in [TaskLifecycle.Event.completed, .failed(.toolError), .cancelled] {
                let ended = try await stage.addFinished(event) { $0.hasInbox = true }
                try expect(try await stage.send(Stage.message(), to: ended.id), equals: .finished(ended.status), "a message too late")
            }
            let deaf = try await stage.addRunning()
            try expect(try await stage.send(Stage.message(), to: deaf.id), equals: .noInbox, "a message to a task without an inbox")
            try expect(try await stage.take(deaf), equals: [], "what a task without an inbox takes")
            let ended = try await stage.addFinished()
            try expect(try await stage.send(Stage.message(), to: ended.id), equals: .noInbox, "one to a task that never had one")
            try expect(try await stage.letters(), equals: [], "the dead letters")
        },
        StoreBehaviour("a message to a task of another owner finds none, unless the operator sends it") { stage in
            let task = try await stage.addListening()
            for (id, scope) in [(task.id, Scope.owner("bob")), (.random(), .owner("ann")), (.random(), .operator)] {
                let result = try await stage.store.send(SendRequest(Stage.message(), to: id, in: scope))
                try expect(result, equals: .notFound, "the send")
            }
            for (index, scope) in [Scope.owner("ann"), .operator].enumerated() {
                let result = try await stage.store.send(SendRequest(Stage.message(), to: task.id, in: scope))
                try expect(result, equals: .queued(sequence: index + 1), "the send")
            }
        },
        StoreBehaviour("a message that lies in the inbox is not put there twice, whoever sends it") { stage in
            let task = try await stage.addListening()
            let other = try await stage.addListening()
            let first = Stage.message("first")
            let second = Stage.message("second", id: first.id, from: "bob")
            try expect(try await stage.send(first, to: task.id), equals: .queued(sequence: 1), "the first send")
            let full = InboxLimit(count: 0, bytes: 0)
            for limit in [InboxLimit.standard, full] {
                try expect(try await stage.send(second, to: task.id, limit: limit), equals: .duplicate, "the repeated send")
            }
            try expect(try await stage.send(second, to: other.id), equals: .queued(sequence: 1), "the send to another")
            try expect(try await stage.take(task), equals: [first.given(at: 1)], "the messages")
        },
        StoreBehaviour("a message that was taken lately is known again, and after a thousand others no more") { stage in
            let task = try await stage.addListening()
            let first = Stage.message("first")
            _ = try await stage.send(first, to: task.id)
            _ = try await stage.take(task, acknowledging: 1)
            try expect(try await stage.send(first, to: task.id), equals: .duplicate, "the repeated send")
            let limit = InboxLimit(count: 2000, bytes: 1 << 20)
            _ = try await Stage.concurrently(InboxLimit.remembered) { _ in
                try await stage.send(Stage.message(), to: task.id, limit: limit)
            }
            _ = try await stage.take(task, acknowledging: InboxLimit.remembered, limit: 0)
            try expect(try await stage.send(first, to: task.id), equals: .duplicate, "a send a thousand messages later")
            _ = try await stage.take(task, acknowledging: InboxLimit.remembered + 1, limit: 0)
            let sequence = InboxLimit.remembered + 2
            try expect(try await stage.send(first, to: task.id), equals: .queued(sequence: sequence), "a send later still")
        },
        StoreBehaviour("an inbox that is full takes no more until the task has read some") { stage in
            let task = try await stage.addListening()
            let two = InboxLimit(count: 2, bytes: 1000)
            for expected in [SendResult.queued(sequence: 1), .queued(sequence: 2), .full(unread: 2), .full(unread: 2)] {
                try expect(try await stage.send(Stage.message(), to: task.id, limit: two), equals: expected, "a send to an inbox of two")
            }
            // What was given is not read until the task says so.
            _ = try await stage.take(task)
            try expect(try await stage.send(Stage.message(), to: task.id, limit: two), equals: .full(unread: 2), "a send before that")
            _ = try await stage.take(task, acknowledging: 1)
            try expect(try await stage.send(Stage.message(), to: task.id, limit: two), equals: .queued(sequence: 3), "a send after that")
        },
        StoreBehaviour("an inbox counts the bytes of what lies in it") { stage in
            let task = try await stage.addListening()
            // Ten bytes each, with the quotes of JSON.
            let limit = InboxLimit(count: 100, bytes: 25)
            for expected in [SendResult.queued(sequence: 1), .queued(sequence: 2), .full(unread: 2)] {
                try expect(try await stage.send(Stage.message("12345678"), to: task.id, limit: limit), equals: expected, "the send")
            }
            let tight = Stage.message("123")
            try expect(try await stage.send(tight, to: task.id, limit: limit), equals: .queued(sequence: 3), "one that just fits")
            try expect(try await stage.send(Stage.message(""), to: task.id, limit: limit), equals: .full(unread: 3), "one more")
            _ = try await stage.take(task, acknowledging: 3)
            let whole = Stage.message("12345678901234567890123")
            try expect(try await stage.send(whole, to: task.id, limit: limit), equals: .queued(sequence: 4), "one that fills it")
        },
        StoreBehaviour("of many messages sent at the same time none is lost, and all are in one order") { stage in
            let task = try await stage.addListening()
            let sent = try await Stage.concurrently(64) { index in
                let message = Stage.message("\(index)")
                guard case .queued(let sequence) = try await stage.send(message, to: task.id) else {
                    throw ConformanceFailure("message \(index) was not queued")
                }
                return message.given(at: sequence)
            }
            try expect(sent.map(\.sequence).sorted(), equals: Array(1...64), "the places")
            try expect(try await stage.take(task), equals: sent.sorted { $0.sequence < $1.sequence }, "the messages")
        },
        StoreBehaviour("of many sends of one message at the same time one is queued") { stage in
            let task = try await stage.addListening()
            let message = Stage.message()
            let results = try await Stage.concurrently(64) { _ in try await stage.send(message, to: task.id) }
            try expect(results.count { $0 == .queued(sequence: 1) }, equals: 1, "the number of sends that were queued")
            try expect(results.count { $0 == .duplicate }, equals: 63, "the number of those that were known")
            try expect(try await stage.take(task), equals: [message.given(at: 1)], "the messages")
        },
        StoreBehaviour("of many messages sent at the same time as many are queued as there is room for") { stage in
            let task = try await stage.addListening()
            let limit = InboxLimit(count: 10, bytes: 1000)
            let results = try await Stage.concurrently(64) { _ in try await stage.send(Stage.message(), to: task.id, limit: limit) }
            try expect(results.count { $0 == .full(unread: 10) }, equals: 54, "the number of messages that were refused")
            try expect(try await stage.take(task).map(\.sequence), equals: Array(1...10), "the messages")
        },
        StoreBehaviour("whoever watches hears that a message came, and not of one that was refused") { stage in
            let task = try await stage.addListening()
            let other = try await stage.addListening()
            let heard = stage.store.changes()
            let message = Stage.message()
            _ = try await stage.send(message, to: task.id)
            for await ids in heard {
                try expect(ids, equals: [task.id], "the first change heard of")
                break
            }
            _ = try await stage.send(message, to: task.id)
            _ = try await stage.send(message, to: other.id, limit: InboxLimit(count: 0, bytes: 0))
            _ = try await stage.send(message, to: other.id)
            for await ids in heard {
                try expect(ids, equals: [other.id], "the next change heard of")
                break
            }
        },
    ]

    static let taking = [
        StoreBehaviour("messages are given in order until they are dealt with, as many as asked for") { stage in
            let task = try await stage.addListening()
            let sent = try await stage.send(["a", "b", "c"], to: task.id)
            try expect(try await stage.take(task, limit: 2), equals: [sent[0].given(at: 1), sent[1].given(at: 2)], "the first two")
            let next = try await stage.take(task, acknowledging: 1, limit: 1)
            try expect(next, equals: [sent[1].given(at: 2, deliveries: 2)], "the one after the first")
            let rest = try await stage.take(task, acknowledging: 1)
            try expect(rest, equals: [sent[1].given(at: 2, deliveries: 3), sent[2].given(at: 3)], "the rest")
            try expect(try await stage.take(task, acknowledging: 3), equals: [], "what is left")
            try expect(try await stage.take(task, acknowledging: 1), equals: [], "what an older place brings back")
            try expect(try await stage.take(task, acknowledging: 3), equals: [], "what is left when that is said again")
        },
        StoreBehaviour("whoever wants no message can say how far it has come") { stage in
            let task = try await stage.addListening()
            try await stage.send(["a", "b"], to: task.id)
            for limit in [-1, 0] { try expect(try await stage.take(task, limit: limit), equals: [], "\(limit) messages") }
            try expect(try await stage.take(task, acknowledging: 1, limit: 0), equals: [], "no message")
            let rest = try await stage.take(task, acknowledging: 1)
            try expect(rest.map(\.text), equals: ["b"], "the messages")
            try expect(rest.map(\.deliveries), equals: [1], "how often it was given")
        },
        StoreBehaviour("only the attempt that holds the task takes its messages") { stage in
            let task = try await stage.addListening()
            try await stage.send(["a"], to: task.id)
            let token = try require(task.lease?.token, "the token")
            for (id, token) in [(task.id, LeaseToken.random()), (.random(), token)] {
                let reply = try await stage.store.take(TakeRequest(id, token: token, acknowledging: 9, now: Stage.start))
                try expect(reply, equals: .lost, "a take by another")
            }
            let stopped = try await stage.advance(task, .stopped(.orphaned))
            let late = try await stage.store.take(TakeRequest(task.id, token: token, acknowledging: 9, now: Stage.start))
            try expect(late, equals: .lost, "a take by an attempt that is over")
            _ = stopped
            let unread = try await stage.send(Stage.message(), to: task.id, limit: InboxLimit(count: 0, bytes: 0))
            try expect(unread, equals: .full(unread: 1), "a send to the inbox")
        },
        StoreBehaviour("messages wait for a task that is queued or stopped, and the next attempt gets what the last one left") { stage in
            let queued = try await stage.add { $0.hasInbox = true }
            try await stage.send(["a", "b"], to: queued.id)
            let first = try require(try await stage.claim().first, "the claimed task")
            try expect(try await stage.take(first).map(\.text), equals: ["a", "b"], "the messages of the first attempt")
            _ = try await stage.take(first, acknowledging: 1, limit: 0)
            let asking = try await stage.advance(first, .inputRequested)
            try await stage.send(["c"], to: queued.id)
            let stopped = try await stage.advance(asking, .stopped(.orphaned))
            try await stage.send(["d"], to: queued.id)
            let resumed = try await stage.advance(stopped, .resumed)
            try await stage.send(["e"], to: queued.id)
            let second = try require(try await stage.claim().first, "the task claimed again")
            try expect(second.id, equals: resumed.id, "the task claimed again")
            let messages = try await stage.take(second)
            try expect(messages.map(\.text), equals: ["b", "c", "d", "e"], "the messages of the second attempt")
            try expect(messages.map(\.sequence), equals: [2, 3, 4, 5], "their places")
            try expect(messages.map(\.deliveries), equals: [2, 1, 1, 1], "how often each was given")
        },
        StoreBehaviour("takes that race with sends give every message once, in order") { stage in
            let task = try await stage.addListening()
            async let sends = Stage.concurrently(64) { index in try await stage.send(Stage.message("\(index)"), to: task.id) }
            var given: [TaskMessage] = []
            while given.count < 64 {
                given += try await stage.take(task, acknowledging: given.last?.sequence ?? 0, limit: 3)
                await Task.yield()
            }
            let results = try await sends
            try expect(given.map(\.sequence), equals: Array(1...64), "the places")
            try expect(Set(given.map(\.text)).count, equals: 64, "the number of different messages")
            try expect(given.allSatisfy { $0.deliveries == 1 }, "a message was given twice")
            try expect(Set(results), equals: Set((1...64).map { .queued(sequence: $0) }), "what the senders were told")
            try expect(try await stage.take(task, acknowledging: 64), equals: [], "what is left")
        },
        StoreBehaviour("an inbox is there when the store is opened again, and no place in it is given twice") { stage in
            let task = try await stage.addListening()
            let sent = try await stage.send(["a", "b", "c"], to: task.id)
            _ = try await stage.take(task, limit: 2)
            _ = try await stage.take(task, acknowledging: 1, limit: 1)
            let other = try await stage.addListening()
            let read = try await stage.send(["x"], to: other.id)
            _ = try await stage.take(other, acknowledging: 1)
            try await stage.reopening { again in
                let unread = try await again.send(Stage.message(), to: task.id, limit: InboxLimit(count: 0, bytes: 0))
                try expect(unread, equals: .full(unread: 2), "a send to the inbox")
                let left = [sent[1].given(at: 2, deliveries: 3), sent[2].given(at: 3)]
                try expect(try await again.take(task, acknowledging: 1), equals: left, "the messages")
                for message in [sent[0], sent[1]] {
                    try expect(try await again.send(message, to: task.id), equals: .duplicate, "a message that was sent before")
                }
                try expect(try await again.send(read[0], to: other.id), equals: .duplicate, "a message that was taken before")
                try expect(try await again.send(Stage.message(), to: other.id), equals: .queued(sequence: 2), "a new message")
            }
        },
    ]
}
