import LegworkCore

extension StoreBehaviour {
    static let posting = [
        StoreBehaviour("a task posts notices while its attempt holds it") { stage in
            let running = try await stage.addRunning()
            let token = try require(running.lease?.token, "the token")
            guard case .posted(let first) = try await stage.post(running, "a", token: token, at: Stage.at(1)),
                case .posted(let second) = try await stage.post(running, "b", at: Stage.at(2))
            else { throw ConformanceFailure("a post was not written") }
            let expected = [("a", first, 1), ("b", second, 2)].map { text, sequence, seconds in
                Notice(of: running, kind: .event, text: text, data: ["text": .string(text)], at: Stage.at(Int64(seconds)))
                    .placed(at: sequence)
            }
            try expect(try await stage.notices(), equals: expected, "the notices")
            try expect(try await stage.post(running, "c", token: .random()), equals: .lost, "a post of another attempt")
            let stopped = try await stage.advance(running, .stopped(.orphaned))
            try expect(try await stage.post(stopped, "d", token: token), equals: .lost, "a post of an attempt that is over")
            try expect(try await stage.post(Draft().request.record, "e"), equals: .lost, "a post of no task")
            try expect(try await stage.notices().count, equals: 3, "the number of notices")
        },
        StoreBehaviour("notices of one key that nobody has taken are one: the newest words, and how many there were") { stage in
            let running = try await stage.addRunning()
            guard case .posted(let sequence) = try await stage.post(running, "10 %", key: "progress", at: Stage.at(1)) else {
                throw ConformanceFailure("the post was not written")
            }
            for (index, text) in ["20 %", "30 %"].enumerated() {
                let result = try await stage.post(running, text, key: "progress", at: Stage.at(Int64(index) + 2))
                try expect(result, equals: .coalesced(sequence: sequence), "a further post")
            }
            let notices = try await stage.notices()
            try expect(notices.map(\.text), equals: ["30 %"], "the text")
            try expect(notices.map(\.data), equals: [["text": "30 %"]], "the data")
            try expect(notices.map(\.count), equals: [3], "the count")
            try expect(notices.map(\.createdAt), equals: [Stage.at(1)], "when the first was written")
            try expect(notices.map(\.updatedAt), equals: [Stage.at(3)], "when the last was written")
        },
        StoreBehaviour("notices stay apart that differ in task, key or kind, or of which one was handed out") { stage in
            let running = try await stage.addRunning()
            let other = try await stage.addRunning()
            guard case .posted(let first) = try await stage.post(running, "a", key: "k") else {
                throw ConformanceFailure("the post was not written")
            }
            _ = try await stage.post(other, "b", key: "k")
            _ = try await stage.post(running, "c", key: "l")
            _ = try await stage.post(running, "d", kind: .inputRequired, key: "k")
            _ = try await stage.post(running, "e")
            _ = try await stage.post(running, "f")
            try expect(try await stage.notices().compactMap(\.text), equals: ["a", "b", "c", "d", "e", "f"], "the notices")
            try await stage.mark(.sequences([first]), as: .delivered)
            guard case .posted(let second) = try await stage.post(running, "g", key: "k") else {
                throw ConformanceFailure("the post after one that was handed out was not written")
            }
            try expect(try await stage.post(running, "h", key: "k"), equals: .coalesced(sequence: second), "the next post")
            // What comes back is not the newest.
            try await stage.mark(.sequences([first]), as: .pending)
            try expect(try await stage.post(running, "i", key: "k"), equals: .coalesced(sequence: second), "the post after that")
        },
        StoreBehaviour("a task that says too much is told so until its owner has listened") { stage in
            let running = try await stage.addRunning()
            let other = try await stage.addRunning()
            let said = try await stage.posted(running, ["a", "b"])
            _ = try await stage.post(other, "x")
            try expect(try await stage.post(running, "c", limit: 2), equals: .full, "one event too many")
            for limit in [-1, 0] { try expect(try await stage.post(other, "y", limit: limit), equals: .full, "a limit of \(limit)") }
            try await stage.mark(.sequences(said.map(\.sequence)), as: .delivered)
            try expect(try await stage.post(running, "c", limit: 2), equals: .full, "one that waits for what was handed out")
            guard case .posted = try await stage.post(running, "d", kind: .inputRequired, limit: 2) else {
                throw ConformanceFailure("what is no event was refused")
            }
            try await stage.mark(.sequences([said[0].sequence]), as: .acknowledged)
            guard case .posted = try await stage.post(running, "e", key: "k", limit: 2) else {
                throw ConformanceFailure("an event that there is room for was refused")
            }
            guard case .coalesced = try await stage.post(running, "f", key: "k", limit: 2) else {
                throw ConformanceFailure("an event that needs no room was refused")
            }
        },
        StoreBehaviour("notices posted at the same time are all written, each at a place of its own") { stage in
            let running = try await stage.addRunning()
            let results = try await Stage.concurrently(64) { index in (index, try await stage.post(running, "\(index)")) }
            let expected = results.compactMap { index, result -> (sequence: Int64, text: String)? in
                guard case .posted(let sequence) = result else { return nil }
                return (sequence, "\(index)")
            }.sorted { $0.sequence < $1.sequence }
            let notices = try await stage.notices()
            try expect(notices.count, equals: 64, "the number of notices")
            try expect(notices.map(\.sequence), equals: expected.map(\.sequence), "the places")
            try expect(notices.compactMap(\.text), equals: expected.map(\.text), "the words")
        },
        StoreBehaviour("of many posts at the same time as many are written as there is room for, and those of one key are one") { stage in
            let running = try await stage.addRunning()
            let results = try await Stage.concurrently(64) { index in try await stage.post(running, "\(index)", limit: 10) }
            try expect(results.count { $0 == .full }, equals: 54, "the number of posts that were refused")
            let other = try await stage.addRunning()
            _ = try await Stage.concurrently(64) { index in try await stage.post(other, "\(index)", key: "k") }
            let notices = try await stage.notices(NoticeQuery(in: .operator, task: other.id))
            try expect(notices.map(\.count), equals: [64], "how many the one notice stands for")
        },
        StoreBehaviour("whoever watches hears of a post, and not of one that was refused") { stage in
            let running = try await stage.addRunning()
            let other = try await stage.addRunning()
            let heard = stage.store.changes()
            for id in [running.id, running.id, other.id] {
                let task = id == running.id ? running : other
                _ = try await stage.post(task, "a", key: "k")
                _ = try await stage.post(task, "b", limit: 0)
                for await ids in heard {
                    try expect(ids, equals: [id], "the change heard of")
                    break
                }
            }
        },
    ]

    static let noticing = [
        StoreBehaviour("notices are read in order from any place on, as many as asked for") { stage in
            let running = try await stage.addRunning()
            let all = try await stage.posted(running, ["a", "b", "c", "d"])
            // Two of them in another state, so that their order is not that of one state.
            try await stage.mark(.sequences([all[0].sequence, all[2].sequence]), as: .delivered)
            let notices = try await stage.notices()
            try expect(notices.compactMap(\.text), equals: ["a", "b", "c", "d"], "all notices")
            for scope in [Scope.operator, .owner("ann")] {
                for task in [nil, running.id] {
                    for after in [0] + all.map(\.sequence) {
                        for limit in [1, 3, 9] {
                            let query = NoticeQuery(in: scope, task: task, after: after, limit: limit)
                            let expected = Array(notices.filter { $0.sequence > after }.prefix(limit))
                            try expect(try await stage.notices(query), equals: expected, "\(limit) notices after \(after)")
                        }
                    }
                    for state in Notice.State.allCases {
                        let query = NoticeQuery(in: scope, task: task, states: [state])
                        let expected = notices.filter { $0.state == state }
                        try expect(try await stage.notices(query), equals: expected, "the notices '\(state.rawValue)'")
                    }
                    let none = NoticeQuery(in: scope, task: task, states: [])
                    try expect(try await stage.notices(none), equals: [], "the notices of no state")
                }
            }
        },
        StoreBehaviour("an owner reads and moves no other's notices") { stage in
            let mine = try await stage.addRunning()
            let theirs = try await stage.addRunning { $0.owner = "bob" }
            let said = try await stage.posted(mine, ["a"])
            let others = try await stage.posted(theirs, ["b"])
            try expect(try await stage.notices(NoticeQuery(in: .owner("ann"))), equals: said, "the one's notices")
            try expect(try await stage.notices(NoticeQuery(in: .owner("bob"))), equals: others, "the other's notices")
            try expect(try await stage.notices(NoticeQuery(in: .owner("ann"), task: theirs.id)), equals: [], "those of a foreign task")
            try expect(try await stage.notices(), equals: said + others, "all notices")
            for step in NoticeMark.Step.allCases {
                for selection in [
                    NoticeMark.Selection.sequences(others.map(\.sequence)), .upTo(others[0].sequence), .task(theirs.id),
                ] {
                    try expect(try await stage.mark(selection, as: step, in: .owner("eve")), equals: 0, "how many a stranger moved")
                }
            }
            try expect(try await stage.mark(.upTo(.max), as: .acknowledged, in: .owner("ann")), equals: 1, "how many were acknowledged")
            try expect(try await stage.notices(), equals: others, "the rest")
        },
        StoreBehaviour("a conversation reads and moves its own notices and those for any, and none of another") { stage in
            var said: [String?: Notice] = [:]
            for session in [nil, "monday", "tuesday"] {
                let task = try await stage.addRunning { $0.session = session }
                said[session] = try await stage.posted(task, [session ?? "any"])[0]
            }
            let (any, monday, tuesday) = (said[nil], said["monday"], said["tuesday"])
            for scope in [Scope.operator, .owner("ann")] {
                let seen = try await stage.notices(NoticeQuery(in: scope, session: "monday"))
                try expect(seen, equals: [any, monday].compactMap { $0 }, "what a conversation sees")
                let strange = try await stage.notices(NoticeQuery(in: scope, session: "sunday"))
                try expect(strange, equals: [any].compactMap { $0 }, "what another conversation sees")
                let whole = try await stage.notices(NoticeQuery(in: scope))
                try expect(whole, equals: [any, monday, tuesday].compactMap { $0 }, "what the owner sees")
                let task = try require(tuesday?.task, "the task")
                let foreign = try await stage.notices(NoticeQuery(in: scope, session: "monday", task: task))
                try expect(foreign, equals: [], "what a conversation sees of another's task")
                let sequence = try require(tuesday?.sequence, "the sequence")
                for selection in [NoticeMark.Selection.sequences([sequence]), .task(task)] {
                    let moved = try await stage.mark(selection, as: .acknowledged, in: scope, session: "monday")
                    try expect(moved, equals: 0, "how many of another's were acknowledged")
                }
            }
            let moved = try await stage.mark(.upTo(.max), as: .acknowledged, in: .owner("ann"), session: "monday")
            try expect(moved, equals: 2, "how many were acknowledged")
            try expect(try await stage.notices(), equals: [tuesday].compactMap { $0 }, "the rest")
        },
        StoreBehaviour("a notice is handed out, comes back, and is gone when it is acknowledged") { stage in
            let running = try await stage.addRunning()
            let selections: [(Notice) -> NoticeMark.Selection] = [
                { .sequences([$0.sequence, $0.sequence, 999_999]) }, { .upTo($0.sequence) }, { .task($0.task) },
            ]
            for select in selections {
                let notice = try await stage.posted(running, ["a"])[0]
                let selection = select(notice)
                let steps: [(NoticeMark.Step, Notice.State, Int64, changed: Int)] = [
                    (.pending, .pending, 1, changed: 0), (.delivered, .delivered, 5, changed: 1), (.delivered, .delivered, 6, changed: 0),
                    (.pending, .pending, 3, changed: 1), (.delivered, .delivered, 9, changed: 1),
                ]
                var updated: Int64 = 0
                for (step, state, seconds, changed) in steps {
                    let count = try await stage.mark(selection, as: step, now: Stage.at(seconds))
                    try expect(count, equals: changed, "how many changed")
                    if changed == 1 { updated = max(updated, seconds) }
                    let read = try require(try await stage.notices().first, "the notice")
                    try expect(read.state, equals: state, "the state")
                    try expect(read.updatedAt, equals: Stage.at(updated), "the time")
                    try expect(read.createdAt, equals: Stage.start, "the time of writing")
                }
                for changed in [1, 0] {
                    try expect(try await stage.mark(selection, as: .acknowledged), equals: changed, "how many were acknowledged")
                }
                try expect(try await stage.notices(), equals: [], "what is left")
            }
        },
        StoreBehaviour("acknowledging up to a place leaves what came later") { stage in
            let running = try await stage.addRunning()
            let said = try await stage.posted(running, ["a", "b", "c"])
            try await stage.mark(.sequences([said[0].sequence]), as: .delivered)
            for scope in [Scope.owner("ann"), .operator] {
                try expect(try await stage.mark(.upTo(0), as: .acknowledged, in: scope), equals: 0, "up to nothing")
            }
            let moved = try await stage.mark(.upTo(said[1].sequence), as: .acknowledged, in: .owner("ann"))
            try expect(moved, equals: 2, "how many were acknowledged")
            try expect(try await stage.notices(), equals: [said[2]], "the rest")
        },
        StoreBehaviour("of many who acknowledge the same notices at the same time each notice counts for one") { stage in
            let running = try await stage.addRunning()
            _ = try await stage.posted(running, (0..<8).map { "\($0)" })
            let counts = try await Stage.concurrently(64) { _ in try await stage.mark(.upTo(.max), as: .acknowledged) }
            try expect(counts.reduce(0, +), equals: 8, "how many were acknowledged")
            try expect(try await stage.notices(), equals: [], "what is left")
        },
        StoreBehaviour("the place of a notice is never given again, also when the store is opened again") { stage in
            let running = try await stage.addRunning()
            var places: [Int64] = []
            for _ in 0..<3 {
                places += try await stage.posted(running, ["a", "b"]).map(\.sequence)
                try await stage.mark(.upTo(.max), as: .acknowledged)
            }
            try expect(places, equals: Set(places).sorted(), "the places")
            let given = places
            try await stage.reopening { again in
                let later = try await again.posted(running, ["c"]).map(\.sequence)
                try expect(given + later, equals: Set(given + later).sorted(), "the places")
                try expect(later.count, equals: 1, "the notices after opening again")
            }
        },
    ]
}
