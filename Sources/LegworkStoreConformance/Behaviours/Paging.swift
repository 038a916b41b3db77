import LegworkCore

extension StoreBehaviour {
    static let paging = [
        StoreBehaviour("pages together show every task once, whatever their size") { stage in
            for index in 0..<23 {
                let record = try await stage.add { $0.owner = index % 5 == 0 ? "bob" : "ann" }
                if index % 3 == 0 { try await stage.advance(record, .cancelRequested) }
            }
            for scope in [Scope.operator, .owner("ann")] {
                for statuses in [[], [.queued], [.queued, .cancelled]] as [Set<TaskStatus>] {
                    let whole = try await stage.list(TaskQuery(in: scope, statuses: statuses, limit: 1000))
                    for limit in 1...24 {
                        let paged = try await stage.list(TaskQuery(in: scope, statuses: statuses, limit: limit))
                        try expect(paged, equals: whole, "pages of \(limit)")
                    }
                }
            }
        },
        StoreBehaviour("a page is full unless it is the last, and the last one names no next") { stage in
            for _ in 0..<6 { try await stage.add() }
            let first = try await stage.store.tasks(TaskQuery(in: .operator, limit: 4))
            try expect(first.tasks.count, equals: 4, "the first page")
            let cursor = try require(first.next, "the next page's cursor")
            let second = try await stage.store.tasks(TaskQuery(in: .operator, limit: 4, cursor: cursor))
            try expect(second.tasks.count, equals: 2, "the second page")
            try expect(second.next, equals: nil, "the end")
            let exact = try await stage.store.tasks(TaskQuery(in: .operator, limit: 6))
            try expect(exact.tasks.count, equals: 6, "a page of just the size")
            try expect(exact.next, equals: nil, "the end of a page of just the size")
        },
        StoreBehaviour("tasks that are recorded meanwhile disturb no page") { stage in
            let ids = try await (0..<6).asyncMap { _ in try await stage.add().id }
            var query = TaskQuery(in: .owner("ann"), limit: 2)
            var seen: [TaskID] = []
            while true {
                let page = try await stage.store.tasks(query)
                seen += page.tasks.map(\.id)
                try await stage.add()
                guard let next = page.next else { break }
                query.cursor = next
            }
            try expect(seen, equals: ids.reversed(), "what the pages showed")
        },
        StoreBehaviour("tasks that end or are purged meanwhile disturb no page") { stage in
            let tasks = try await (0..<6).asyncMap { _ in try await stage.addFinished() }
            let first = try await stage.store.tasks(TaskQuery(in: .operator, limit: 2))
            _ = try await stage.store.purge(PurgeRequest(in: .operator, finishedBefore: Stage.at(1), limit: 1000))
            let late = try await stage.add()
            let cursor = try require(first.next, "the cursor")
            try expect(first.tasks.map(\.id), equals: [tasks[5].id, tasks[4].id], "the first page")
            let second = try await stage.store.tasks(TaskQuery(in: .operator, limit: 2, cursor: cursor))
            try expect(second, equals: TaskPage([], next: nil), "the second page")
            try expect(try await stage.list(TaskQuery(in: .operator)), equals: [late.id], "a new list")
        },
        StoreBehaviour("a cursor that was printed goes on where it was") { stage in
            for _ in 0..<4 { try await stage.add() }
            let first = try await stage.store.tasks(TaskQuery(in: .operator, limit: 2))
            let cursor = try require(first.next, "the cursor")
            let read = try require(TaskCursor(cursor.description), "the cursor as text")
            try expect(read, equals: cursor, "the cursor")
        },
        StoreBehaviour("a cursor before the first task shows an empty page, one after the newest shows all") { stage in
            let record = try await stage.add()
            let before = try await stage.store.tasks(TaskQuery(in: .operator, cursor: TaskCursor(position: 1)))
            try expect(before.tasks, equals: [], "the page before the first")
            let after = try await stage.store.tasks(TaskQuery(in: .operator, cursor: TaskCursor(position: .max)))
            try expect(after.tasks.map(\.id), equals: [record.id], "the page from the end")
        },
        StoreBehaviour("a page's limit is held within its bounds") { stage in
            for _ in 0..<3 { try await stage.add() }
            for (limit, count) in [(0, 1), (-5, 1), (1, 1), (Int.max, 3)] {
                var query = TaskQuery(in: .operator)
                query.limit = limit
                try expect(try await stage.store.tasks(query).tasks.count, equals: count, "a page of \(limit)")
            }
        },
    ]

    static let counting = [
        StoreBehaviour("counts are those of the lists, for every owner and the operator") { stage in
            _ = try await stage.addOneOfEach()
            for index in 0..<5 { try await stage.add { $0.owner = index < 2 ? "bob" : "eve" } }
            _ = try await stage.addRunning { $0.owner = "bob" }
            for scope in [Scope.operator, .owner("ann"), .owner("bob"), .owner("eve"), .owner("nobody")] {
                try await stage.expectCountsToAgree(scope)
            }
            try expect(try await stage.store.counts(.operator).total, equals: 13, "all tasks")
            try expect(try await stage.store.counts(.owner("bob")).total, equals: 3, "one owner's tasks")
            try expect(try await stage.store.counts(.owner("nobody")), equals: TaskCounts(), "a stranger's tasks")
        },
        StoreBehaviour("counts agree with the lists after many changes at once") { stage in
            _ = try await Stage.concurrently(120) { index in
                let owner = Owner("owner-\(index % 3)")
                let running = try await stage.addRunning { $0.owner = owner }
                switch index % 5 {
                case 0: try await stage.advance(running, .completed)
                case 1: try await stage.advance(running, .failed(.toolError))
                case 2: try await stage.advance(running, .interrupted(.shutdown))
                case 3: _ = try await stage.store.purge(PurgeRequest(in: .owner(owner), finishedBefore: Stage.at(1), limit: 2))
                case _: break
                }
            }
            try await stage.expectCountsToAgree(.operator)
            for index in 0..<3 { try await stage.expectCountsToAgree(.owner(Owner("owner-\(index)"))) }
        },
    ]
}
