import LegworkCore

extension StoreBehaviour {
    static let keeping = [
        StoreBehaviour("a purge spares what is pinned or waits to be read, unless it is to take all") { stage in
            let plain = try await stage.addFinished()
            let pinned = try await stage.change(try await stage.addFinished()) { $0.isPinned = true }
            let unread = try await stage.addFinished { $0.keepsUntilRead = true }
            for scope in [Scope.operator, .owner("ann")] {
                let expected = scope == .operator ? [plain.id] : []
                let purged = try await stage.store.purge(PurgeRequest(in: scope, finishedBefore: Stage.at(1)))
                try expect(purged, equals: expected, "the purged tasks")
            }
            try expect(try await stage.list(TaskQuery(in: .operator)), equals: [unread.id, pinned.id], "the rest")
            let all = PurgeRequest(in: .owner("ann"), finishedBefore: Stage.at(1), includesKept: true)
            try expect(try await stage.store.purge(all), equals: [pinned.id, unread.id], "the tasks purged in the end")
            try await stage.expectCountsToAgree(.operator)
        },
        StoreBehaviour("what was pinned or waited to be read goes with the rest once it is not kept any more") { stage in
            var pinned = try await stage.addFinished(at: Stage.at(1)) { $0.keepsUntilRead = true }
            let unread = try await stage.addFinished(at: Stage.at(2)) { $0.keepsUntilRead = true }
            func purge() async throws -> [TaskID] {
                try await stage.store.purge(PurgeRequest(in: .operator, finishedBefore: Stage.at(9)))
            }
            pinned = try await stage.change(pinned) { record in
                record.isPinned = true
                record.readAt = Stage.at(3)
            }
            try expect(try await purge(), equals: [], "the tasks purged while both are kept")
            let read = try await stage.change(unread) { $0.readAt = Stage.at(4) }
            try expect(try await purge(), equals: [read.id], "the tasks purged when one was read")
            try await stage.change(pinned) { $0.isPinned = false }
            try expect(try await purge(), equals: [pinned.id], "the tasks purged when the other is pinned no more")
        },
        StoreBehaviour("a task that was pinned before it ended is spared too") { stage in
            let running = try await stage.addRunning()
            let pinned = try await stage.change(running) { $0.isPinned = true }
            let ended = try await stage.advance(pinned, .completed)
            let request = PurgeRequest(in: .operator, finishedBefore: Stage.at(1))
            try expect(try await stage.store.purge(request), equals: [], "the purged tasks")
            try expect(try await stage.task(ended.id), equals: ended, "the task")
        },
        StoreBehaviour("a purge takes those that ended first, kept or not, as many as asked for") { stage in
            var ids: [TaskID] = []
            for (index, second) in [5, 3, 1, 4, 2, 3].enumerated() {
                let event: TaskLifecycle.Event = index % 2 == 0 ? .completed : .failed(.toolError)
                ids.append(try await stage.addFinished(event, at: Stage.at(Int64(second))) { $0.keepsUntilRead = index % 3 == 0 }.id)
            }
            // By the time of the end, then by arrival.
            let expected = [ids[2], ids[4], ids[1], ids[5], ids[3], ids[0]]
            var purged: [TaskID] = []
            for limit in [1, 2, 3] {
                let request = PurgeRequest(in: .operator, finishedBefore: Stage.at(9), includesKept: true, limit: limit)
                purged += try await stage.store.purge(request)
            }
            try expect(purged, equals: expected, "the purged tasks")
        },
        StoreBehaviour("an unread message, a dead letter or a notice keeps no task from being purged") { stage in
            let letters = try await stage.addLetters(["a"])
            let notices = try await stage.notices()
            let purged = try await stage.store.purge(PurgeRequest(in: .operator, finishedBefore: Stage.at(1)))
            try expect(purged, equals: letters.map(\.recipient), "the purged tasks")
            try expect(try await stage.letters(), equals: letters, "the dead letters")
            try expect(try await stage.notices(), equals: notices, "the notices")
            try expect(notices.map(\.task), equals: letters.map(\.recipient), "what the notices are about")
            // The id may come again: its inbox and its end are new.
            let again = try await stage.addListening { $0.id = letters[0].recipient }
            try expect(try await stage.take(again), equals: [], "the messages of a task of the same id")
            try await stage.advance(again, .completed)
            try expect(try await stage.notices().count, equals: 2, "the number of ends that were told")
        },
    ]
}
