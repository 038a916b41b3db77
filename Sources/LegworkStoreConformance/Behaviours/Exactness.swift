import LegworkCore

extension StoreBehaviour {
    /// "é" as one scalar and as two: the same to a reader and to Swift, two things to a store.
    private static let accents = ["\u{e9}", "e\u{301}"]

    static let exactness = [
        StoreBehaviour("names, owners and keys are the same only byte for byte") { stage in
            let changes: [(inout Draft, String) -> Void] = [
                { $0.owner = Owner($1) }, { $0.name = $1 }, { $0.key = $1 }, { $0.flight = $1 },
            ]
            for (index, change) in changes.enumerated() {
                for accent in accents {
                    try await stage.add { draft in
                        (draft.name, draft.key, draft.flight) = index == 0 ? ("n", "k", "f") : (nil, nil, nil)
                        change(&draft, accent)
                    }
                }
            }
            for accent in accents {
                let named = try await stage.store.find(TaskSearch(.name(accent), in: .operator))
                try expect(named.map { Array($0.name?.utf8 ?? "".utf8) }, equals: [Array(accent.utf8)], "what the name finds")
                let owned = try await stage.summaries(TaskQuery(in: .owner(Owner(accent))))
                try expect(owned.map { Array($0.owner.name.utf8) }, equals: [Array(accent.utf8)], "what the owner sees")
                try expect(try await stage.store.counts(.owner(Owner(accent))).total, equals: 1, "the owner's count")
                for change in changes.dropFirst(2) {
                    let result = try await stage.store.insert(Draft.with { change(&$0, accent) }.request)
                    guard case .existing(let record) = result else { throw ConformanceFailure("the key found nothing: \(result)") }
                    let key = record.idempotencyKey ?? record.flightKey ?? ""
                    try expect(Array(key.utf8), equals: Array(accent.utf8), "the key of what it finds")
                }
            }
        },
        StoreBehaviour("tools, queues and runs are the same only byte for byte, also when one becomes the other") { stage in
            var records: [TaskRecord] = []
            for accent in accents {
                records.append(
                    try await stage.add { draft in
                        (draft.tool, draft.queue, draft.run) = (accent, accent, accent)
                    }
                )
            }
            for (record, accent) in zip(records, accents) {
                for query in [
                    TaskQuery(in: .operator, tool: accent), TaskQuery(in: .operator, run: accent), TaskQuery(in: .operator, queue: accent),
                ] {
                    try expect(try await stage.list(query), equals: [record.id], "the list")
                }
            }
            let moved = try await stage.change(records[0]) { record in
                record.lineage.run = accents[1]
                record.queue = accents[1]
            }
            for query in [TaskQuery(in: .operator, run: accents[1]), TaskQuery(in: .operator, queue: accents[1])] {
                try expect(try await stage.list(query), equals: [records[1].id, moved.id], "the list after a move")
            }
            try expect(try await stage.list(TaskQuery(in: .operator, run: accents[0])), equals: [], "the run that nobody is left of")
            try expect(try await stage.claim(queues: [accents[0]], limit: 9), equals: [], "a claim of the queue that nobody is left of")
            try expect(try await stage.claim(queues: [accents[1]], limit: 9).count, equals: 2, "a claim of the other queue")
        },
        StoreBehaviour("a cancelled run and a task's keys never meet another's of different bytes") { stage in
            let record = try await stage.add { $0.name = accents[0] }
            try await stage.store.cancel(RunCancel(accents[0], of: Owner(accents[0]), now: Stage.start))
            for (owner, run, result) in [
                (accents[0], accents[1], InsertResult.inserted), (accents[1], accents[0], .inserted),
                (accents[0], accents[0], .refused(.runCancelled)),
            ] {
                let draft = Draft.with { draft in
                    draft.owner = Owner(owner)
                    draft.run = run
                }
                try expect(try await stage.store.insert(draft.request), equals: result, "an insert into a run")
            }
            var renamed = record
            renamed.name = accents[1]
            renamed.touch(at: Stage.start)
            do {
                _ = try await stage.store.commit(TaskChange(renamed, replacing: record.version))
                throw ConformanceFailure("the commit was accepted")
            } catch let error as StoreError {
                try expect(error.code, equals: .invalid, "the error")
            }
        },
        StoreBehaviour("messages, conversations and keys of notices are the same only byte for byte") { stage in
            let task = try await stage.addListening { $0.session = accents[0] }
            for (index, accent) in accents.enumerated() {
                let message = Stage.message(id: MessageID(accent), from: Owner(accent))
                try expect(try await stage.send(message, to: task.id), equals: .queued(sequence: index + 1), "the send")
                guard case .posted = try await stage.post(task, "a", key: accent) else {
                    throw ConformanceFailure("a notice took another's words")
                }
                let read = try await stage.notices(NoticeQuery(in: .operator, session: accent))
                try expect(read.count, equals: index == 0 ? 1 : 0, "the notices of the conversation")
            }
            let moved = try await stage.mark(.upTo(.max), as: .acknowledged, session: accents[1])
            try expect(moved, equals: 0, "how many another conversation acknowledged")
            try await stage.advance(task, .completed)
            for accent in accents {
                let letters = try await stage.letters(.owner(Owner(accent)))
                try expect(letters.map { Array($0.message.id.text.utf8) }, equals: [Array(accent.utf8)], "the dead letters")
            }
        },
    ]
}
