import LegworkCore

extension StoreBehaviour {
    /// Notices that are written with a change of their task.
    static let telling = [
        StoreBehaviour("the notices of a change are written with it") { stage in
            let running = try await stage.addRunning { draft in
                draft.name = "nightly"
                draft.session = "monday"
            }
            var next = running
            next.result = .text("all\nwell")
            let transition = try next.apply(.completed, at: Stage.at(5))
            let stale = TaskChange(next, replacing: 99, events: transition.events, notices: transition.notices)
            try expect(try await stage.store.commit(stale), equals: .stale(running), "a commit of another version")
            try expect(try await stage.notices(), equals: [], "the notices of what was not written")
            let change = TaskChange(next, replacing: running.version, events: transition.events, notices: transition.notices)
            try expect(try await stage.store.commit(change), equals: .applied, "the commit")
            let notice = try require(try await stage.notices().first, "the notice")
            try expect(notice, equals: try require(transition.notices.first, "the told end").placed(at: notice.sequence), "the notice")
            try expect(notice.session, equals: "monday", "the conversation")
            try expect(notice.text, equals: "all\nwell", "the text")
        },
        StoreBehaviour("a notice is read back as it was written") { stage in
            var request = Draft.with { draft in
                draft.owner = "a\u{0}b"
                draft.session = ""
                draft.tool = "'; DROP TABLE notices; --"
                draft.name = "\"\\"
            }.request
            let data: JSONValue = ["z": 1, "a": [nil, "👩‍👩‍👧"]]
            for (text, data, key) in [("Grüße", data, "k"), (nil, JSONValue.null, ""), ("", nil, nil)] {
                let kind = Notice.Kind("seen_nowhere_yet")
                request.notices.append(Notice(of: request.record, kind: kind, text: text, data: data, key: key, at: Stage.at(-4)))
            }
            _ = try await stage.store.insert(request)
            let notices = try await stage.notices()
            try expect(notices.count, equals: 3, "the number of notices")
            let expected = zip(request.notices, notices).map { $0.placed(at: $1.sequence) }
            try expect(notices, equals: expected, "the notices")
            try expect(notices.first?.data?.object?.keys, equals: ["z", "a"], "the order of members")
        },
        StoreBehaviour("every way to stand still or to end leaves its notice, and no other step does") { stage in
            var record = try await stage.addRunning()
            for event in [TaskLifecycle.Event.inputRequested, .inputProvided, .stopped(.orphaned), .resumed] {
                record = try await stage.advance(record, event)
            }
            record = try require(try await stage.claim().first, "the claimed task")
            for event in [TaskLifecycle.Event.retried(.retry), .cancelRequested] { record = try await stage.advance(record, event) }
            try expect(try await stage.notices().map(\.kind), equals: [.inputRequired, .stopped, .cancelled], "the kinds")
        },
        StoreBehaviour("an insert of what has ended tells of the end") { stage in
            var draft = Draft()
            draft.lifecycle = TaskLifecycle(status: .completed, reason: nil, isCancelRequested: false, attempts: 1)
            var request = draft.request
            request.notices = [Notice(of: request.record, kind: .completed, text: "done", at: Stage.start)]
            _ = try await stage.store.insert(request)
            try expect(try await stage.notices().map(\.text), equals: ["done"], "the notices")
            let again = try await stage.post(request.record, "done again", kind: .completed)
            let sequence = try require(try await stage.notices().first?.sequence, "the sequence")
            try expect(again, equals: .coalesced(sequence: sequence), "a second end")
        },
        StoreBehaviour("an insert that is not recorded tells nothing") { stage in
            try await stage.add { $0.key = "order-1" }
            var request = Draft.with { $0.key = "order-1" }.request
            request.notices = [Notice(of: request.record, kind: .event, text: "hello", at: Stage.start)]
            guard case .existing = try await stage.store.insert(request) else { throw ConformanceFailure("the key found nothing") }
            try expect(try await stage.notices(), equals: [], "the notices")
        },
        StoreBehaviour("the end of a task is told once, however often it is said") { stage in
            let running = try await stage.addRunning()
            var next = running
            let transition = try next.apply(.completed, at: Stage.start)
            let twice = transition.notices + [Notice(of: next, kind: .failed, text: "no", at: Stage.start)]
            let change = TaskChange(next, replacing: running.version, events: transition.events, notices: twice)
            try expect(try await stage.store.commit(change), equals: .applied, "the commit")
            try expect(try await stage.notices().map(\.kind), equals: [.completed], "the kinds")
            let sequence = try await stage.notices()[0].sequence
            // Neither another change nor a post tells it again, whether the notice is still there or not.
            for round in 0..<2 {
                var later = next
                later.touch(at: Stage.at(1))
                let more = [Notice(of: later, kind: .cancelled, text: nil, at: Stage.at(1))]
                let again = TaskChange(later, replacing: next.version, notices: more)
                try expect(try await stage.store.commit(again), equals: .applied, "the commit of round \(round)")
                let post = try await stage.post(later, "over", kind: .completed)
                try expect(post, equals: .coalesced(sequence: sequence), "the post of round \(round)")
                try expect(try await stage.notices().count, equals: 1 - round, "the number of notices in round \(round)")
                try await stage.mark(.upTo(sequence), as: .acknowledged)
                next = later
            }
            try await stage.reopening { again in
                let post = try await again.post(next, "over", kind: .completed)
                try expect(post, equals: .coalesced(sequence: sequence), "the post after opening again")
                try expect(try await again.notices(), equals: [], "the notices")
            }
        },
        StoreBehaviour("a change can tell an end as handed out, and a post tells it again at a new place") { stage in
            let running = try await stage.addRunning()
            var next = running
            let transition = try next.apply(.completed, at: Stage.start)
            var told = transition.notices
            for index in told.indices { told[index].handOut() }
            let change = TaskChange(next, replacing: running.version, events: transition.events, notices: told)
            try expect(try await stage.store.commit(change), equals: .applied, "the commit")
            let first = try require(try await stage.notices().first, "the notice")
            try expect(first.state, equals: .delivered, "the state")
            let other = try await stage.posted(try await stage.addRunning(), ["a"])[0]
            guard case .posted(let sequence) = try await stage.post(next, "over", kind: .completed) else {
                throw ConformanceFailure("the end was not told again")
            }
            try expect(sequence > other.sequence, equals: true, "that the place is a new one")
            try expect(try await stage.notices().map(\.sequence), equals: [other.sequence, sequence], "the notices")
            try expect(try await stage.post(next, "over", kind: .completed), equals: .coalesced(sequence: sequence), "a third time")
        },
        StoreBehaviour("an end that was posted is not told by a later change") { stage in
            let ended = try await stage.addRunning()
            guard case .posted(let sequence) = try await stage.post(ended, "over", kind: .failed) else {
                throw ConformanceFailure("the post was not written")
            }
            try await stage.advance(ended, .completed)
            let notices = try await stage.notices()
            try expect(notices.map(\.sequence), equals: [sequence], "the notices")
            try expect(notices.map(\.text), equals: ["over"], "what they say")
        },
        StoreBehaviour("an end that is told in several ways at the same time is told once") { stage in
            let tasks = try await (0..<16).asyncMap { _ in try await stage.addRunning() }
            _ = try await Stage.concurrently(64) { index in
                let task = tasks[index % 16]
                if index < 16 {
                    try await stage.advance(task, .completed)
                } else {
                    _ = try await stage.post(task, "\(index)", kind: .completed)
                }
            }
            let told = try await stage.notices().map(\.task)
            try expect(told.count, equals: 16, "the number of notices")
            try expect(Set(told), equals: Set(tasks.map(\.id)), "the tasks that they are about")
        },
        StoreBehaviour("notices outlive their task and the store's closing until they are acknowledged") { stage in
            let ended = try await stage.addFinished()
            let running = try await stage.addRunning()
            let said = try await stage.posted(running, ["a", "b"])
            try await stage.mark(.sequences([said[1].sequence]), as: .delivered, now: Stage.at(7))
            let before = try await stage.notices()
            let purged = try await stage.store.purge(PurgeRequest(in: .operator, finishedBefore: Stage.at(1)))
            try expect(purged, equals: [ended.id], "the purged tasks")
            try expect(try await stage.notices(), equals: before, "the notices")
            try expect(try await stage.notices(NoticeQuery(in: .owner("ann"), task: ended.id)).count, equals: 1, "those of the task")
            try await stage.reopening { again in
                try expect(try await again.notices(), equals: before, "the notices after opening again")
                try expect(try await again.mark(.task(ended.id), as: .acknowledged), equals: 1, "how many were acknowledged")
                try expect(try await again.notices(), equals: Array(before.dropFirst()), "the rest")
            }
        },
    ]
}
