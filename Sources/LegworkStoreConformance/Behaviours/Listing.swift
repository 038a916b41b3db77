import LegworkCore

extension StoreBehaviour {
    static let listing = [
        StoreBehaviour("a list shows the newest first, in the order of arrival") { stage in
            let ids = try await [5, 1, 9, 3].asyncMap { time in try await stage.add { $0.createdAt = Stage.at(time) }.id }
            try expect(try await stage.list(TaskQuery(in: .operator)), equals: ids.reversed(), "the operator's list")
            try expect(try await stage.list(TaskQuery(in: .owner("ann"))), equals: ids.reversed(), "the owner's list")
        },
        StoreBehaviour("a list shows of a task what its summary says") { stage in
            let parent = try await stage.add()
            let running = try await stage.addRunning { draft in
                draft.name = "builder"
                draft.parent = parent.id
            }
            var record = try await stage.change(running, at: Stage.at(2)) { record in
                record.statusMessage = "on"
                record.progress = TaskProgress(done: 0.5, total: 1)
                record.outputBytes = 77
            }
            record = try await stage.advance(record, .cancelRequested, at: Stage.at(3))
            record = try await stage.advance(record, .cancelForced, at: Stage.at(4)) { $0.result = .text("partial") }
            let listed = try await stage.summaries(TaskQuery(in: .owner("ann")))
            try expect(listed, equals: [TaskSummary(record), TaskSummary(parent)], "the summaries")
        },
        StoreBehaviour("an owner's list shows no other's tasks") { stage in
            let mine = try await stage.add()
            let theirs = try await stage.add { $0.owner = "bob" }
            try expect(try await stage.list(TaskQuery(in: .owner("ann"))), equals: [mine.id], "the owner's list")
            try expect(try await stage.list(TaskQuery(in: .operator)), equals: [theirs.id, mine.id], "the operator's list")
            try expect(try await stage.list(TaskQuery(in: .owner("eve"))), equals: [], "a stranger's list")
        },
        StoreBehaviour("a list keeps its order while tasks change") { stage in
            let first = try await stage.add()
            let second = try await stage.add()
            try await stage.change(first, at: Stage.at(100)) { $0.statusMessage = "on" }
            _ = try await stage.claim(limit: 2)
            try expect(try await stage.list(TaskQuery(in: .operator)), equals: [second.id, first.id], "the list")
        },
    ]

    static let filtering = [
        StoreBehaviour("a list of some statuses shows those and no others, in one order") { stage in
            let ids = try await stage.addOneOfEach()
            let all = try await stage.list(TaskQuery(in: .operator))
            for scope in [Scope.operator, .owner("ann")] {
                for status in TaskStatus.allCases {
                    let id = try require(ids[status], "the task")
                    try expect(try await stage.list(TaskQuery(in: scope, statuses: [status])), equals: [id], "'\(status.rawValue)'")
                    let others = Set(TaskStatus.allCases).subtracting([status])
                    let listed = try await stage.list(TaskQuery(in: scope, statuses: others))
                    try expect(listed, equals: all.filter { $0 != id }, "all but '\(status.rawValue)'")
                }
                let ended = try await stage.list(TaskQuery(in: scope, statuses: [.completed, .failed, .cancelled]))
                try expect(Set(ended), equals: Set([ids[.completed], ids[.failed], ids[.cancelled]].compactMap { $0 }), "the ended ones")
            }
        },
        StoreBehaviour("a task leaves the list of its status when it takes another") { stage in
            let running = try await stage.addRunning()
            try expect(try await stage.list(TaskQuery(in: .operator, statuses: [.running])), equals: [running.id], "before")
            try await stage.advance(running, .completed)
            try expect(try await stage.list(TaskQuery(in: .operator, statuses: [.running])), equals: [], "after")
            try expect(try await stage.list(TaskQuery(in: .operator, statuses: [.completed])), equals: [running.id], "the new list")
        },
        StoreBehaviour("lists by name, by the beginning of an id and by time show what matches, alone and together") { stage in
            let early = try await stage.addRunning { draft in
                draft.name = "build"
                draft.createdAt = Stage.at(1)
            }
            try await stage.advance(early, .completed, at: Stage.at(2))
            let late = try await stage.add { draft in
                draft.name = "build"
                draft.createdAt = Stage.at(9)
            }
            let other = try await stage.add { draft in
                draft.name = "Build"
                draft.owner = "bob"
                draft.createdAt = Stage.at(5)
            }
            let scope = Scope.owner("ann")
            try expect(try await stage.list(TaskQuery(in: scope, name: "build")), equals: [late.id, early.id], "by name")
            try expect(try await stage.list(TaskQuery(in: .operator, name: "Build")), equals: [other.id], "by another's name")
            try expect(try await stage.list(TaskQuery(in: scope, name: "Build")), equals: [], "by a stranger's name")
            try expect(try await stage.list(TaskQuery(in: scope, statuses: [.queued], name: "build")), equals: [late.id], "and by status")
            let prefix = try require(TaskID.prefix(from: late.id.description), "the beginning of an id")
            try expect(try await stage.list(TaskQuery(in: scope, idPrefix: prefix)), equals: [late.id], "by the beginning of an id")
            try expect(try await stage.list(TaskQuery(in: .owner("bob"), idPrefix: prefix)), equals: [], "by the beginning of a stranger's")
            let both = TaskQuery(in: scope, name: "build", idPrefix: prefix)
            try expect(try await stage.list(both), equals: [late.id], "by both")
            try expect(try await stage.list(TaskQuery(in: scope, createdBefore: Stage.at(9))), equals: [early.id], "made before")
            let between = TaskQuery(in: .operator, createdSince: Stage.at(2), createdBefore: Stage.at(9))
            try expect(try await stage.list(between), equals: [other.id], "made between")
            try expect(
                try await stage.list(TaskQuery(in: scope, name: "build", createdBefore: Stage.at(9))),
                equals: [early.id],
                "and named"
            )
        },
        StoreBehaviour("lists by tool, by parent and by queue show what matches exactly") { stage in
            let parent = try await stage.add()
            let child = try await stage.add { $0.parent = parent.id }
            let tool = try await stage.add { $0.tool = "shell2" }
            let queue = try await stage.add { $0.queue = "slow" }
            for scope in [Scope.operator, .owner("ann")] {
                try expect(try await stage.list(TaskQuery(in: scope, tool: "shell2")), equals: [tool.id], "by tool")
                let shells = [queue.id, child.id, parent.id]
                try expect(try await stage.list(TaskQuery(in: scope, tool: "shell")), equals: shells, "by the other tool")
                try expect(try await stage.list(TaskQuery(in: scope, tool: "Shell")), equals: [], "by no tool")
                try expect(try await stage.list(TaskQuery(in: scope, parent: parent.id)), equals: [child.id], "by parent")
                try expect(try await stage.list(TaskQuery(in: scope, parent: child.id)), equals: [], "by a parent without children")
                try expect(try await stage.list(TaskQuery(in: scope, queue: "slow")), equals: [queue.id], "by queue")
                let usual = [tool.id, child.id, parent.id]
                try expect(try await stage.list(TaskQuery(in: scope, queue: "default")), equals: usual, "by the usual queue")
            }
        },
        StoreBehaviour("a list by reason shows what has its status for that reason, whatever the status, and adds up with other filters") {
            stage in
            let parent = try await stage.add()
            let slow = try await stage.addFinished(.limitReached(.wallLimit))
            let broken = try await stage.addFinished(.failed(.toolError)) { $0.parent = parent.id }
            let other = try await stage.addFinished(.failed(.toolError)) {
                $0.tool = "shell2"
                $0.queue = "slow"
            }
            let again = try await stage.advance(try await stage.addRunning(), .retried(.toolError))
            for scope in [Scope.operator, .owner("ann")] {
                func ids(_ query: TaskQuery) async throws -> [TaskID] { try await stage.list(query) }
                try expect(try await ids(TaskQuery(in: scope, reason: .wallLimit)), equals: [slow.id], "by one reason")
                let failing = [again.id, other.id, broken.id]
                try expect(try await ids(TaskQuery(in: scope, reason: .toolError, limit: 2)), equals: failing, "by another")
                let failed = TaskQuery(in: scope, statuses: [.failed], reason: .toolError)
                try expect(try await ids(failed), equals: [other.id, broken.id], "by reason and status")
                try expect(try await ids(TaskQuery(in: scope, tool: "shell2", reason: .toolError)), equals: [other.id], "and tool")
                try expect(try await ids(TaskQuery(in: scope, queue: "slow", reason: .toolError)), equals: [other.id], "and queue")
                try expect(try await ids(TaskQuery(in: scope, parent: parent.id, reason: .toolError)), equals: [broken.id], "and parent")
                try expect(try await ids(TaskQuery(in: scope, parent: parent.id, reason: .orphaned)), equals: [], "and parent, by none")
                try expect(try await ids(TaskQuery(in: scope, reason: TaskReason("Wall_limit"))), equals: [], "by no reason")
            }
            try expect(try await stage.list(TaskQuery(in: .owner("eve"), reason: .toolError)), equals: [], "a stranger's list")
        },
        StoreBehaviour("filters add up") { stage in
            let parent = try await stage.add { $0.tool = "root" }.id
            var expected: [TaskQuery: [TaskID]] = [:]
            let choices = [("shell", "default"), ("shell", "slow"), ("agent", "default"), ("agent", "slow")]
            for (index, (tool, queue)) in (choices + choices).enumerated() {
                let isChild = index < 4
                let record = try await stage.add { draft in
                    draft.tool = tool
                    draft.queue = queue
                    draft.parent = isChild ? parent : nil
                    draft.owner = index % 2 == 0 ? "ann" : "bob"
                }
                if index % 3 == 0 { try await stage.advance(record, .cancelRequested) }
                let status: TaskStatus = index % 3 == 0 ? .cancelled : .queued
                let query = TaskQuery(
                    in: .owner(record.owner),
                    statuses: [status],
                    tool: tool,
                    parent: isChild ? parent : nil,
                    queue: queue
                )
                expected[query, default: []].append(record.id)
            }
            for (query, ids) in expected {
                // A list without a parent shows the children too.
                let listed = try await stage.summaries(query).filter { $0.parent == query.parent }
                try expect(listed.map(\.id), equals: ids.reversed(), "the list \(query)")
                var all = query
                all.scope = .operator
                try expect(Set(try await stage.list(all)).isSuperset(of: ids), "the operator's list misses some of \(query)")
            }
        },
        StoreBehaviour("a list since a time shows what was created then or later, also when the clock went back") { stage in
            let times: [Int64] = [10, 40, 20, 5, 60, 30, 60, 1]
            let ids = try await times.asyncMap { time in try await stage.add { $0.createdAt = Stage.at(time) }.id }
            for since in Int64(0)...61 {
                let expected = zip(ids, times).filter { $0.1 >= since }.map(\.0)
                for scope in [Scope.operator, .owner("ann")] {
                    let listed = try await stage.list(TaskQuery(in: scope, createdSince: Stage.at(since), limit: 3))
                    try expect(listed, equals: expected.reversed(), "the list since \(since)")
                }
            }
        },
        StoreBehaviour("a parent's children of another owner stay hidden") { stage in
            let parent = try await stage.add()
            let mine = try await stage.add { $0.parent = parent.id }
            let theirs = try await stage.add {
                $0.parent = parent.id
                $0.owner = "bob"
            }
            try expect(try await stage.list(TaskQuery(in: .owner("ann"), parent: parent.id)), equals: [mine.id], "the owner's list")
            let all = try await stage.list(TaskQuery(in: .operator, parent: parent.id))
            try expect(all, equals: [theirs.id, mine.id], "the operator's list")
        },
    ]
}

extension Stage {
    /// Records a task of each status.
    func addOneOfEach() async throws -> [TaskStatus: TaskID] {
        var ids: [TaskStatus: TaskID] = [:]
        ids[.completed] = try await addFinished(.completed).id
        let waiting = try await addRunning()
        ids[.inputRequired] = try await advance(waiting, .inputRequested).id
        ids[.failed] = try await addFinished(.failed(.toolError)).id
        ids[.running] = try await addRunning().id
        let stopped = try await addRunning()
        ids[.stopped] = try await advance(stopped, .stopped(.orphaned)).id
        ids[.queued] = try await add().id
        ids[.cancelled] = try await addFinished(.cancelled).id
        return ids
    }
}
