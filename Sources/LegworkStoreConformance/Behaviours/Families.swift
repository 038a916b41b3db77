import LegworkCore

extension StoreBehaviour {
    static let families = [
        StoreBehaviour("descendants come before their own children, those of one parent in order of arrival") { stage in
            let root = try await stage.add()
            let first = try await stage.add { $0.parent = root.id }
            let grandchild = try await stage.add { $0.parent = first.id }
            let second = try await stage.add { $0.parent = root.id }
            let other = try await stage.add { $0.parent = second.id }
            let last = try await stage.add { $0.parent = grandchild.id }
            _ = try await stage.add()
            let expected = [first, second, grandchild, other, last]
            for scope in [Scope.operator, .owner("ann")] {
                let found = try await stage.store.descendants(DescendantQuery(of: root.id, in: scope))
                try expect(found, equals: expected.map { TaskSummary($0) }, "the descendants")
                for limit in -1...6 {
                    let some = try await stage.store.descendants(DescendantQuery(of: root.id, in: scope, limit: limit))
                    try expect(some?.map(\.id), equals: expected.prefix(max(0, limit)).map(\.id), "at most \(limit) descendants")
                }
            }
            let none = try await stage.store.descendants(DescendantQuery(of: last.id, in: .operator))
            try expect(none, equals: [], "the descendants of a task without children")
        },
        StoreBehaviour("a circle of parents ends, and no task is its own descendant") { stage in
            var one = try await stage.add()
            let two = try await stage.add { $0.parent = one.id }
            let three = try await stage.add { $0.parent = two.id }
            one = try await stage.change(one) { $0.lineage.parent = three.id }
            let orphan = try await stage.add()
            let alone = try await stage.change(orphan) { $0.lineage.parent = $0.id }
            let expected = [one.id: [two.id, three.id], two.id: [three.id, one.id], three.id: [one.id, two.id], alone.id: []]
            for (id, descendants) in expected {
                let found = try await stage.store.descendants(DescendantQuery(of: id, in: .operator))
                try expect(found?.map(\.id), equals: descendants, "the descendants")
            }
        },
        StoreBehaviour("tasks of others are no descendants, nor is what only they connect") { stage in
            let root = try await stage.add()
            let foreign = try await stage.add { draft in
                draft.owner = "bob"
                draft.parent = root.id
            }
            let beyond = try await stage.add { $0.parent = foreign.id }
            func descendants(_ id: TaskID, _ scope: Scope) async throws -> [TaskID]? {
                try await stage.store.descendants(DescendantQuery(of: id, in: scope))?.map(\.id)
            }
            try expect(try await descendants(root.id, .owner("ann")), equals: [], "the owner's descendants")
            try expect(try await descendants(root.id, .operator), equals: [foreign.id, beyond.id], "all descendants")
            try expect(try await descendants(foreign.id, .owner("ann")), equals: nil, "the descendants of a foreign task")
            try expect(try await descendants(.random(), .operator), equals: nil, "the descendants of no task")
        },
        StoreBehaviour("descendants stay when they have ended, move with their parent, and go when they are purged") { stage in
            let root = try await stage.add()
            let ended = try await stage.addFinished { $0.parent = root.id }
            let grandchild = try await stage.add { $0.parent = ended.id }
            func descendants(_ id: TaskID) async throws -> [TaskID]? {
                try await stage.store.descendants(DescendantQuery(of: id, in: .operator))?.map(\.id)
            }
            try expect(try await descendants(root.id), equals: [ended.id, grandchild.id], "the descendants")
            _ = try await stage.store.purge(PurgeRequest(in: .operator, finishedBefore: Stage.at(1)))
            try expect(try await descendants(root.id), equals: [], "the descendants after the purge")
            try await stage.change(grandchild) { $0.lineage.parent = root.id }
            try expect(try await descendants(root.id), equals: [grandchild.id], "the descendants after a move")
        },
        StoreBehaviour("a family of a thousand in one line is found whole") { stage in
            let root = try await stage.add()
            var ids: [TaskID] = []
            for _ in 0..<1000 {
                let parent = ids.last ?? root.id
                ids.append(try await stage.add { $0.parent = parent }.id)
            }
            let found = try await stage.store.descendants(DescendantQuery(of: root.id, in: .owner("ann")))
            try expect(found?.map(\.id), equals: ids, "the descendants")
        },
        StoreBehaviour("a list by run shows the run's tasks, by whomever they were made") { stage in
            let first = try await stage.add { $0.run = "r" }
            _ = try await stage.add { $0.run = "s" }
            let foreign = try await stage.add { draft in
                draft.run = "r"
                draft.owner = "bob"
            }
            let ended = try await stage.addFinished { $0.run = "r" }
            try expect(try await stage.list(TaskQuery(in: .owner("ann"), run: "r")), equals: [ended.id, first.id], "the owner's list")
            let all = [ended.id, foreign.id, first.id]
            try expect(try await stage.list(TaskQuery(in: .operator, run: "r", limit: 2)), equals: all, "the operator's list")
            let live = try await stage.list(TaskQuery(in: .operator, statuses: [.queued], run: "r"))
            try expect(live, equals: [foreign.id, first.id], "the list of those that wait")
            try await stage.change(first) { $0.lineage.run = "t" }
            try expect(try await stage.list(TaskQuery(in: .operator, run: "r")), equals: [ended.id, foreign.id], "the list after a move")
            try expect(try await stage.list(TaskQuery(in: .operator, run: "t")), equals: [first.id], "the list of the other run")
        },
    ]

    static let refusing = [
        StoreBehaviour("a run that was cancelled takes no more tasks, and no other run is touched") { stage in
            let before = try await stage.add { $0.run = "r" }
            try await stage.store.cancel(RunCancel("r", of: "ann", now: Stage.start))
            let refused = try await stage.store.insert(Draft.with { $0.run = "r" }.request)
            try expect(refused, equals: .refused(.runCancelled), "an insert into the run")
            try expect(try await stage.task(before.id), equals: before, "a task that was there before")
            try await stage.add { $0.run = "R" }
            try await stage.add { $0.run = nil }
            try await stage.add { draft in
                draft.run = "r"
                draft.owner = "bob"
            }
            try expect(try await stage.list(TaskQuery(in: .owner("ann"), run: "r")), equals: [before.id], "the run")
            try await stage.expectCountsToAgree(.operator)
        },
        StoreBehaviour("a cancelled run is remembered when the store is opened again") { stage in
            try await stage.store.cancel(RunCancel("r", of: "ann", now: Stage.start))
            try await stage.reopening { again in
                let refused = try await again.store.insert(Draft.with { $0.run = "r" }.request)
                try expect(refused, equals: .refused(.runCancelled), "an insert into the run")
            }
        },
        StoreBehaviour("a cancelled run is forgotten after its time, when another is cancelled") { stage in
            let later = Stage.start + RunCancel.memory
            try await stage.store.cancel(RunCancel("r", of: "ann", now: Stage.start))
            try await stage.store.cancel(RunCancel("s", of: "ann", now: Stage.start))
            try await stage.store.cancel(RunCancel("s", of: "ann", now: Stage.at(1)))
            for (now, result) in [
                (later, InsertResult.refused(.runCancelled)), (later + .milliseconds(1), .inserted),
            ] {
                try await stage.store.cancel(RunCancel("t", of: "bob", now: now))
                let answer = try await stage.store.insert(Draft.with { $0.run = "r" }.request)
                try expect(answer, equals: result, "an insert into the run")
            }
            let answer = try await stage.store.insert(Draft.with { $0.run = "s" }.request)
            try expect(answer, equals: .refused(.runCancelled), "an insert into the run that was cancelled again")
        },
        StoreBehaviour("a parent that was cancelled or asked to stop takes no more children") { stage in
            let running = try await stage.addRunning()
            let asked = try await stage.advance(running, .cancelRequested)
            let cancelled = try await stage.addFinished(.cancelled)
            for parent in [asked, cancelled] {
                let refused = try await stage.store.insert(Draft.with { $0.parent = parent.id }.request)
                try expect(refused, equals: .refused(.parentCancelled), "an insert below a task that is \(parent.status.rawValue)")
                try await stage.add { draft in
                    draft.parent = parent.id
                    draft.owner = "bob"
                }
            }
            for event in [TaskLifecycle.Event.completed, .failed(.toolError)] {
                let parent = try await stage.addFinished(event)
                try await stage.add { $0.parent = parent.id }
            }
            try await stage.add { $0.parent = .random() }
            try await stage.expectCountsToAgree(.operator)
        },
        StoreBehaviour("an idempotency key finds its task also where its family is closed, a flight key and a name do not") { stage in
            let first = try await stage.add { draft in
                draft.run = "r"
                draft.key = "order-1"
                draft.flight = "flight"
                draft.name = "builder"
            }
            try await stage.store.cancel(RunCancel("r", of: "ann", now: Stage.start))
            let repeated = try await stage.store.insert(
                Draft.with { draft in
                    draft.run = "r"
                    draft.key = "order-1"
                }.request
            )
            try expect(repeated, equals: .existing(first), "the insert with the key")
            for change in [{ $0.flight = "flight" }, { $0.name = "builder" }, { $0.id = first.id }] as [(inout Draft) -> Void] {
                var draft = Draft.with { $0.run = "r" }
                change(&draft)
                try expect(try await stage.store.insert(draft.request), equals: .refused(.runCancelled), "another insert")
            }
        },
        StoreBehaviour("inserts that race with the cancel of their run are recorded before it or refused") { stage in
            try await stage.expectRace(refusal: .runCancelled) { draft in
                draft.run = "r"
            } close: {
                try await stage.store.cancel(RunCancel("r", of: "ann", now: Stage.start))
            } list: {
                try await stage.list(TaskQuery(in: .owner("ann"), run: "r"))
            }
        },
        StoreBehaviour("inserts that race with the cancel of their parent are recorded before it or refused") { stage in
            let parent = try await stage.addRunning()
            try await stage.expectRace(refusal: .parentCancelled) { draft in
                draft.parent = parent.id
            } close: {
                try await stage.advance(parent, .cancelRequested)
            } list: {
                try await stage.store.descendants(DescendantQuery(of: parent.id, in: .owner("ann")))?.map(\.id) ?? []
            }
        },
    ]
}

extension Stage {
    /// Inserts many tasks while their family is closed: what the family is right after that is what it stays.
    fileprivate func expectRace(
        refusal: InsertRefusal,
        _ join: @escaping @Sendable (inout Draft) -> Void,
        close: @escaping @Sendable () async throws -> Void,
        list: @escaping @Sendable () async throws -> [TaskID]
    ) async throws {
        let answers = try await Stage.concurrently(65) { index -> (recorded: TaskID?, family: [TaskID]) in
            if index == 32 {
                try await close()
                return (nil, try await list())
            }
            let request = Draft.with(join).request
            switch try await store.insert(request) {
            case .inserted: return (request.record.id, [])
            case .refused(refusal): return (nil, [])
            case let other: throw ConformanceFailure("an insert gave \(other)")
            }
        }
        let family = Set(answers.flatMap(\.family))
        try expect(Set(answers.compactMap(\.recorded)), equals: family, "the tasks that were recorded")
        try expect(Set(try await list()), equals: family, "the family in the end")
        let late = try await store.insert(Draft.with(join).request)
        try expect(late, equals: .refused(refusal), "an insert that comes too late")
    }
}
