import LegworkCore

extension StoreBehaviour {
    static let fairness = [
        StoreBehaviour("owners of equal priority take turns, each with the oldest first") { stage in
            let ann = try await (0..<4).asyncMap { _ in try await stage.add { $0.owner = "ann" }.id }
            let bob = try await (0..<2).asyncMap { _ in try await stage.add { $0.owner = "bob" }.id }
            let carl = try await stage.add { $0.owner = "carl" }.id
            let claimed = try await stage.claim(limit: 10).map(\.id)
            try expect(claimed, equals: [ann[0], bob[0], carl, ann[1], bob[1], ann[2], ann[3]], "the order")
        },
        StoreBehaviour("an owner who comes back waits for one turn of the others") { stage in
            let ann = try await (0..<3).asyncMap { _ in try await stage.add { $0.owner = "ann" }.id }
            try expect(try await stage.claim().map(\.id), equals: [ann[0]], "the first claim")
            let bob = try await stage.add { $0.owner = "bob" }.id
            try expect(try await stage.claim(limit: 2).map(\.id), equals: [ann[1], bob], "the second claim")
            let again = try await stage.add { $0.owner = "bob" }.id
            try expect(try await stage.claim(limit: 2).map(\.id), equals: [ann[2], again], "the third claim")
        },
        StoreBehaviour("a higher priority goes before any turn, and each queue has its turns") { stage in
            let low = try await stage.add { $0.owner = "ann" }.id
            let high = try await (0..<2).asyncMap { _ in
                try await stage.add {
                    $0.owner = "bob"
                    $0.priority = 1
                }.id
            }
            let other = try await stage.add {
                $0.owner = "bob"
                $0.queue = "other"
            }.id
            try expect(try await stage.claim(limit: 10).map(\.id), equals: high + [low, other], "the order")
        },
        StoreBehaviour("tools and limit keys of one owner go by age") { stage in
            let ids = try await (0..<12).asyncMap { index in
                try await stage.add {
                    $0.tool = "tool-\(index % 3)"
                    $0.limitKey = index % 2 == 0 ? "key-\(index % 4)" : nil
                }.id
            }
            try expect(try await stage.claim(limit: 20).map(\.id), equals: ids, "the order")
        },
        StoreBehaviour("whose turn it is does not survive a restart, but no task is lost or given twice") { stage in
            let ids = try await (0..<20).asyncMap { index in
                try await stage.add {
                    $0.owner = Owner("owner-\(index % 4)")
                    $0.queue = "queue-\(index % 3)"
                    $0.priority = index % 2
                    $0.limitKey = index % 5 == 0 ? "key" : nil
                }.id
            }
            let first = try await stage.claim(limit: 7).map(\.id)
            try await stage.reopening { stage in
                let rest = try await stage.claim(limit: 20).map(\.id)
                try expect(Set(first + rest), equals: Set(ids), "the claimed tasks")
                try expect(first.count + rest.count, equals: ids.count, "the number of claimed tasks")
            }
        },
    ]

    static let gates = [
        StoreBehaviour("a gate keeps back what is too much of a queue, an owner, a tool or a key, and nothing else") { stage in
            for (policy, expected) in [
                (QueuePolicy(concurrency: 2), [0, 3]), (QueuePolicy(perOwner: 1), [0, 3]), (QueuePolicy(perTool: 1), [0, 2]),
                (QueuePolicy(perKey: 1), [0, 3, 2, 5]), (.unlimited, [0, 3, 1, 4, 2, 5]),
            ] {
                let queue = "queue-\(TaskID.random())"
                let ids = try await (0..<6).asyncMap { index in
                    try await stage.add {
                        $0.queue = queue
                        $0.owner = index < 3 ? "ann" : "bob"
                        $0.tool = index == 2 ? "slow" : "quick"
                        // Two share a key, two have none, and the others one each.
                        $0.limitKey = [0: "a", 1: "a", 3: "b", 4: "b"][index]
                    }.id
                }
                let claimed = try await stage.claim(queues: [queue], limit: 10, gate: QueueGate([queue: policy]))
                try expect(claimed.map(\.id), equals: expected.map { ids[$0] }, "the tasks that may begin under \(policy)")
                let rest = try await stage.claim(queues: [queue], limit: 10)
                try expect(Set((claimed + rest).map(\.id)), equals: Set(ids), "all tasks")
            }
        },
        StoreBehaviour("a gate knows what is being executed, and how often a key may begin") { stage in
            let lane = ClaimLane(queue: "default", priority: 0, owner: "ann", tool: "shell", key: "a")
            var gate = QueueGate(["default": QueuePolicy(rate: RateLimit(2, per: .seconds(10)))])
            let ids = try await (0..<4).asyncMap { _ in try await stage.add { $0.limitKey = "a" }.id }
            let other = try await stage.add { $0.limitKey = "b" }.id
            let first = try await stage.claim(limit: 10, gate: gate).map(\.id)
            try expect(first, equals: [ids[0], ids[1], other], "the first claim")
            for _ in 0..<2 { gate.admit(lane, at: Stage.start) }
            try expect(try await stage.claim(limit: 10, gate: gate), equals: [], "a claim at once")
            try expect(gate.nextToken(after: Stage.start), equals: Stage.at(5), "the time of the next token")
            try expect(try await stage.claim(limit: 10, now: Stage.at(5), gate: gate).map(\.id), equals: [ids[2]], "a claim at that time")
        },
    ]

    static let queueStates = [
        StoreBehaviour("nothing is taken from a paused queue until it is open, though it takes tasks, over a restart too") { stage in
            let before = try await stage.add { $0.queue = "slow" }.id
            let usual = try await stage.add().id
            try await stage.store.set(QueueUpdate("slow", .paused, now: Stage.start))
            let after = try await stage.add { $0.queue = "slow" }.id
            try expect(try await stage.claim(limit: 10).map(\.id), equals: [usual], "a claim from every queue")
            try expect(try await stage.claim(queues: ["slow"], limit: 10), equals: [], "a claim from the paused queue")
            let standing = QueueStanding("slow", .paused, ready: 2)
            try expect(try await stage.store.queues().filter { $0.queue == "slow" }, equals: [standing], "the queue")
            try await stage.reopening { stage in
                try expect(try await stage.claim(queues: ["slow"], limit: 10), equals: [], "a claim after a restart")
            }
        },
        StoreBehaviour("a paused queue that is opened gives its tasks") { stage in
            let id = try await stage.add().id
            try await stage.store.set(QueueUpdate("default", .paused, now: Stage.start))
            try await stage.store.set(QueueUpdate("default", .paused, now: Stage.at(1)))
            try expect(try await stage.claim(limit: 10), equals: [], "the claim before")
            try await stage.store.set(QueueUpdate("default", .open, now: Stage.at(2)))
            try expect(try await stage.claim(limit: 10).map(\.id), equals: [id], "the claim after")
        },
        StoreBehaviour("a draining queue gives its tasks and takes none but those that come back") { stage in
            let first = try await stage.add()
            try await stage.store.set(QueueUpdate("default", .draining, now: Stage.start))
            let refused = try await stage.store.insert(Draft().request)
            try expect(refused, equals: .refused(.queueDraining), "a new task")
            try await stage.add { $0.queue = "other" }
            let call = Draft.with {
                $0.lifecycle = .promoted
                $0.lease = Stage.lease()
            }
            try await stage.add(call)
            let running = try require(try await stage.claim(queues: ["default"], limit: 10).first, "the claimed task")
            try expect(running.id, equals: first.id, "the claimed task")
            try await stage.advance(running, .retried(.retry))
            try expect(try await stage.claim(queues: ["default"], limit: 10).map(\.id), equals: [first.id], "the claim of what came back")
        },
        StoreBehaviour("a task whose time is to come again, because the clock went back over a restart, holds up no other") { stage in
            let early = try await stage.add { $0.notBefore = Stage.at(10) }.id
            let other = try await stage.add().id
            try expect(
                try await stage.claim(queues: ["empty"], limit: 10, now: Stage.at(20)),
                equals: [],
                "a claim that lets it join the line"
            )
            try await stage.reopening { stage in
                try expect(try await stage.claim(limit: 10, now: Stage.at(5)).map(\.id), equals: [other], "the claim before its time")
                let reply = try await stage.store.waiting(WaitingQuery(at: Stage.at(5)))
                try expect(reply, equals: WaitingReply(nextStart: Stage.at(10)), "what the queues wait for")
                try expect(try await stage.claim(limit: 10, now: Stage.at(10)).map(\.id), equals: [early], "the claim at its time")
            }
        },
        StoreBehaviour("queues are told by name with what is in them") { stage in
            try await stage.add { $0.queue = "b" }
            try await stage.add { $0.queue = "b" }
            try await stage.add {
                $0.queue = "a"
                $0.notBefore = Stage.at(10)
            }
            _ = try await stage.claim(queues: ["b"])
            try await stage.store.set(QueueUpdate("c", .draining, now: Stage.start))
            let expected = [
                QueueStanding("a", delayed: 1), QueueStanding("b", ready: 1, executing: 1), QueueStanding("c", .draining),
            ]
            try expect(try await stage.store.queues(), equals: expected, "the queues")
        },
    ]

    static let waiting = [
        StoreBehaviour("a task that may not wait for ever is found when it has waited too long, the one that came first at first") {
            stage in
            let late = try await stage.add { $0.queueLimit = .seconds(30) }
            let early = try await stage.add { $0.queueLimit = .seconds(10) }
            try await stage.add()
            let due = try await stage.add { $0.deadline = Stage.at(20) }
            let before = try await stage.store.waiting(WaitingQuery(at: Stage.at(9)))
            try expect(before, equals: WaitingReply(nextOverdue: Stage.at(10)), "the answer before")
            let after = try await stage.store.waiting(WaitingQuery(at: Stage.at(20)))
            try expect(after.overdue, equals: [early, due], "the overdue tasks")
            try expect(after.nextOverdue, equals: Stage.at(30), "the next time")
            let one = try await stage.store.waiting(WaitingQuery(at: Stage.at(30), limit: 1))
            try expect(one.overdue, equals: [early], "the first overdue task")
            try await stage.advance(early, .limitReached(.queueLimit), at: Stage.at(20))
            try await stage.advance(due, .cancelRequested, at: Stage.at(20))
            let rest = try await stage.store.waiting(WaitingQuery(at: Stage.at(30)))
            try expect(rest, equals: WaitingReply(overdue: [late]), "the answer in the end")
        },
        StoreBehaviour("waiting ends with the claim, and begins anew when the task comes back") { stage in
            let record = try await stage.add { $0.queueLimit = .seconds(10) }
            try expect(record.waitsUntil, equals: Stage.at(10), "how long it may wait")
            let running = try require(try await stage.claim(now: Stage.at(5)).first, "the claimed task")
            try expect(running.waitsUntil, equals: nil, "how long it may wait while it is executed")
            try expect(try await stage.store.waiting(WaitingQuery(at: Stage.at(60))), equals: WaitingReply(), "the answer")
            try await stage.advance(running, .retried(.retry), at: Stage.at(60)) { $0.notBefore = Stage.at(100) }
            let reply = try await stage.store.waiting(WaitingQuery(at: Stage.at(60)))
            try expect(reply, equals: WaitingReply(nextOverdue: Stage.at(110), nextStart: Stage.at(100)), "the answer after a retry")
        },
        StoreBehaviour("a task that failed can be tried again: it ends once more, and that is told once more") { stage in
            let running = try await stage.addRunning { $0.name = "builder" }
            let failed = try await stage.advance(running, .failed(.toolError), at: Stage.at(1))
            let queued = try await stage.advance(failed, .retryRequested, at: Stage.at(2))
            try expect(queued.finishedAt, equals: nil, "the end")
            try await stage.expectCountsToAgree(.operator)
            let taken = try await stage.store.insert(Draft.with { $0.name = "builder" }.request)
            try expect(taken, equals: .nameTaken(queued), "another task of the name")
            let again = try require(try await stage.claim(queues: [queued.queue]).first, "the claimed task")
            try expect(again.attempts, equals: 2, "the attempts")
            try await stage.advance(again, .completed, at: Stage.at(3))
            let told = try await stage.store.notices(NoticeQuery(in: .operator, task: running.id)).map(\.kind)
            try expect(told, equals: [.failed, .completed], "the notices")
            try await stage.expectCountsToAgree(.operator)
            try expect(try await stage.list(TaskQuery(in: .operator, statuses: [.completed])), equals: [running.id], "the list")
        },
        StoreBehaviour("a failed task whose name another live task has is not tried again") { stage in
            let running = try await stage.addRunning { $0.name = "builder" }
            let failed = try await stage.advance(running, .failed(.toolError))
            try await stage.add { $0.name = "builder" }
            var next = failed
            let transition = try next.apply(.retryRequested, at: Stage.start)
            do {
                _ = try await stage.store.commit(TaskChange(next, replacing: failed.version, events: transition.events))
                throw ConformanceFailure("the commit was taken")
            } catch let error as StoreError {
                try expect(error.code == .invalid, "the commit failed with \(error)")
            }
            try expect(try await stage.task(failed.id), equals: failed, "the record")
        },
    ]
}
