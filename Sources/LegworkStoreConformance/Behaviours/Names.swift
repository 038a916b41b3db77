import LegworkCore

extension StoreBehaviour {
    static let names = [
        StoreBehaviour("a name is taken while a live task has it, and nothing is written") { stage in
            let first = try await stage.add { $0.name = "builder" }
            let second = try await stage.store.insert(Draft.with { $0.name = "builder" }.request)
            try expect(second, equals: .nameTaken(first), "the second insert")
            try expect(try await stage.store.counts(.operator).total, equals: 1, "the number of tasks")
        },
        StoreBehaviour("a name stays taken while its task runs, waits for an answer or is stopped") { stage in
            var record = try await stage.addRunning { $0.name = "builder" }
            for event in [nil, TaskLifecycle.Event.inputRequested, .stopped(.orphaned), .resumed] {
                if let event { record = try await stage.advance(record, event) }
                let result = try await stage.store.insert(Draft.with { $0.name = "builder" }.request)
                try expect(result, equals: .nameTaken(record), "an insert while the task is \(record.status.rawValue)")
            }
        },
        StoreBehaviour("a name is free again once its task has ended") { stage in
            for event in [TaskLifecycle.Event.completed, .failed(.toolError), .cancelled] {
                _ = try await stage.addFinished(event) { $0.name = "builder" }
            }
            try await stage.add { $0.name = "builder" }
        },
        StoreBehaviour("a name belongs to its owner, and is compared exactly") { stage in
            try await stage.add { $0.name = "builder" }
            try await stage.add { $0.name = "Builder" }
            try await stage.add { $0.name = "builder " }
            try await stage.add {
                $0.name = "builder"
                $0.owner = "bob"
            }
        },
        StoreBehaviour("of many inserts with one name at the same time one is recorded") { stage in
            let results = try await Stage.concurrently(64) { _ in
                try await stage.store.insert(Draft.with { $0.name = "builder" }.request)
            }
            try expect(results.count { $0 == .inserted }, equals: 1, "the number of inserts that were recorded")
            try expect(try await stage.store.counts(.operator).total, equals: 1, "the number of tasks")
        },
        StoreBehaviour("a task whose id is taken is refused as that, also when its name is taken too") { stage in
            let first = try await stage.add { $0.name = "builder" }
            let draft = Draft.with {
                $0.id = first.id
                $0.name = "builder"
            }
            do {
                _ = try await stage.store.insert(draft.request)
                throw ConformanceFailure("the insert was accepted")
            } catch let error as StoreError {
                try expect(error.code, equals: .duplicateID, "the error")
            }
        },
    ]
}
