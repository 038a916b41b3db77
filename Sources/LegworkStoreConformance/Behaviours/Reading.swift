import LegworkCore

extension StoreBehaviour {
    static let reading = [
        StoreBehaviour("a foreign task and a missing task give the same answer") { stage in
            let record = try await stage.add { $0.name = "builder" }
            let stranger = Scope.owner("bob")
            for id in [record.id, .random()] {
                try expect(try await stage.store.task(TaskLookup(id, in: stranger)), equals: nil, "the task")
                try expect(try await stage.store.events(EventQuery(of: id, in: stranger)), equals: nil, "the timeline")
                let found = try await stage.store.find(TaskSearch(.prefix(id.description), in: stranger))
                try expect(found, equals: [], "what the id finds")
                try expect(try await stage.list(TaskQuery(in: stranger, parent: id)), equals: [], "the children")
            }
            try expect(try await stage.store.find(TaskSearch(.name("builder"), in: stranger)), equals: [], "what the name finds")
        },
        StoreBehaviour("an owner reads its tasks, and the operator everybody's") { stage in
            let record = try await stage.add()
            try expect(try await stage.store.task(TaskLookup(record.id, in: .owner("ann"))), equals: record, "what the owner reads")
            try expect(try await stage.store.task(TaskLookup(record.id, in: .operator)), equals: record, "what the operator reads")
            let events = try await stage.store.events(EventQuery(of: record.id, in: .owner("ann")))
            try expect(events?.map(\.kind), equals: [.created], "the timeline")
        },
        StoreBehaviour("owners are compared exactly") { stage in
            let record = try await stage.add { $0.owner = "ann" }
            for other in ["Ann", "ann ", "an", "ann%", "", "ann\u{0}", "a_n"] {
                let scope = Scope.owner(Owner(other))
                try expect(try await stage.store.task(TaskLookup(record.id, in: scope)), equals: nil, "what '\(other)' reads")
                try expect(try await stage.list(TaskQuery(in: scope)), equals: [], "what '\(other)' lists")
                try expect(try await stage.store.counts(scope).total, equals: 0, "what '\(other)' counts")
            }
        },
        StoreBehaviour("what a write was acknowledged for is read at once") { stage in
            _ = try await Stage.concurrently(50) { _ in
                let record = try await stage.add()
                try expect(try await stage.task(record.id), equals: record, "the new task")
                let changed = try await stage.change(record) { $0.statusMessage = "on" }
                try expect(try await stage.task(record.id), equals: changed, "the changed task")
            }
        },
    ]

    static let finding = [
        StoreBehaviour("a prefix finds every task whose id begins with it, and a whole id the one") { stage in
            let ids = try ["abcdaaaa", "abcdbbbb", "abceaaaa"].map { digits in
                try require(TaskID(TaskID.marker + digits + String(repeating: "a", count: 18)), "the id")
            }
            for id in ids { try await stage.add { $0.id = id } }
            try expect(try await stage.found(.prefix("task_abcd")), equals: [ids[1], ids[0]], "what the prefix finds")
            try expect(try await stage.found(.prefix("task_abcda")), equals: [ids[0]], "what a longer prefix finds")
            try expect(try await stage.found(.prefix(ids[2].description)), equals: [ids[2]], "what the whole id finds")
            try expect(try await stage.found(.prefix("task_abcf")), equals: [], "what another prefix finds")
            try expect(try await stage.found(.prefix("task_zzzz7777")), equals: [], "what a prefix of the end finds")
        },
        StoreBehaviour("what is no prefix finds nothing") { stage in
            let record = try await stage.add()
            let digits = String(record.id.description.dropFirst(TaskID.marker.count))
            for prefix in ["", "task_", "task_abc", digits, "TASK_ABCD", "task_%%%%", "task_____", record.id.description + "a"] {
                try expect(try await stage.found(.prefix(prefix)), equals: [], "what '\(prefix)' finds")
            }
        },
        StoreBehaviour("a name finds the live task first, then those that ended, the newest first") { stage in
            var ids: [TaskID] = []
            for _ in 0..<3 { ids.append(try await stage.addFinished { $0.name = "nightly" }.id) }
            let live = try await stage.add { $0.name = "nightly" }
            _ = try await stage.add { $0.name = "nightly2" }
            let ended = try await stage.addFinished {
                $0.name = "nightly"
                $0.owner = "bob"
            }
            let mine = try await stage.store.find(TaskSearch(.name("nightly"), in: .owner("ann")))
            try expect(mine.map(\.id), equals: [live.id] + ids.reversed(), "what the owner finds")
            try expect(try await stage.found(.name("nightly")), equals: [live.id, ended.id] + ids.reversed(), "what the operator finds")
            try expect(try await stage.found(.name("night")), equals: [], "what half a name finds")
        },
        StoreBehaviour("a search gives at most as many tasks as asked for") { stage in
            var ids: [TaskID] = []
            for _ in 0..<4 { ids.append(try await stage.addFinished { $0.name = "nightly" }.id) }
            for limit in -1...5 {
                let expected = Array(ids.reversed().prefix(max(0, limit)))
                try expect(try await stage.found(.name("nightly"), limit: limit), equals: expected, "at most \(limit)")
            }
        },
        StoreBehaviour("a search gives what a list would show") { stage in
            let running = try await stage.addRunning { $0.name = "nightly" }
            let record = try await stage.change(running) { record in
                record.statusMessage = "on"
                record.progress = TaskProgress(done: 2)
            }
            let found = try await stage.store.find(TaskSearch(.name("nightly"), in: .operator))
            try expect(found, equals: [TaskSummary(record)], "the summary")
        },
    ]
}

extension Stage {
    fileprivate func found(_ key: TaskSearch.Key, limit: Int = 100) async throws -> [TaskID] {
        try await store.find(TaskSearch(key, in: .operator, limit: limit)).map(\.id)
    }
}
