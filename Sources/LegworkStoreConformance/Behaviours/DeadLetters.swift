import LegworkCore

extension StoreBehaviour {
    static let deadLetters = [
        StoreBehaviour("what a task has not read when it ends becomes dead letters of the senders, in order") { stage in
            for event in [TaskLifecycle.Event.completed, .failed(.toolError), .cancelForced] {
                var task = try await stage.addListening { draft in
                    draft.owner = "bob"
                    draft.name = "builder"
                }
                let sender = TaskMessage.Sender(owner: "ann", task: .random(), name: "planner")
                let sent = (1...3).map { TaskMessage(from: sender, ["n": .integer($0)], at: Stage.at($0)) }
                for message in sent { _ = try await stage.send(message, to: task.id) }
                _ = try await stage.take(task, limit: 2)
                _ = try await stage.take(task, acknowledging: 1, limit: 0)
                if event == .cancelForced { task = try await stage.advance(task, .cancelRequested) }
                try await stage.advance(task, event, at: Stage.at(9))
                let letters = try await stage.letters(.owner("ann"))
                let unread = [sent[1].given(at: 2, deliveries: 1), sent[2].given(at: 3, deliveries: 0)]
                try expect(letters.map(\.message), equals: unread, "the messages of the dead letters")
                for letter in letters {
                    try expect(letter.recipient, equals: task.id, "the recipient")
                    try expect(letter.recipientOwner, equals: "bob", "the recipient's owner")
                    try expect(letter.recipientName, equals: "builder", "the recipient's name")
                    try expect(letter.reason, equals: .finished, "the reason")
                    try expect(letter.at, equals: Stage.at(9), "the time")
                }
                try expect(letters[0].number < letters[1].number, "the numbers do not go up")
                _ = try await stage.store.clear(DeadLetterQuery(in: .operator))
            }
        },
        StoreBehaviour("a task that is cancelled before it starts leaves its messages to their senders") { stage in
            let task = try await stage.add { $0.hasInbox = true }
            let sent = try await stage.send(["a"], to: task.id)
            try await stage.advance(task, .cancelRequested)
            try expect(try await stage.letters().map(\.message), equals: [sent[0].given(at: 1, deliveries: 0)], "the dead letters")
        },
        StoreBehaviour("a message that is given too often becomes a dead letter, and the next one has its turn") { stage in
            let task = try await stage.addListening()
            let sent = try await stage.send(["a", "b"], to: task.id)
            for deliveries in 1...2 {
                let given = try await stage.take(task, limit: 1, deliveries: 2)
                try expect(given, equals: [sent[0].given(at: 1, deliveries: deliveries)], "the message given")
            }
            let next = try await stage.take(task, limit: 1, deliveries: 2, now: Stage.at(5))
            try expect(next, equals: [sent[1].given(at: 2)], "the next message")
            let letter = try require(try await stage.letters().first, "the dead letter")
            try expect(letter.message, equals: sent[0].given(at: 1, deliveries: 2), "the message of the dead letter")
            try expect(letter.reason, equals: .gaveUp, "the reason")
            try expect(letter.at, equals: Stage.at(5), "the time")
            let unread = try await stage.send(Stage.message(), to: task.id, limit: InboxLimit(count: 0, bytes: 0))
            try expect(unread, equals: .full(unread: 1), "a send to the inbox")
            // Nobody read it, so that its sender may try again.
            try expect(try await stage.send(sent[0], to: task.id), equals: .queued(sequence: 3), "the message sent again")
        },
        StoreBehaviour("no message that was dealt with becomes a dead letter, however often it was given") { stage in
            let task = try await stage.addListening()
            try await stage.send(["a", "b"], to: task.id)
            for _ in 0..<3 { _ = try await stage.take(task, limit: 1, deliveries: 3) }
            let next = try await stage.take(task, acknowledging: 1, limit: 1, deliveries: 3)
            try expect(next.map(\.text), equals: ["b"], "the next message")
            _ = try await stage.take(task, acknowledging: 2)
            try await stage.advance(task, .completed)
            try expect(try await stage.letters(), equals: [], "the dead letters")
        },
        StoreBehaviour("dead letters belong to the owner who sent, and the operator sees all") { stage in
            let mine = try await stage.addLetters(["a", "b"])
            let theirs = try await stage.addLetters(["c"], from: "bob")
            try expect(try await stage.letters(.owner("ann")), equals: mine, "the one's letters")
            try expect(try await stage.letters(.owner("bob")), equals: theirs, "the other's letters")
            try expect(try await stage.letters(.owner("eve")), equals: [], "a stranger's letters")
            try expect(try await stage.letters(), equals: mine + theirs, "all letters")
            let foreign = DeadLetterQuery(in: .owner("bob"), numbers: mine.map(\.number))
            try expect(try await stage.store.deadLetters(foreign), equals: [], "what another gets by number")
            try expect(try await stage.store.clear(foreign), equals: 0, "what another clears by number")
            try expect(try await stage.letters(), equals: mine + theirs, "all letters after that")
        },
        StoreBehaviour("dead letters are read from any number on, as many as asked for, or by their numbers") { stage in
            let letters = try await stage.addLetters(["a", "b", "c", "d"])
            for scope in [Scope.operator, .owner("ann")] {
                for after in [0] + letters.map(\.number) {
                    for limit in [1, 2, 9] {
                        let query = DeadLetterQuery(in: scope, after: after, limit: limit)
                        let expected = Array(letters.filter { $0.number > after }.prefix(limit))
                        try expect(try await stage.store.deadLetters(query), equals: expected, "\(limit) letters after \(after)")
                    }
                }
                let numbers = [letters[3].number, letters[1].number, letters[1].number, 999_999]
                let some = DeadLetterQuery(in: scope, numbers: numbers)
                try expect(try await stage.store.deadLetters(some), equals: [letters[1], letters[3]], "letters by number")
                let later = DeadLetterQuery(in: scope, numbers: numbers, after: letters[1].number)
                try expect(try await stage.store.deadLetters(later), equals: [letters[3]], "letters by number after another")
            }
        },
        StoreBehaviour("clearing deletes the dead letters asked for, and says how many") { stage in
            let letters = try await stage.addLetters(["a", "b", "c", "d", "e"])
            let theirs = try await stage.addLetters(["x"], from: "bob")
            func clear(_ query: DeadLetterQuery) async throws -> Int { try await stage.store.clear(query) }
            try expect(try await clear(DeadLetterQuery(in: .owner("ann"), numbers: [letters[1].number])), equals: 1, "one cleared")
            try expect(try await clear(DeadLetterQuery(in: .owner("ann"), numbers: [letters[1].number])), equals: 0, "cleared again")
            try expect(try await clear(DeadLetterQuery(in: .owner("ann"), limit: 2)), equals: 2, "the first two cleared")
            try expect(try await stage.letters(), equals: [letters[3], letters[4]] + theirs, "the rest")
            try expect(try await clear(DeadLetterQuery(in: .owner("ann"))), equals: 2, "all of one owner cleared")
            try expect(try await stage.letters(), equals: theirs, "the other's letters")
            try expect(try await clear(DeadLetterQuery(in: .operator)), equals: 1, "all cleared")
        },
        StoreBehaviour("the number of a dead letter is never given again, also when the store is opened again") { stage in
            var numbers = try await stage.addLetters(["a", "b"]).map(\.number)
            _ = try await stage.store.clear(DeadLetterQuery(in: .operator))
            numbers += try await stage.addLetters(["c"]).map(\.number)
            _ = try await stage.store.clear(DeadLetterQuery(in: .operator))
            try expect(numbers, equals: Set(numbers).sorted(), "the numbers")
            let given = numbers
            try await stage.reopening { again in
                let later = try await again.addLetters(["d"]).map(\.number)
                try expect(given + later, equals: Set(given + later).sorted(), "the numbers")
                try expect(later.count, equals: 1, "the letters after opening again")
            }
        },
        StoreBehaviour("dead letters outlive their recipient and the store's closing") { stage in
            let letters = try await stage.addLetters(["a"])
            let purged = try await stage.store.purge(PurgeRequest(in: .operator, finishedBefore: Stage.at(1)))
            try expect(purged, equals: letters.map(\.recipient), "the purged tasks")
            try expect(try await stage.letters(), equals: letters, "the letters")
            try await stage.reopening { again in
                try expect(try await again.letters(), equals: letters, "the letters after opening again")
            }
        },
        StoreBehaviour("of one owner's dead letters the newest ten thousand are kept") { stage in
            let theirs = try await stage.addLetters(["x"], from: "bob")
            let task = try await stage.addListening()
            let number = DeadLetter.maximumPerOwner + 3
            let limit = InboxLimit(count: number, bytes: 1 << 30)
            _ = try await Stage.concurrently(64) { part in
                for _ in stride(from: part, to: number, by: 64) { _ = try await stage.send(Stage.message(), to: task.id, limit: limit) }
            }
            try await stage.advance(task, .completed)
            let first = try await stage.store.deadLetters(DeadLetterQuery(in: .owner("ann"), limit: 1))
            try expect(first.map(\.message.sequence), equals: [4], "the oldest letter that is kept")
            try expect(try await stage.letters(.owner("bob")), equals: theirs, "the other's letters")
            var kept = 0
            while true {
                let cleared = try await stage.store.clear(DeadLetterQuery(in: .owner("ann"), limit: 1000))
                if cleared == 0 { break }
                kept += cleared
            }
            try expect(kept, equals: DeadLetter.maximumPerOwner, "the number of letters that were kept")
        },
    ]

    static let replaying = [
        StoreBehaviour("a dead letter goes to its recipient again while that lives") { stage in
            let task = try await stage.addListening()
            let sent = try await stage.send(["a"], to: task.id)
            _ = try await stage.take(task, deliveries: 1)
            _ = try await stage.take(task, deliveries: 1)
            let letter = try require(try await stage.letters().first, "the dead letter")
            let replayed = try await stage.store.replay(ReplayRequest(letter.number, in: .owner("ann")))
            try expect(replayed, equals: ReplayResult(recipient: task.id, result: .queued(sequence: 2)), "the replay")
            try expect(try await stage.letters(), equals: [], "the letters that are left")
            try expect(try await stage.take(task, acknowledging: 1), equals: [sent[0].given(at: 2)], "the message")
            let again = try await stage.store.replay(ReplayRequest(letter.number, in: .owner("ann")))
            try expect(again, equals: nil, "the replay of a letter that is gone")
        },
        StoreBehaviour("a dead letter goes to the live task of the same owner and name when its recipient has ended") { stage in
            for isPurged in [false, true] {
                let letter = try await stage.addLetters(["a"]) { draft in
                    draft.owner = "bob"
                    draft.name = "builder"
                }[0]
                if isPurged { _ = try await stage.store.purge(PurgeRequest(in: .operator, finishedBefore: Stage.at(1))) }
                // Neither one of the sender's nor one of another name.
                _ = try await stage.addListening { $0.name = isPurged ? "builder" : nil }
                let heir = try await stage.addListening { draft in
                    draft.owner = "bob"
                    draft.name = "builder"
                }
                let replayed = try await stage.store.replay(ReplayRequest(letter.number, in: .owner("ann")))
                try expect(replayed, equals: ReplayResult(recipient: heir.id, result: .queued(sequence: 1)), "the replay")
                try expect(try await stage.take(heir), equals: [letter.message.given(at: 1)], "the message")
                _ = try await stage.take(heir, acknowledging: 1)
                try await stage.advance(heir, .completed)
            }
        },
        StoreBehaviour("a dead letter that finds nobody stays") { stage in
            let letters = try await stage.addLetters(["a"]) { $0.name = "builder" }
            func replay() async throws -> ReplayResult? { try await stage.store.replay(ReplayRequest(letters[0].number, in: .operator)) }
            let recipient = letters[0].recipient
            try expect(try await replay(), equals: ReplayResult(recipient: recipient, result: .finished(.completed)), "the replay")
            let deaf = try await stage.addRunning { $0.name = "builder" }
            try expect(try await replay(), equals: ReplayResult(recipient: deaf.id, result: .noInbox), "the replay to a deaf heir")
            try await stage.advance(deaf, .completed)
            _ = try await stage.store.purge(PurgeRequest(in: .operator, finishedBefore: Stage.at(1)))
            try expect(try await replay(), equals: ReplayResult(recipient: recipient, result: .notFound), "the replay to nobody")
            try expect(try await stage.letters(), equals: letters, "the letters")
        },
        StoreBehaviour("a dead letter stays while the inbox is full, and is gone when the message lies there already") { stage in
            let letter = try await stage.addLetters(["a"]) { $0.name = "builder" }[0]
            let heir = try await stage.addListening { $0.name = "builder" }
            let full = ReplayRequest(letter.number, in: .operator, limit: InboxLimit(count: 0, bytes: 0))
            let refused = try await stage.store.replay(full)
            try expect(refused, equals: ReplayResult(recipient: heir.id, result: .full(unread: 0)), "the replay to a full inbox")
            try expect(try await stage.letters(), equals: [letter], "the letters")
            _ = try await stage.send(letter.message, to: heir.id)
            let known = try await stage.store.replay(ReplayRequest(letter.number, in: .operator))
            try expect(known, equals: ReplayResult(recipient: heir.id, result: .duplicate), "the replay of what lies there")
            try expect(try await stage.letters(), equals: [], "the letters that are left")
            try expect(try await stage.take(heir).count, equals: 1, "the number of messages")
        },
        StoreBehaviour("nobody replays the dead letter of another") { stage in
            let letters = try await stage.addLetters(["a"]) { $0.owner = "bob" }
            for (number, scope) in [(letters[0].number, Scope.owner("bob")), (999_999, .operator)] {
                try expect(try await stage.store.replay(ReplayRequest(number, in: scope)), equals: nil, "the replay")
            }
            try expect(try await stage.letters(), equals: letters, "the letters")
        },
        StoreBehaviour("of many replays of one dead letter at the same time one is queued") { stage in
            let letter = try await stage.addLetters(["a"]) { $0.name = "builder" }[0]
            let heir = try await stage.addListening { $0.name = "builder" }
            let results = try await Stage.concurrently(64) { _ in
                try await stage.store.replay(ReplayRequest(letter.number, in: .operator))
            }
            try expect(results.count { $0?.result == .queued(sequence: 1) }, equals: 1, "the number of replays that were queued")
            try expect(results.count { $0 == nil }, equals: 63, "the number of replays of a letter that is gone")
            try expect(try await stage.take(heir), equals: [letter.message.given(at: 1)], "the messages")
        },
    ]
}
