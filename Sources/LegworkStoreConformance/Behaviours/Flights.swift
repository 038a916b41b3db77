import LegworkCore

extension StoreBehaviour {
    static let flights = [
        StoreBehaviour("a flight key finds the live task that has it, as it stands, and nothing is written") { stage in
            var record = try await stage.addRunning { $0.flight = "report" }
            for event in [nil, TaskLifecycle.Event.inputRequested, .stopped(.orphaned), .resumed] {
                if let event { record = try await stage.advance(record, event) }
                let result = try await stage.store.insert(Draft.with { $0.flight = "report" }.request)
                try expect(result, equals: .existing(record), "an insert while the task is \(record.status.rawValue)")
            }
            try expect(try await stage.store.counts(.operator).total, equals: 1, "the number of tasks")
        },
        StoreBehaviour("a flight key is free again once its task has ended") { stage in
            for event in [TaskLifecycle.Event.completed, .failed(.toolError), .cancelled] {
                let ended = try await stage.addFinished(event) { $0.flight = "report" }
                try expect(try await stage.task(ended.id)?.flightKey, equals: "report", "the key of the task that has ended")
            }
            let live = try await stage.add { $0.flight = "report" }
            _ = try await stage.store.purge(PurgeRequest(in: .operator, finishedBefore: Stage.at(1)))
            let result = try await stage.store.insert(Draft.with { $0.flight = "report" }.request)
            try expect(result, equals: .existing(live), "an insert after the purge of those that have ended")
        },
        StoreBehaviour("a flight key belongs to its owner, and is no idempotency key and no name") { stage in
            try await stage.add { $0.flight = "report" }
            for change in [{ $0.owner = "bob" }, { $0.flight = "Report" }, { $0.flight = nil }] as [(inout Draft) -> Void] {
                try await stage.add { draft in
                    draft.flight = "report"
                    change(&draft)
                }
            }
            try await stage.add { $0.key = "report" }
            try await stage.add { $0.name = "report" }
        },
        StoreBehaviour("an idempotency key is looked at before the flight key, and that before id and name") { stage in
            let keyed = try await stage.add { $0.key = "order-1" }
            let flying = try await stage.add { $0.flight = "report" }
            let named = try await stage.add { $0.name = "builder" }
            var draft = Draft.with { draft in
                draft.id = named.id
                draft.key = "order-1"
                draft.flight = "report"
                draft.name = "builder"
            }
            try expect(try await stage.store.insert(draft.request), equals: .existing(keyed), "an insert with all keys")
            draft.key = nil
            try expect(try await stage.store.insert(draft.request), equals: .existing(flying), "an insert without the first")
        },
        StoreBehaviour("of many inserts with one flight key at the same time one is recorded, and the others find it") { stage in
            let results = try await Stage.concurrently(64) { _ in
                let request = Draft.with { $0.flight = "report" }.request
                return (request.record, try await stage.store.insert(request))
            }
            let inserted = results.filter { $0.1 == .inserted }
            try expect(inserted.count, equals: 1, "the number of inserts that were recorded")
            for (record, result) in results where record.id != inserted[0].0.id {
                try expect(result, equals: .existing(inserted[0].0), "another insert")
            }
            try expect(try await stage.store.counts(.operator).total, equals: 1, "the number of tasks")
        },
        StoreBehaviour("a flight key is known when the store is opened again") { stage in
            let live = try await stage.add { $0.flight = "report" }
            try await stage.reopening { again in
                let result = try await again.store.insert(Draft.with { $0.flight = "report" }.request)
                try expect(result, equals: .existing(live), "the insert")
            }
        },
    ]
}
