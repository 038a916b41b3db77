import LegworkCore

extension StoreBehaviour {
    static let scheduling = [
        StoreBehaviour("a schedule comes back as it was recorded, to whom it belongs") { stage in
            let record = Stage.schedule(name: "nightly") { record in
                record.catchUp = .all
                record.overlap = .allow
                record.isWatcher = true
                record.queue = "slow"
                record.priority = -3
                record.lastAt = Stage.at(1)
                record.lastTask = .random()
                record.fired = 7
                record.skipped = 2
                record.problem = "why"
                record.redirects = [
                    Redirect(to: "ops", target: "x", on: [.failed], maximumCharacters: 9, isStanding: true), Redirect(to: "mail"),
                ]
            }
            try await stage.add(record)
            for scope in [Scope.operator, .owner("ann")] {
                for reference in [record.id.description, String(record.id.description.prefix(12)), "nightly"] {
                    let found = try await stage.store.schedules(ScheduleQuery(in: scope, reference: reference))
                    try expect(found, equals: [record], "what '\(reference)' finds")
                }
            }
            for reference in ["", "nightl", "Nightly", "sched_~", "nightly~"] {
                let found = try await stage.store.schedules(ScheduleQuery(in: .operator, reference: reference))
                try expect(found, equals: [], "what '\(reference)' finds")
            }
            try expect(try await stage.schedule(record.id, in: .owner("bob")), equals: nil, "what another owner sees")
            try expect(try await stage.store.delete(ScheduleLookup(record.id, in: .owner("bob"))), equals: false, "a foreign delete")
            try expect(try await stage.store.delete(ScheduleLookup(record.id, in: .owner("ann"))), equals: true, "the delete")
            try expect(try await stage.store.delete(ScheduleLookup(record.id, in: .operator)), equals: false, "a second delete")
            try expect(try await stage.schedule(record.id), equals: nil, "what is deleted")
        },
        StoreBehaviour("a schedule's name is its owner's alone, and free again when it is deleted; its id is nobody else's") { stage in
            let first = try await stage.add(Stage.schedule(name: "nightly"))
            let second = Stage.schedule(name: "nightly")
            try expect(try await stage.store.insert(ScheduleInsert(second)), equals: .nameTaken(first), "a second of the name")
            try await stage.add(Stage.schedule(owner: "bob", name: "nightly"))
            _ = try await stage.store.delete(ScheduleLookup(first.id, in: .operator))
            try await stage.add(second)
            try await expectThrows(.duplicateID, "the same id again") { _ = try await stage.store.insert(ScheduleInsert(second)) }
        },
        StoreBehaviour("schedules are listed in the order of their ids, a page at a time, by state and owner") { stage in
            var records: [ScheduleRecord] = []
            for index in 0..<12 {
                let record = Stage.schedule(owner: index % 3 == 0 ? "bob" : "ann") { record in
                    record.state = [.active, .paused, .ended][index % 3]
                }
                records.append(try await stage.add(record))
            }
            records.sort { $0.id.description < $1.id.description }
            try expect(try await stage.store.schedules(ScheduleQuery(in: .operator)), equals: records, "all")
            let mine = records.filter { $0.owner == "ann" }
            try expect(try await stage.store.schedules(ScheduleQuery(in: .owner("ann"))), equals: mine, "one owner's")
            var paged: [ScheduleRecord] = []
            while true {
                let page = try await stage.store.schedules(ScheduleQuery(in: .owner("ann"), after: paged.last?.id, limit: 3))
                if page.isEmpty { break }
                paged += page
            }
            try expect(paged, equals: mine, "page after page")
            let ended = try await stage.store.schedules(ScheduleQuery(in: .operator, states: [.ended], limit: 2))
            try expect(ended, equals: Array(records.filter { $0.state == .ended }.prefix(2)), "the first that have ended")
        },
        StoreBehaviour("what is due is the active schedules whose time has come, and when the next comes") { stage in
            let late = try await stage.add(Stage.schedule(nextAt: Stage.at(10)))
            let later = try await stage.add(Stage.schedule(owner: "bob", nextAt: Stage.at(20)))
            try await stage.add(Stage.schedule(nextAt: Stage.at(5)) { $0.state = .paused })
            try await stage.add(Stage.schedule(nextAt: nil) { $0.state = .ended })
            try expect(try await stage.dueSchedules(at: Stage.at(9)), equals: DueSchedules([], next: Stage.at(10)), "before the first")
            try expect(try await stage.dueSchedules(at: Stage.at(10)), equals: DueSchedules([late], next: Stage.at(20)), "at the first")
            try expect(try await stage.dueSchedules(at: Stage.at(99)), equals: DueSchedules([late, later], next: nil), "after both")
            try expect(try await stage.dueSchedules(at: Stage.at(99), limit: 1).records, equals: [late], "the first of both")
            _ = try await stage.store.commit(Stage.firing(late, then: Stage.at(200)))
            try expect(
                try await stage.dueSchedules(at: Stage.at(99)),
                equals: DueSchedules([later], next: Stage.at(200)),
                "once one moved on"
            )
            _ = try await stage.store.delete(ScheduleLookup(later.id, in: .operator))
            try expect(try await stage.dueSchedules(at: Stage.at(99)), equals: DueSchedules([], next: Stage.at(200)), "once one is deleted")
        },
        StoreBehaviour("a time makes one task, however many make it at once") { stage in
            let record = try await stage.add(Stage.schedule())
            let results = try await Stage.concurrently(16) { _ in
                try await stage.store.commit(Stage.firing(record, then: Stage.at(120)))
            }
            try expect(results.count { $0 == .applied(.inserted) }, equals: 1, "how many succeeded")
            let stored = try require(try await stage.schedule(record.id), "the schedule")
            try expect(results.count { $0 == .stale(stored) }, equals: 15, "how many came too late")
            let tasks = try await stage.store.tasks(TaskQuery(in: .owner("ann"), run: record.id.description)).tasks
            try expect(tasks.map(\.id), equals: [try require(stored.lastTask, "its task")], "the tasks")
            try expect((stored.fired, stored.version) == (1, 2), equals: true, "that it moved on once")
        },
        StoreBehaviour("a schedule moves on also when its task is there already, and not when its task cannot be written") { stage in
            let record = try await stage.add(Stage.schedule())
            let change = Stage.firing(record, then: Stage.at(120))
            let task = try require(change.task, "the task")
            try expect(try await stage.store.insert(task), equals: .inserted, "the task of before")
            var again = change
            again.task = Draft.with { draft in draft.key = task.record.idempotencyKey }.request
            try expect(try await stage.store.commit(again), equals: .applied(.existing(task.record)), "the change")
            try expect(try await stage.schedule(record.id)?.nextAt, equals: Stage.at(120), "the next time")
            let moved = try require(try await stage.schedule(record.id), "the schedule")
            var bad = Stage.firing(moved, then: nil)
            bad.task?.record.idempotencyKey = nil
            bad.task = InsertRequest(Draft.with { $0.id = task.record.id }.request.record)
            let broken = bad
            try await expectThrows(.duplicateID, "a task whose id is taken") { _ = try await stage.store.commit(broken) }
            try expect(try await stage.schedule(record.id), equals: moved, "the schedule")
        },
        StoreBehaviour("a change of a schedule needs its version, and leaves owner and name as they are") { stage in
            let record = try await stage.add(Stage.schedule(name: "nightly"))
            var paused = record
            paused.state = .paused
            paused.touch(at: Stage.at(1))
            try expect(try await stage.store.commit(ScheduleChange(paused, replacing: 1)), equals: .applied(nil), "the change")
            try expect(try await stage.schedule(record.id), equals: paused, "the schedule")
            try expect(try await stage.store.commit(ScheduleChange(paused, replacing: 1)), equals: .stale(paused), "the same once more")
            let stranger = Stage.schedule()
            try expect(try await stage.store.commit(ScheduleChange(stranger, replacing: 1)), equals: .stale(nil), "a change of none")
            var renamed = paused
            renamed.name = "daily"
            let change = ScheduleChange(renamed, replacing: 2)
            try await expectThrows(.invalid, "another name") { _ = try await stage.store.commit(change) }
        },
        StoreBehaviour("an owner has so many live schedules, and of those that have ended the newest stay") { stage in
            for index in 0..<3 { try await stage.add(Stage.schedule { $0.state = index == 0 ? .paused : .active }) }
            let more = ScheduleInsert(Stage.schedule(), limit: 3)
            try expect(try await stage.store.insert(more), equals: .full, "one too many")
            let other = ScheduleInsert(Stage.schedule(owner: "bob"), limit: 3)
            try expect(try await stage.store.insert(other), equals: .inserted, "another owner's")
            for index in 0..<ScheduleInsert.maximumEnded + 20 {
                let ended = Stage.schedule(owner: "eve", nextAt: nil, createdAt: Stage.at(Int64(index))) { $0.state = .ended }
                try await stage.add(ended)
            }
            let kept = try await stage.store.schedules(ScheduleQuery(in: .owner("eve"))).map(\.createdAt).sorted()
            let first = Int64(20 - 1)
            try expect(kept.count, equals: ScheduleInsert.maximumEnded + 1, "how many are kept")
            try expect(kept.first, equals: Stage.at(first), "the oldest that is kept")
        },
        StoreBehaviour("whoever watches hears of schedules that are made, changed or deleted, and of the tasks they make") { stage in
            let heard = stage.store.scheduleChanges()
            let tasks = stage.store.changes()
            let record = try await stage.add(Stage.schedule())
            let change = Stage.firing(record, then: Stage.at(120))
            // Of what a store refuses nobody hears: it would be waited for without end.
            try expect(try await stage.store.commit(change), equals: .applied(.inserted), "the commit")
            _ = try await stage.store.delete(ScheduleLookup(record.id, in: .operator))
            for await ids in heard where ids.contains(record.id) { break }
            let task = try require(change.task, "the task").record.id
            for await ids in tasks where ids.contains(task) { break }
        },
        StoreBehaviour("schedules outlive a restart") { stage in
            let record = try await stage.add(Stage.schedule(name: "nightly"))
            let change = Stage.firing(record, then: Stage.at(120))
            _ = try await stage.store.commit(change)
            guard let store = try await stage.provider.reopen(stage.store, timeline: stage.timeline) else { return }
            let found = try await store.schedules(ScheduleQuery(in: .operator))
            let due = try await store.dueSchedules(DueScheduleQuery(now: Stage.at(500)))
            await stage.provider.remove(store)
            try expect(found, equals: [change.record], "the schedules")
            try expect(due.records, equals: [change.record], "what is due")
        },
    ]
}
