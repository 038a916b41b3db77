import LegworkCore

extension StoreBehaviour {
    static let committing = [
        StoreBehaviour("a commit replaces the record and adds to the timeline") { stage in
            let running = try await stage.addRunning()
            var next = running
            next.title = "Run them again"
            next.statusMessage = "half way"
            next.progress = TaskProgress(done: 1, total: 2)
            next.checkpoint = ["line": 7]
            next.outputBytes = 12
            let event = next.newEvent(.message, at: Stage.at(3), text: "half way")
            next.touch(at: Stage.at(3))
            let change = TaskChange(next, replacing: running.version, token: running.lease?.token, events: [event])
            try expect(try await stage.store.commit(change), equals: .applied, "the commit")
            try expect(try await stage.task(running.id), equals: next, "the stored record")
            let events = try require(try await stage.store.events(EventQuery(of: running.id, in: .operator)), "the timeline")
            try expect(events.last, equals: event, "the newest entry")
            try expect(events.map(\.sequence), equals: [1, 2, 3], "the numbers of the entries")
        },
        StoreBehaviour("a commit of an old version writes nothing and gives the record as it stands") { stage in
            let first = try await stage.add()
            let second = try await stage.change(first) { $0.statusMessage = "new" }
            var rival = first
            rival.statusMessage = "rival"
            let event = rival.newEvent(.message, at: Stage.start)
            rival.touch(at: Stage.start)
            let result = try await stage.store.commit(TaskChange(rival, replacing: first.version, events: [event]))
            try expect(result, equals: .stale(second), "the commit")
            try expect(try await stage.task(first.id), equals: second, "the stored record")
            try expect(try await stage.store.events(EventQuery(of: first.id, in: .operator))?.count, equals: 1, "the timeline")
        },
        StoreBehaviour("a commit to a task that is gone writes nothing") { stage in
            let record = Draft().request.record
            try expect(try await stage.store.commit(TaskChange(record, replacing: 1)), equals: .stale(nil), "the commit")
            try expect(try await stage.task(record.id), equals: nil, "the task")
        },
        StoreBehaviour("a commit under another token writes nothing, whatever its version") { stage in
            let running = try await stage.addRunning()
            var next = running
            let transition = try next.apply(.completed, at: Stage.start)
            let foreign = TaskChange(next, replacing: running.version, token: .random(), events: transition.events)
            try expect(try await stage.store.commit(foreign), equals: .stale(running), "the commit")
            try expect(try await stage.task(running.id), equals: running, "the stored record")
            try await stage.expectCountsToAgree(.operator)
        },
        StoreBehaviour("an attempt whose lease has ended writes nothing more") { stage in
            let running = try await stage.addRunning()
            let stopped = try await stage.advance(running, .stopped(.orphaned))
            var late = stopped
            late.statusMessage = "still here"
            late.touch(at: Stage.start)
            let change = TaskChange(late, replacing: stopped.version, token: running.lease?.token)
            try expect(try await stage.store.commit(change), equals: .stale(stopped), "the commit")
        },
        StoreBehaviour("somebody outside the attempt may change a running task without a token") { stage in
            let running = try await stage.addRunning()
            let asked = try await stage.advance(running, .cancelRequested, at: Stage.at(4))
            let stored = try await stage.task(running.id)
            try expect(stored, equals: asked, "the stored record")
            try expect(stored?.cancelRequestedAt, equals: Stage.at(4), "the time of the request")
            try expect(stored?.lease, equals: running.lease, "the lease")
        },
        StoreBehaviour("of 64 commits of one version at the same time exactly one is applied") { stage in
            let record = try await stage.addRunning()
            let results = try await Stage.concurrently(64) { index in
                var next = record
                next.statusMessage = "from \(index)"
                let event = next.newEvent(.message, at: Stage.start, text: "from \(index)")
                next.touch(at: Stage.start)
                return (index, try await stage.store.commit(TaskChange(next, replacing: record.version, events: [event])))
            }
            let applied = results.filter { $0.1 == .applied }
            try expect(applied.count, equals: 1, "the number of commits that were applied")
            try expect(try await stage.task(record.id)?.statusMessage, equals: "from \(applied[0].0)", "the stored message")
            let events = try await stage.store.events(EventQuery(of: record.id, in: .operator))
            try expect(events?.last?.text, equals: "from \(applied[0].0)", "the newest entry")
            try expect(events?.count, equals: 3, "the timeline")
        },
        StoreBehaviour("a result is kept block for block") { stage in
            let running = try await stage.addRunning()
            var result = ToolResult(content: [
                .text(""), .text("two\nlines"), .image(base64: "AAAA", mimeType: "image/png"),
                .resourceLink(uri: "file:///x", name: "x"), .other(["type": "text", "text": "noted", "annotations": ["priority": 1]]),
            ])
            result.structuredContent = .null
            result.isError = true
            result.meta = ["trace": "abc"]
            let ended = try await stage.advance(running, .failed(.toolError), at: Stage.at(9)) { record in
                record.result = result
                record.failure = "it broke"
            }
            let stored = try await stage.task(running.id)
            try expect(stored?.result, equals: result, "the result")
            try expect(stored, equals: ended, "the stored record")
            try expect(stored?.finishedAt, equals: Stage.at(9), "the end")
        },
        StoreBehaviour("a checkpoint can be replaced and taken away") { stage in
            var record = try await stage.addRunning()
            for checkpoint in [["at": 1], ["at": 2], nil, JSONValue.null] {
                record = try await stage.change(record) { $0.checkpoint = checkpoint }
                try expect(try await stage.task(record.id)?.checkpoint, equals: checkpoint, "the checkpoint")
            }
            try expect(try await stage.task(record.id)?.arguments, equals: record.arguments, "the arguments")
        },
        StoreBehaviour("arguments and lineage may change") { stage in
            let record = try await stage.add()
            let parent = TaskID.random()
            let changed = try await stage.change(record) { record in
                record.arguments = ["command": "make all"]
                record.lineage = Lineage(parent: parent, run: "r", call: "c", agent: "a")
                record.recovery = .adopt
            }
            try expect(try await stage.task(record.id), equals: changed, "the stored record")
            try expect(try await stage.list(TaskQuery(in: .operator, parent: parent)), equals: [record.id], "the children")
        },
        StoreBehaviour("a task that has ended may still get a new version") { stage in
            let ended = try await stage.addFinished()
            let changed = try await stage.change(ended, at: Stage.at(60)) { $0.outputBytes = 400 }
            try expect(try await stage.task(ended.id), equals: changed, "the stored record")
            try await stage.expectCountsToAgree(.operator)
        },
        StoreBehaviour("owner, tool, name and idempotency key of a task never change") { stage in
            let record = try await stage.add {
                $0.name = "builder"
                $0.key = "order-1"
            }
            var renamed = record
            renamed.name = "tester"
            var rekeyed = record
            rekeyed.idempotencyKey = nil
            let moved = Draft.with {
                $0.id = record.id
                $0.owner = "bob"
                $0.name = "builder"
                $0.key = "order-1"
            }
            for var other in [renamed, rekeyed, moved.request.record] {
                other.touch(at: Stage.start)
                do {
                    _ = try await stage.store.commit(TaskChange(other, replacing: record.version))
                    throw ConformanceFailure("the commit was accepted")
                } catch let error as StoreError {
                    try expect(error.code, equals: .invalid, "the error")
                }
            }
            try expect(try await stage.task(record.id), equals: record, "the stored record")
        },
    ]
}
