import LegworkCore

extension StoreBehaviour {
    static let changes = [
        StoreBehaviour("whoever watches hears of every task that is recorded, claimed, changed or purged") { stage in
            let heard = stage.store.changes()
            let record = try await stage.add()
            try await heard.waitFor(record.id)
            let running = try require(try await stage.claim().first, "the claimed task")
            try await heard.waitFor(record.id)
            try await stage.advance(running, .completed)
            try await heard.waitFor(record.id)
            _ = try await stage.store.purge(PurgeRequest(in: .operator, finishedBefore: Stage.at(1)))
            try await heard.waitFor(record.id)
        },
        StoreBehaviour("nobody hears of a change that was not made") { stage in
            let record = try await stage.add()
            let heard = stage.store.changes()
            var rival = record
            rival.touch(at: Stage.start)
            _ = try await stage.store.commit(TaskChange(rival, replacing: 99))
            _ = try await stage.store.purge(PurgeRequest(in: .operator, finishedBefore: Stage.at(1)))
            let other = try await stage.add()
            for await ids in heard {
                try expect(ids, equals: [other.id], "the first change heard of")
                break
            }
        },
        StoreBehaviour("a slow reader gets changes that it did not take yet together, and loses none") { stage in
            let heard = stage.store.changes()
            let ids = try await (0..<20).asyncMap { _ in try await stage.add().id }
            _ = try await stage.claim(limit: 20)
            var missing = Set(ids)
            for await some in heard {
                missing.subtract(some)
                if missing.isEmpty { break }
            }
            try expect(missing, equals: [], "what was not heard of")
        },
        StoreBehaviour("whoever stops watching is sent nothing more, and others are") { stage in
            let watching = Task { [heard = stage.store.changes()] in
                for await _ in heard {}
            }
            watching.cancel()
            await watching.value
            do { _ = stage.store.changes() }
            let heard = stage.store.changes()
            let record = try await stage.add()
            try await heard.waitFor(record.id)
        },
        StoreBehaviour("whoever watches hears the end when the store is closed") { stage in
            let heard = stage.store.changes()
            let record = try await stage.add()
            await stage.store.close()
            var ids: [TaskID] = []
            for await some in heard { ids += some }
            try expect(ids, equals: [record.id], "what was heard before the end")
            for await some in stage.store.changes() { throw ConformanceFailure("a closed store told of \(some)") }
        },
    ]

    static let limits = [
        StoreBehaviour("the most extreme numbers and times are kept") { stage in
            for number in [Int.max, Int.min, 0] {
                let time = Timestamp(milliseconds: Int64(number))
                let record = try await stage.add { draft in
                    draft.priority = number
                    draft.createdAt = time
                    draft.notBefore = time
                }
                let changed = try await stage.change(record, at: time) { record in
                    record.outputBytes = number
                    record.progress = TaskProgress(done: .greatestFiniteMagnitude, total: -.infinity)
                }
                try expect(try await stage.task(record.id), equals: changed, "the record with \(number)")
                let listed = try await stage.list(TaskQuery(in: .operator, createdSince: time))
                try expect(listed.contains(record.id), "the list since \(number) misses the task")
            }
        },
        StoreBehaviour("every token of a lease is told from every other") { stage in
            for token in [UInt64.max, 1, 1 << 63, UInt64(Int64.max)] {
                let lease = Lease(token: LeaseToken(rawValue: token), node: NodeID("node"), expiresAt: Stage.at(10))
                let running = try await stage.addRunning(lease: lease)
                try expect(try await stage.task(running.id)?.lease, equals: lease, "the lease")
                let others = [token ^ 1 << 63, token &+ 1].map { RenewRequest.Item(id: running.id, token: LeaseToken(rawValue: $0)) }
                let replies = try await stage.store.renew(RenewRequest(others, until: Stage.at(20)))
                try expect(replies, equals: [.lost, .lost], "the replies to other tokens")
                try await stage.advance(running, .completed, token: lease.token)
            }
        },
    ]

    static let closing = [
        StoreBehaviour("a closed store refuses everything, and may be closed again") { stage in
            let record = try await stage.add()
            let store = stage.store
            await store.close()
            await store.close()
            let calls: [@Sendable () async throws -> Void] = [
                { _ = try await store.insert(Draft().request) },
                { _ = try await store.claim(ClaimRequest(lease: Stage.lease(), limit: 1, now: Stage.start)) },
                { _ = try await store.renew(RenewRequest([], until: Stage.start)) },
                { _ = try await store.commit(TaskChange(record, replacing: 1)) },
                { _ = try await store.task(TaskLookup(record.id, in: .operator)) },
                { _ = try await store.find(TaskSearch(.name("x"), in: .operator)) },
                { _ = try await store.tasks(TaskQuery(in: .operator)) },
                { _ = try await store.counts(.operator) },
                { _ = try await store.events(EventQuery(of: record.id, in: .operator)) },
                { _ = try await store.leaseHolders() },
                { _ = try await store.lostLeases(LostLeaseQuery(expiredBefore: Stage.start)) },
                { _ = try await store.purge(PurgeRequest(in: .operator, finishedBefore: Stage.start)) },
                { _ = try await store.descendants(DescendantQuery(of: record.id, in: .operator)) },
                { try await store.cancel(RunCancel("run", of: "ann", now: Stage.start)) },
                { _ = try await store.send(SendRequest(Stage.message(), to: record.id, in: .operator)) },
                { _ = try await store.take(TakeRequest(record.id, token: .random(), acknowledging: 0, now: Stage.start)) },
                { _ = try await store.deadLetters(DeadLetterQuery(in: .operator)) },
                { _ = try await store.replay(ReplayRequest(1, in: .operator)) },
                { _ = try await store.clear(DeadLetterQuery(in: .operator)) },
                { _ = try await store.post(NoticePost(Notice(of: record, kind: .event, text: nil, at: Stage.start), token: nil)) },
                { _ = try await store.notices(NoticeQuery(in: .operator)) },
                { _ = try await store.mark(NoticeMark(.upTo(9), as: .acknowledged, in: .operator, now: Stage.start)) },
                { _ = try await store.insert(ScheduleInsert(Stage.schedule())) },
                { _ = try await store.commit(ScheduleChange(Stage.schedule(), replacing: 1)) },
                { _ = try await store.delete(ScheduleLookup(.random(), in: .operator)) },
                { _ = try await store.schedules(ScheduleQuery(in: .operator)) },
                { _ = try await store.dueSchedules(DueScheduleQuery(now: Stage.start)) },
            ]
            for (index, call) in calls.enumerated() {
                do {
                    try await call()
                    throw ConformanceFailure("call \(index) of a closed store was answered")
                } catch let error as StoreError {
                    try expect(error.code, equals: .closed, "the error of call \(index)")
                }
            }
        },
        StoreBehaviour("closing finishes what was begun") { stage in
            let inserts = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        do {
                            return try await stage.store.insert(Draft().request) == .inserted
                        } catch let error as StoreError where error.code == .closed {
                            return false
                        }
                    }
                }
                group.addTask {
                    await stage.store.close()
                    return false
                }
                return try await group.reduce(into: 0) { if $1 { $0 += 1 } }
            }
            guard let store = try await stage.provider.reopen(stage.store, timeline: stage.timeline) else { return }
            let number = try await store.counts(.operator).total
            await stage.provider.remove(store)
            try expect(number, equals: inserts, "the tasks that outlived the store")
        },
    ]

    static let durability = [
        StoreBehaviour("what was written is there when the store is opened again, and goes on in its order") { stage in
            let ids = try await stage.addOneOfEach()
            let named = try await stage.addRunning {
                $0.name = "builder"
                $0.key = "order-1"
                $0.notBefore = Stage.start
            }
            let before = try await stage.everything()
            try await stage.reopening { again in
                try expect(try await again.everything(), equals: before, "what is there")
                let repeated = try await again.store.insert(Draft.with { $0.key = "order-1" }.request)
                try expect(repeated, equals: .existing(named), "an insert with a key that was used")
                let rival = try await again.store.insert(Draft.with { $0.name = "builder" }.request)
                try expect(rival, equals: .nameTaken(named), "an insert with a name that is taken")
                let late = try await again.add()
                try expect(try await again.list(TaskQuery(in: .operator)).first, equals: late.id, "the newest task")
                try expect(try await again.claim(limit: 9).map(\.id), equals: [ids[.queued], late.id].compactMap { $0 }, "a claim")
                try await again.expectCountsToAgree(.operator)
            }
        },
        StoreBehaviour("a place in a list is never given again, also when the newest task was purged before the store was opened again") {
            stage in
            let first = try await stage.add()
            _ = try await stage.addFinished()
            let newest = try await stage.addFinished()
            let page = try await stage.store.tasks(TaskQuery(in: .operator, limit: 1))
            let cursor = try require(page.next, "the cursor")
            try expect(page.tasks.first?.id, equals: newest.id, "the newest task")
            _ = try await stage.store.purge(PurgeRequest(in: .operator, finishedBefore: Stage.at(1)))
            try await stage.reopening { again in
                _ = try await again.add()
                let rest = try await again.store.tasks(TaskQuery(in: .operator, cursor: cursor))
                try expect(rest.tasks.map(\.id), equals: [first.id], "the next page")
            }
        },
    ]
}

extension Stage {
    /// Every record with its timeline, in the order of the list.
    struct Shown: Equatable {
        var record: TaskRecord
        var events: [TaskEvent]
    }

    func everything() async throws -> [Shown] {
        try await list(TaskQuery(in: .operator)).asyncMap { id in
            Shown(
                record: try require(try await task(id), "a listed task"),
                events: try require(try await store.events(EventQuery(of: id, in: .operator)), "a listed task's timeline")
            )
        }
    }
}

extension AsyncStream<[TaskID]> {
    /// Reads until an id was told.
    fileprivate func waitFor(_ id: TaskID) async throws {
        for await ids in self where ids.contains(id) { return }
        throw ConformanceFailure("the changes ended before \(id) was told")
    }
}
