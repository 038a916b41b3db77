import LegworkCore

extension StoreBehaviour {
    private static let small = TimelineLimit(first: 3, newest: 5)

    static let timeline = [
        StoreBehaviour("timeline entries are read back as they were written, in order") { stage in
            let record = try await stage.add()
            let data: JSONValue = ["b": [1, nil, "x"], "a": .null]
            let entries: [(TaskEvent.Kind, String?, JSONValue?)] = [
                (.message, "Grüße 👋\n\u{0}", nil), (.custom, nil, data), (.custom, "", .null),
                (TaskEvent.Kind("seen_nowhere_yet"), nil, nil),
            ]
            var next = record
            let events = entries.enumerated().map { index, entry in
                next.newEvent(entry.0, at: Stage.at(Int64(index)), text: entry.1, data: entry.2)
            }
            next.touch(at: Stage.at(9))
            let result = try await stage.store.commit(TaskChange(next, replacing: record.version, events: events))
            try expect(result, equals: .applied, "the commit")
            let stored = try require(try await stage.store.events(EventQuery(of: record.id, in: .operator)), "the timeline")
            try expect(Array(stored.dropFirst()), equals: events, "the entries")
        },
        StoreBehaviour("a timeline is read from any place, as far as asked for") { stage in
            let id = try await stage.addEvents(10).id
            for after in 0...11 {
                for limit in [1, 3, 100] {
                    let events = try await stage.store.events(EventQuery(of: id, in: .operator, after: after, limit: limit))
                    let expected = Array((1...10).drop { $0 <= after }.prefix(limit))
                    try expect(events?.map(\.sequence), equals: expected, "\(limit) entries after \(after)")
                }
            }
        },
        StoreBehaviour("the timeline of a task without entries is empty, that of no task is nil") { stage in
            let record = Draft().request.record
            _ = try await stage.store.insert(InsertRequest(record))
            try expect(try await stage.store.events(EventQuery(of: record.id, in: .operator)), equals: [], "the timeline")
            try expect(try await stage.store.events(EventQuery(of: .random(), in: .operator)), equals: nil, "no task's timeline")
        },
        StoreBehaviour("a timeline keeps within its bounds after every entry, however many come one by one", timeline: small) { stage in
            var record = try await stage.addRunning()
            while record.lastEvent < 60 {
                var next = record
                let event = next.newEvent(.custom, at: Stage.start, text: "\(next.lastEvent)")
                next.touch(at: Stage.start)
                let result = try await stage.store.commit(TaskChange(next, replacing: record.version, events: [event]))
                try expect(result, equals: .applied, "the commit")
                record = next
                let last = record.lastEvent
                let expected = last <= 8 ? Array(1...last) : Array(1...3) + Array(last - 4...last)
                let events = try await stage.store.events(EventQuery(of: record.id, in: .operator))
                try expect(events?.map(\.sequence), equals: expected, "the entries kept of \(last)")
                let rest = try await stage.store.events(EventQuery(of: record.id, in: .operator, after: 2, limit: 2))
                try expect(
                    rest?.map(\.sequence),
                    equals: Array(expected.drop { $0 <= 2 }.prefix(2)),
                    "the entries after the second of \(last)"
                )
            }
        },
        StoreBehaviour("a timeline that is full keeps its first and its newest entries", timeline: small) { stage in
            for number in 1...30 {
                let id = try await stage.addEvents(number).id
                let expected = number <= 8 ? Array(1...number) : Array(1...3) + Array(number - 4...number)
                let events = try await stage.store.events(EventQuery(of: id, in: .operator))
                try expect(events?.map(\.sequence), equals: expected, "the entries kept of \(number)")
            }
        },
        StoreBehaviour("a change with more entries than the timeline holds leaves it just as full", timeline: small) { stage in
            for number in [8, 9, 20, 300] {
                let id = try await stage.addEvents(number, each: number).id
                let expected = number <= 8 ? Array(1...number) : Array(1...3) + Array(number - 4...number)
                let events = try await stage.store.events(EventQuery(of: id, in: .operator))
                try expect(events?.map(\.sequence), equals: expected, "the entries kept of \(number)")
            }
        },
        StoreBehaviour("a new task with more entries than the timeline holds keeps its first and its newest", timeline: small) { stage in
            for number in [8, 9, 30] {
                var request = Draft().request
                for _ in 1..<number { request.events.append(request.record.newEvent(.message, at: Stage.start)) }
                _ = try await stage.store.insert(request)
                let expected = number <= 8 ? Array(1...number) : Array(1...3) + Array(number - 4...number)
                let events = try await stage.store.events(EventQuery(of: request.record.id, in: .operator))
                try expect(events?.map(\.sequence), equals: expected, "the entries kept of \(number)")
            }
        },
        StoreBehaviour("what was dropped can be marked and counted by whoever reads", timeline: small) { stage in
            let id = try await stage.addEvents(30).id
            for after in [0, 2, 3, 10, 25, 26] {
                let stored = try require(try await stage.store.events(EventQuery(of: id, in: .operator, after: after)), "the timeline")
                let shown = TimelineLimit.marking(stored, after: after)
                var seen = 0
                for event in shown {
                    seen += event.kind == .omitted ? try require(event.data?["count"]?.int, "the count of an omission") : 1
                }
                try expect(seen, equals: 30 - after, "the entries shown and counted after \(after)")
            }
        },
        StoreBehaviour("every task has a timeline of its own", timeline: small) { stage in
            let first = try await stage.addEvents(12)
            let second = try await stage.addEvents(4)
            _ = try await stage.addEvents(20)
            let events = try await stage.store.events(EventQuery(of: second.id, in: .operator))
            try expect(events?.map(\.sequence), equals: [1, 2, 3, 4], "the second task's entries")
            let others = try await stage.store.events(EventQuery(of: first.id, in: .operator))
            try expect(others?.count, equals: 8, "the first task's entries")
        },
        StoreBehaviour("a lifecycle leaves its words in the timeline") { stage in
            var record = try await stage.addRunning()
            for event in [TaskLifecycle.Event.inputRequested, .inputProvided, .stopped(.orphaned), .resumed] {
                record = try await stage.advance(record, event)
            }
            record = try require(try await stage.claim().first, "the claimed task")
            try await stage.advance(record, .completed)
            let events = try await stage.store.events(EventQuery(of: record.id, in: .operator))
            let expected: [TaskEvent.Kind] = [
                .created, .started, .inputRequired, .inputProvided, .stopped, .resumed, .started, .completed,
            ]
            try expect(events?.map(\.kind), equals: expected, "the timeline")
            try expect(events?.map(\.sequence), equals: Array(1...8), "the numbers")
        },
    ]
}

extension Stage {
    /// Records a task and gives it a timeline of so many entries in all, some with each commit.
    fileprivate func addEvents(_ number: Int, each step: Int = 1) async throws -> TaskRecord {
        var record = try await add()
        while record.lastEvent < number {
            var next = record
            let count = min(step, number - record.lastEvent)
            let events = (0..<count).map { _ in next.newEvent(.message, at: Self.start, text: "on it") }
            next.touch(at: Self.start)
            let result = try await store.commit(TaskChange(next, replacing: record.version, events: events))
            try expect(result, equals: .applied, "the commit")
            record = next
        }
        return record
    }
}
