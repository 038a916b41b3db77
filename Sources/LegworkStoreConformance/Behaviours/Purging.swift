import LegworkCore

extension StoreBehaviour {
    static let purging = [
        StoreBehaviour("a purge finds what has ended after a task that was pinned and then tried again") { stage in
            let early = try await stage.addRunning()
            try await stage.advance(early, .failed(.toolError), at: Stage.at(1))
            let again = try await stage.addRunning()
            let failed = try await stage.advance(again, .failed(.toolError), at: Stage.at(2))
            let pinned = try await stage.change(failed, at: Stage.at(3)) { $0.isPinned = true }
            try await stage.advance(pinned, .retryRequested, at: Stage.at(4))
            let late = try await stage.addRunning()
            try await stage.advance(late, .failed(.toolError), at: Stage.at(5))
            let purged = try await stage.store.purge(PurgeRequest(in: .operator, finishedBefore: Stage.at(9)))
            try expect(purged, equals: [early.id, late.id], "what was purged")
        },
        StoreBehaviour("a purged task is gone, with everything that belongs to it") { stage in
            let parent = try await stage.add()
            let record = try await stage.addFinished {
                $0.name = "nightly"
                $0.parent = parent.id
            }
            let purged = try await stage.store.purge(PurgeRequest(in: .operator, finishedBefore: Stage.at(1)))
            try expect(purged, equals: [record.id], "the purged tasks")
            try expect(try await stage.task(record.id), equals: nil, "the task")
            try expect(try await stage.store.events(EventQuery(of: record.id, in: .operator)), equals: nil, "the timeline")
            try expect(try await stage.list(TaskQuery(in: .operator)), equals: [parent.id], "the list")
            try expect(try await stage.list(TaskQuery(in: .operator, parent: parent.id)), equals: [], "the children")
            try expect(try await stage.store.find(TaskSearch(.name("nightly"), in: .operator)), equals: [], "what the name finds")
            let prefix = TaskSearch(.prefix(record.id.description), in: .operator)
            try expect(try await stage.store.find(prefix), equals: [], "what the id finds")
            try await stage.expectCountsToAgree(.operator)
            try await stage.expectCountsToAgree(.owner("ann"))
        },
        StoreBehaviour("an id that comes again after a purge begins with an empty timeline") { stage in
            let record = try await stage.addFinished()
            _ = try await stage.store.purge(PurgeRequest(in: .operator, finishedBefore: Stage.at(1)))
            let again = try await stage.add { $0.id = record.id }
            try expect(try await stage.task(record.id), equals: again, "the task")
            let events = try await stage.store.events(EventQuery(of: record.id, in: .operator))
            try expect(events?.map(\.kind), equals: [.created], "the timeline")
        },
        StoreBehaviour("a purge deletes only what had ended before the given time") { stage in
            let early = try await stage.addFinished(at: Stage.at(10))
            let late = try await stage.addFinished(at: Stage.at(11))
            let running = try await stage.addRunning()
            let queued = try await stage.add()
            let purged = try await stage.store.purge(PurgeRequest(in: .operator, finishedBefore: Stage.at(11)))
            try expect(purged, equals: [early.id], "the purged tasks")
            try expect(try await stage.list(TaskQuery(in: .operator)), equals: [queued.id, running.id, late.id], "the rest")
        },
        StoreBehaviour("a purge deletes only the statuses it names, and never a task that has not ended") { stage in
            let ids = try await stage.addOneOfEach()
            var request = PurgeRequest(in: .operator, statuses: [.failed, .cancelled], finishedBefore: Stage.at(60))
            request.statuses.formUnion([.queued, .running, .stopped, .inputRequired])
            let purged = try await stage.store.purge(request)
            try expect(Set(purged), equals: Set([ids[.failed], ids[.cancelled]].compactMap { $0 }), "the purged tasks")
            let rest = Set(ids.values).subtracting(purged)
            try expect(Set(try await stage.list(TaskQuery(in: .operator))), equals: rest, "the rest")
            let none = PurgeRequest(in: .operator, statuses: [], finishedBefore: Stage.at(60))
            try expect(try await stage.store.purge(none), equals: [], "a purge of no status")
        },
        StoreBehaviour("an owner's purge deletes only that owner's tasks") { stage in
            let mine = try await stage.addFinished()
            let theirs = try await stage.addFinished { $0.owner = "bob" }
            let purged = try await stage.store.purge(PurgeRequest(in: .owner("ann"), finishedBefore: Stage.at(1)))
            try expect(purged, equals: [mine.id], "the purged tasks")
            try expect(try await stage.list(TaskQuery(in: .operator)), equals: [theirs.id], "the rest")
        },
        StoreBehaviour("a purge deletes at most as many tasks as asked for, and says which") { stage in
            let ids = try await (0..<7).asyncMap { index in try await stage.addFinished(at: Stage.at(index)).id }
            for scope in [Scope.operator, .owner("ann")] {
                for limit in [-1, 0] {
                    let request = PurgeRequest(in: scope, finishedBefore: Stage.at(60), limit: limit)
                    try expect(try await stage.store.purge(request), equals: [], "a purge of \(limit)")
                }
            }
            var rest = Set(ids)
            for (scope, limit) in [(Scope.operator, 2), (.owner("ann"), 3), (.operator, 1000)] {
                let purged = try await stage.store.purge(PurgeRequest(in: scope, finishedBefore: Stage.at(60), limit: limit))
                try expect(purged.count, equals: min(limit, rest.count), "the number of purged tasks")
                try expect(Set(purged).isSubset(of: rest), "a task was purged twice")
                rest.subtract(purged)
                try expect(Set(try await stage.list(TaskQuery(in: .operator))), equals: rest, "the rest")
            }
        },
        StoreBehaviour("a purge of certain tasks deletes those of them that have ended, and no others") { stage in
            let done = try await stage.addFinished(at: Stage.at(2))
            let earlier = try await stage.addFinished(at: Stage.at(1))
            let other = try await stage.addFinished()
            let failed = try await stage.addFinished(.failed(.toolError))
            let theirs = try await stage.addFinished { $0.owner = "bob" }
            let unread = try await stage.addFinished { $0.keepsUntilRead = true }
            let running = try await stage.addRunning()
            let late = try await stage.addFinished(at: Stage.at(9))
            let ids: Set = [done.id, earlier.id, failed.id, theirs.id, unread.id, running.id, late.id, TaskID.random()]
            var request = PurgeRequest(in: .owner("ann"), statuses: [.completed], ids: ids, finishedBefore: Stage.at(9))
            try expect(try await stage.store.purge(request), equals: [earlier.id, done.id], "the purged tasks")
            request.includesKept = true
            try expect(try await stage.store.purge(request), equals: [unread.id], "those that were kept")
            request.ids = []
            try expect(try await stage.store.purge(request), equals: [], "a purge of no tasks")
            let rest = [late.id, running.id, theirs.id, failed.id, other.id]
            try expect(try await stage.list(TaskQuery(in: .operator)), equals: rest, "the rest")
            try await stage.expectCountsToAgree(.owner("ann"))
        },
        StoreBehaviour("a purge leaves as many as it is told to: those that ended last") { stage in
            var ids: [TaskID] = []
            for second: Int64 in [3, 1, 4, 2, 5] { ids.append(try await stage.addFinished(at: Stage.at(second)).id) }
            let failed = try await stage.addFinished(.failed(.toolError), at: Stage.at(0))
            _ = try await stage.addRunning()
            var request = PurgeRequest(in: .owner("ann"), statuses: [.completed], finishedBefore: Stage.at(60), leaving: 5)
            try expect(try await stage.store.purge(request), equals: [], "a purge that leaves all there are")
            request.leaving = 3
            request.limit = 1
            try expect(try await stage.store.purge(request), equals: [ids[1]], "the first that is too many")
            request.limit = 1000
            try expect(try await stage.store.purge(request), equals: [ids[3]], "the second")
            try expect(try await stage.store.purge(request), equals: [], "the rest, which is not too many")
            // The time still counts.
            request.leaving = 0
            request.finishedBefore = Stage.at(4)
            try expect(try await stage.store.purge(request), equals: [ids[0]], "what ended early")
            let all = PurgeRequest(in: .operator, finishedBefore: Stage.at(60), leaving: 1)
            try expect(try await stage.store.purge(all), equals: [failed.id, ids[2]], "all but one")
            let none = PurgeRequest(in: .owner("nobody"), finishedBefore: Stage.at(60), leaving: 1)
            try expect(try await stage.store.purge(none), equals: [], "the purge of an owner who has none")
        },
        StoreBehaviour("what is kept is not among those that a purge leaves, unless it may take them too") { stage in
            var kept: [TaskID] = []
            for second: Int64 in 0..<3 { kept.append(try await stage.addFinished(at: Stage.at(second)) { $0.keepsUntilRead = true }.id) }
            var plain: [TaskID] = []
            for second: Int64 in 3..<6 { plain.append(try await stage.addFinished(at: Stage.at(second)).id) }
            var request = PurgeRequest(in: .operator, finishedBefore: Stage.at(60), leaving: 2)
            try expect(try await stage.store.purge(request), equals: [plain[0]], "the purged tasks")
            request.includesKept = true
            try expect(try await stage.store.purge(request), equals: kept, "the purged tasks when all count")
        },
        StoreBehaviour("a purge in the middle of many others leaves as many as it is told to") { stage in
            // Together, so that a store that writes in groups has them in one.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<40 {
                    group.addTask {
                        _ = try await stage.addFinished(at: Stage.at(Int64(index)))
                        _ = try await stage.store.purge(PurgeRequest(in: .owner("ann"), finishedBefore: Stage.at(60), leaving: 7))
                    }
                }
                try await group.waitForAll()
            }
            try expect(try await stage.list(TaskQuery(in: .operator)).count, equals: 7, "the number of tasks left")
            try await stage.expectCountsToAgree(.operator)
        },
    ]

    static let isolation = [
        StoreBehaviour("two owners with the same names and keys never meet") { stage in
            let owners: [Owner] = ["ann", "bob"]
            var records: [Owner: TaskRecord] = [:]
            for owner in owners {
                records[owner] = try await stage.add {
                    $0.owner = owner
                    $0.name = "builder"
                    $0.key = "order-1"
                }
            }
            for owner in owners {
                let record = try require(records[owner], "the record")
                let scope = Scope.owner(owner)
                let found = try await stage.store.find(TaskSearch(.name("builder"), in: scope))
                try expect(found, equals: [TaskSummary(record)], "what the name finds")
                try expect(try await stage.list(TaskQuery(in: scope)), equals: [record.id], "the list")
                try expect(try await stage.store.counts(scope).total, equals: 1, "the count")
                let again = try await stage.store.insert(
                    Draft.with {
                        $0.owner = owner
                        $0.key = "order-1"
                    }.request
                )
                try expect(again, equals: .existing(record), "the repeated insert")
            }
        },
        StoreBehaviour("texts are stored as they are, whatever they mean to others") { stage in
            let texts = [
                "'; DROP TABLE tasks; --", "\"\\", "a\u{0}b", "%_*?[", "", "\u{FEFF}\u{202E}\u{10FFFF}", String(repeating: "ü", count: 300),
            ]
            for text in texts {
                let record = try await stage.add { draft in
                    draft.owner = Owner(text)
                    draft.tool = text
                    draft.name = text
                    draft.key = text
                    draft.queue = "q" + text
                    draft.arguments = .string(text)
                }
                let changed = try await stage.change(record) { record in
                    record.statusMessage = text
                    record.failure = text
                    record.lineage.run = text
                }
                let scope = Scope.owner(Owner(text))
                try expect(try await stage.store.task(TaskLookup(record.id, in: scope)), equals: changed, "the task of '\(text)'")
                for query in [TaskQuery(in: scope), TaskQuery(in: scope, tool: text), TaskQuery(in: scope, queue: "q" + text)] {
                    try expect(try await stage.summaries(query), equals: [TaskSummary(changed)], "the list of '\(text)'")
                }
                let found = try await stage.store.find(TaskSearch(.name(text), in: scope))
                try expect(found.map(\.id), equals: [record.id], "what the name '\(text)' finds")
                try expect(try await stage.claim(queues: ["q" + text]).map(\.id), equals: [record.id], "the claim of '\(text)'")
            }
            try expect(try await stage.store.counts(.operator).total, equals: texts.count, "the number of tasks")
        },
    ]
}
