import LegworkCore

extension StoreBehaviour {
    static let inserting = [
        StoreBehaviour("a new task is read back as it was written") { stage in
            var draft = Draft.with { draft in
                draft.name = "nightly"
                draft.key = "key-1"
                draft.queue = "slow"
                draft.priority = -7
                draft.notBefore = Stage.at(60)
                draft.parent = .random()
            }
            draft.title = "Grüße, 世界 👩‍👩‍👧"
            var request = draft.request
            request.record.lineage.run = "run-1"
            request.record.lineage.call = "call-1"
            request.record.lineage.agent = "helper"
            request.record.recovery = .restart
            request.record.statusMessage = "waiting"
            request.record.progress = TaskProgress(done: 0.1, total: 3)
            request.record.checkpoint = ["step": 3]
            request.record.outputBytes = 0
            _ = try await stage.store.insert(request)
            try expect(try await stage.task(draft.id), equals: request.record, "the stored record")
        },
        StoreBehaviour("a caller's origin is kept, also one that says nothing") { stage in
            for origin in [nil, Caller.Origin(), Caller.Origin(platform: "discord", channel: "c\u{0}1", user: nil)] {
                var record = TaskRecord(
                    id: .random(),
                    tool: "shell",
                    title: "",
                    caller: Caller(owner: "ann", origin: origin),
                    arguments: .null,
                    createdAt: Stage.start
                )
                let event = record.newEvent(.created, at: Stage.start)
                _ = try await stage.store.insert(InsertRequest(record, events: [event]))
                try expect(try await stage.task(record.id)?.caller, equals: record.caller, "the caller")
            }
        },
        StoreBehaviour("a call that became a task while it ran is recorded as running, under its lease") { stage in
            let lease = Stage.lease()
            let record = try await stage.add { draft in
                draft.lifecycle = .promoted
                draft.lease = lease
            }
            let stored = try await stage.task(record.id)
            try expect(stored, equals: record, "the stored record")
            try expect(stored?.lease, equals: lease, "the lease")
            try expect(try await stage.claim(limit: 10), equals: [], "what can be claimed")
        },
        StoreBehaviour("arguments keep the order of members and the text of numbers") { stage in
            let number = try require(JSONNumber(1.5e300), "the number")
            let arguments: JSONValue = [
                "z": 1, "a": .number(number), "m": ["y": nil, "b": [true, "\u{7f}\u{0}\"\\", -9_223_372_036_854_775_808]],
            ]
            let record = try await stage.add { $0.arguments = arguments }
            let stored = try require(try await stage.task(record.id)?.arguments, "the arguments")
            try expect(stored.object?.keys, equals: ["z", "a", "m"], "the order of members")
            try expect(stored, equals: arguments, "the arguments")
        },
        StoreBehaviour("large arguments are kept whole, and lists are not slowed by reading them") { stage in
            let text = String(repeating: "0123456789abcdef", count: 1 << 16)
            let record = try await stage.add { $0.arguments = ["text": .string(text)] }
            try expect(try await stage.task(record.id)?.arguments["text"]?.string == text, "the arguments came back changed")
            try expect(try await stage.list(TaskQuery(in: .operator)), equals: [record.id], "the list")
        },
        StoreBehaviour("no checkpoint and the checkpoint null are two things") { stage in
            let none = try await stage.add()
            var request = Draft().request
            request.record.checkpoint = .null
            _ = try await stage.store.insert(request)
            try expect(try await stage.task(none.id)?.checkpoint, equals: nil, "the missing checkpoint")
            try expect(try await stage.task(request.record.id)?.checkpoint, equals: .null, "the checkpoint null")
        },
        StoreBehaviour("an id that is taken is refused, and the first task stays") { stage in
            let first = try await stage.add()
            let second = Draft.with { draft in
                draft.id = first.id
                draft.owner = "bob"
                draft.title = "Another"
            }
            do {
                _ = try await stage.store.insert(second.request)
                throw ConformanceFailure("a second task of the same id was accepted")
            } catch let error as StoreError {
                try expect(error.code, equals: .duplicateID, "the error")
            }
            try expect(try await stage.task(first.id), equals: first, "the first task")
            try expect(try await stage.store.counts(.operator).total, equals: 1, "the number of tasks")
            try expect(try await stage.store.events(EventQuery(of: first.id, in: .operator))?.count, equals: 1, "the timeline")
        },
        StoreBehaviour("a request that fails takes none with it that came at the same time") { stage in
            let taken = try await stage.add()
            let outcomes = try await Stage.concurrently(32) { index in
                let draft = Draft.with { if index % 4 == 0 { $0.id = taken.id } }
                do {
                    return try await stage.store.insert(draft.request) == .inserted
                } catch let error as StoreError where error.code == .duplicateID {
                    return false
                }
            }
            try expect(outcomes.count { $0 }, equals: 24, "the number of inserts that succeeded")
            try expect(try await stage.store.counts(.operator).total, equals: 25, "the number of tasks")
            try await stage.expectCountsToAgree(.operator)
        },
        StoreBehaviour("tasks recorded at the same time are all recorded") { stage in
            let ids = try await Stage.concurrently(100) { index in
                try await stage.add { $0.owner = Owner("owner-\(index % 7)") }.id
            }
            try expect(Set(try await stage.list(TaskQuery(in: .operator))), equals: Set(ids), "the recorded tasks")
            try await stage.expectCountsToAgree(.operator)
            try await stage.expectCountsToAgree(.owner("owner-3"))
        },
    ]

    static let idempotency = [
        StoreBehaviour("a key that was used before finds its task, and nothing is written") { stage in
            let first = try await stage.add { $0.key = "order-1" }
            let again = try await stage.store.insert(Draft.with { $0.key = "order-1" }.request)
            try expect(again, equals: .existing(first), "the second insert")
            try expect(try await stage.list(TaskQuery(in: .operator)), equals: [first.id], "the tasks")
            try await stage.expectCountsToAgree(.operator)
        },
        StoreBehaviour("a key finds its task as it stands now, also when it has ended") { stage in
            let ended = try await stage.addFinished { $0.key = "order-1" }
            let again = try await stage.store.insert(Draft.with { $0.key = "order-1" }.request)
            try expect(again, equals: .existing(ended), "the second insert")
        },
        StoreBehaviour("a key belongs to its owner") { stage in
            try await stage.add { $0.key = "order-1" }
            try await stage.add {
                $0.key = "order-1"
                $0.owner = "bob"
            }
        },
        StoreBehaviour("a key is free again once its task was purged") { stage in
            _ = try await stage.addFinished { $0.key = "order-1" }
            _ = try await stage.store.purge(PurgeRequest(in: .operator, finishedBefore: Stage.at(1)))
            try await stage.add { $0.key = "order-1" }
        },
        StoreBehaviour("of many inserts with one key at the same time one is recorded, and the others find it") { stage in
            let results = try await Stage.concurrently(64) { _ in
                let request = Draft.with { $0.key = "order-1" }.request
                return (request.record.id, try await stage.store.insert(request))
            }
            let inserted = results.filter { $0.1 == .inserted }
            try expect(inserted.count, equals: 1, "the number of inserts that were recorded")
            for (id, result) in results where id != inserted[0].0 {
                guard case .existing(let record) = result else { throw ConformanceFailure("an insert gave \(result)") }
                try expect(record.id, equals: inserted[0].0, "the task found")
            }
            try expect(try await stage.store.counts(.operator).total, equals: 1, "the number of tasks")
        },
        StoreBehaviour("a key is looked at before the name") { stage in
            let first = try await stage.add {
                $0.key = "order-1"
                $0.name = "builder"
            }
            let draft = Draft.with {
                $0.key = "order-1"
                $0.name = "builder"
            }
            try expect(try await stage.store.insert(draft.request), equals: .existing(first), "the second insert")
        },
    ]
}
