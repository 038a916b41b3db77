import LegworkCore

extension StoreBehaviour {
    static let claiming = [
        StoreBehaviour("a claimed task runs its first attempt under the lease, and is stored as it is given out") { stage in
            let record = try await stage.add { $0.name = "builder" }
            let lease = Stage.lease()
            let claimed = try await stage.claim(lease: lease, now: Stage.at(5))
            let running = try require(claimed.first, "the claimed task")
            try expect(claimed.count, equals: 1, "the number of claimed tasks")
            try expect(running.status, equals: .running, "the status")
            try expect(running.attempts, equals: 1, "the attempts")
            try expect(running.lease, equals: lease, "the lease")
            try expect(running.startedAt, equals: Stage.at(5), "the start")
            try expect(running.version, equals: record.version + 1, "the version")
            try expect(running.name, equals: "builder", "the name")
            try expect(try await stage.task(record.id), equals: running, "the stored record")
        },
        StoreBehaviour("a claim adds the start to the timeline") { stage in
            let record = try await stage.add()
            _ = try await stage.claim(now: Stage.at(5))
            let events = try require(try await stage.store.events(EventQuery(of: record.id, in: .operator)), "the timeline")
            try expect(events.map(\.kind), equals: [.created, .started], "the timeline")
            try expect(events.last?.sequence, equals: 2, "the number of the entry")
            try expect(events.last?.data, equals: ["attempt": 1], "the attempt in the entry")
        },
        StoreBehaviour("a claim of an empty store, or of none, gives nothing") { stage in
            try expect(try await stage.claim(limit: 10), equals: [], "a claim of an empty store")
            try await stage.add()
            try expect(try await stage.claim(limit: 0), equals: [], "a claim of no task")
            try expect(try await stage.claim(limit: -1), equals: [], "a claim of less than no task")
        },
        StoreBehaviour("a task is claimed once") { stage in
            try await stage.add()
            try expect(try await stage.claim(limit: 10).count, equals: 1, "the first claim")
            try expect(try await stage.claim(limit: 10), equals: [], "the second claim")
        },
        StoreBehaviour("a claim gives at most as many tasks as asked for, and the next one the rest") { stage in
            let ids = try await (0..<5).asyncMap { _ in try await stage.add().id }
            try expect(try await stage.claim(limit: 3).map(\.id), equals: Array(ids[..<3]), "the first claim")
            try expect(try await stage.claim(limit: 3).map(\.id), equals: Array(ids[3...]), "the second claim")
        },
        StoreBehaviour("64 claims at the same time give no task twice, and every task once") { stage in
            let ids = try await Stage.concurrently(200) { _ in try await stage.add().id }
            let claims = try await Stage.concurrently(64) { _ in try await stage.claim(limit: 4) }
            let claimed = claims.flatMap { $0 }
            try expect(claimed.count, equals: 200, "the number of claimed tasks")
            try expect(Set(claimed.map(\.id)), equals: Set(ids), "the claimed tasks")
            for tasks in claims { try expect(Set(tasks.map(\.lease)).count <= 1, "one claim gave several leases") }
            try await stage.expectCountsToAgree(.operator)
        },
        StoreBehaviour("a claim takes only from the queues it names, and from all when it names none") { stage in
            let slow = try await stage.add { $0.queue = "slow" }
            let fast = try await stage.add { $0.queue = "fast" }
            let usual = try await stage.add()
            try expect(try await stage.claim(queues: ["none"], limit: 10), equals: [], "a claim from an unknown queue")
            try expect(try await stage.claim(queues: ["fast"], limit: 10).map(\.id), equals: [fast.id], "a claim from one queue")
            try expect(try await stage.claim(limit: 10).map(\.id), equals: [slow.id, usual.id], "a claim from every queue")
        },
        StoreBehaviour("a queue that a claim names twice counts once") { stage in
            let ids = try await (0..<3).asyncMap { _ in try await stage.add { $0.queue = "slow" }.id }
            let claimed = try await stage.claim(queues: ["slow", "slow", "fast", "slow"], limit: 2)
            try expect(claimed.map(\.id), equals: Array(ids[..<2]), "the claimed tasks")
        },
        StoreBehaviour("a task that was cancelled in its queue is not claimed") { stage in
            let record = try await stage.add()
            try await stage.advance(record, .cancelRequested)
            try expect(try await stage.claim(limit: 10), equals: [], "the claim")
        },
        StoreBehaviour("a task whose attempt was interrupted, or that is resumed, can be claimed again") { stage in
            let record = try await stage.add()
            let first = try require(try await stage.claim().first, "the first claim")
            try await stage.advance(first, .interrupted(.shutdown))
            let second = try require(try await stage.claim().first, "the second claim")
            try expect(second.id, equals: record.id, "the task")
            try expect(second.attempts, equals: 1, "the attempts, the interrupted one not counted")
            let stopped = try await stage.advance(second, .stopped(.orphaned))
            try expect(try await stage.claim(limit: 10), equals: [], "a claim while it is stopped")
            try await stage.advance(stopped, .resumed)
            let third = try require(try await stage.claim().first, "the third claim")
            try expect(third.attempts, equals: 2, "the attempts")
        },
    ]

    static let claimingOrder = [
        StoreBehaviour("a claim takes the highest priority first, then the oldest") { stage in
            let priorities = [0, 5, -3, 5, 0, .max, .min]
            let ids = try await priorities.asyncMap { priority in try await stage.add { $0.priority = priority }.id }
            let claimed = try await stage.claim(limit: 10).map(\.id)
            try expect(claimed, equals: [5, 1, 3, 0, 4, 2, 6].map { ids[$0] }, "the order")
        },
        StoreBehaviour("the highest priority goes first over all the queues that a claim names") { stage in
            let first = try await stage.add { $0.queue = "a" }
            let second = try await stage.add {
                $0.queue = "b"
                $0.priority = 1
            }
            let third = try await stage.add { $0.queue = "a" }
            let fourth = try await stage.add { $0.queue = "b" }
            let claimed = try await stage.claim(queues: ["a", "b"], limit: 4).map(\.id)
            try expect(claimed, equals: [second.id, first.id, third.id, fourth.id], "the order")
        },
        StoreBehaviour("among equals the order is that of arrival, whatever the times of creation say") { stage in
            let late = try await stage.add { $0.createdAt = Stage.at(100) }
            let early = try await stage.add { $0.createdAt = Stage.at(-100) }
            try expect(try await stage.claim(limit: 2).map(\.id), equals: [late.id, early.id], "the order")
        },
        StoreBehaviour("no task is claimed before its time, and at its time it is") { stage in
            let record = try await stage.add { $0.notBefore = Stage.at(10) }
            try expect(try await stage.claim(now: Stage.at(9)), equals: [], "the claim before")
            let claimed = try await stage.claim(now: Stage.at(10))
            try expect(claimed.map(\.id), equals: [record.id], "the claim at the time")
            try expect(claimed.first?.notBefore, equals: Stage.at(10), "the time on the record")
        },
        StoreBehaviour("a task that waits for its time is in nobody's way, and takes its place once the time has come") { stage in
            let waiting = try await stage.add {
                $0.notBefore = Stage.at(10)
                $0.priority = 9
            }
            let ready = try await (0..<3).asyncMap { _ in try await stage.add().id }
            try expect(try await stage.claim(limit: 2).map(\.id), equals: Array(ready[..<2]), "the claim before")
            try expect(try await stage.claim(limit: 2, now: Stage.at(11)).map(\.id), equals: [waiting.id, ready[2]], "the claim after")
        },
        StoreBehaviour("a clock that goes back gives no task before its time") { stage in
            let first = try await stage.add { $0.notBefore = Stage.at(10) }
            let second = try await stage.add { $0.notBefore = Stage.at(10) }
            try expect(try await stage.claim(now: Stage.at(20)).map(\.id), equals: [first.id], "the claim after")
            try expect(try await stage.claim(now: Stage.at(5)), equals: [], "the claim at an earlier time")
            try expect(try await stage.claim(now: Stage.at(10)).map(\.id), equals: [second.id], "the claim at the time")
        },
        StoreBehaviour("a task that goes back to its queue keeps its place among its equals") { stage in
            let ids = try await (0..<3).asyncMap { _ in try await stage.add().id }
            let running = try require(try await stage.claim().first, "the claimed task")
            try await stage.advance(running, .interrupted(.shutdown))
            try expect(try await stage.claim(limit: 3).map(\.id), equals: ids, "the order")
        },
        StoreBehaviour("an attempt that is to be tried again later waits until then") { stage in
            let running = try await stage.addRunning()
            try await stage.advance(running, .retried(.retry)) { $0.notBefore = Stage.at(30) }
            try expect(try await stage.claim(limit: 5, now: Stage.at(29)), equals: [], "the claim before")
            try expect(try await stage.claim(limit: 5, now: Stage.at(30)).map(\.id), equals: [running.id], "the claim after")
        },
        StoreBehaviour("a changed priority, queue or time counts for the next claim") { stage in
            let first = try await stage.add()
            let second = try await stage.add()
            let third = try await stage.add()
            try await stage.change(third) { $0.priority = 1 }
            try await stage.change(first) { $0.queue = "other" }
            let held = try await stage.change(second) { $0.notBefore = Stage.at(10) }
            try expect(try await stage.claim(queues: ["default"], limit: 5).map(\.id), equals: [third.id], "the first claim")
            try await stage.change(held) { $0.notBefore = nil }
            let claimed = try await stage.claim(queues: ["default", "other"], limit: 5)
            try expect(claimed.map(\.id), equals: [first.id, second.id], "the second claim")
        },
    ]
}

extension Sequence {
    /// Maps one element after the other.
    func asyncMap<Value>(_ body: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await body(element)) }
        return values
    }
}
