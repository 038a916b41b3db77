import LegworkCore

extension StoreBehaviour {
    static let extras = [
        StoreBehaviour("what few tasks have is read back as it was written") { stage in
            var request = Draft.with { draft in
                draft.flight = ""
                draft.session = "monday"
                draft.hasInbox = true
                draft.keepsUntilRead = true
                draft.metadata = ["z": 1, "a": ["深い": [nil, true]]]
            }.request
            _ = request.record.ask("Which one?", schema: ["type": "string"], key: nil, at: Stage.at(1))
            _ = request.record.ask("Why?", schema: nil, key: "why\u{0}", at: Stage.at(2))
            _ = request.record.answer("input-1", with: nil, at: Stage.at(3))
            request.record.isPinned = true
            request.record.losses = 3
            request.record.readAt = Stage.at(4)
            _ = try await stage.store.insert(request)
            let stored = try require(try await stage.task(request.record.id), "the task")
            try expect(stored, equals: request.record, "the stored record")
            try expect(stored.metadata.keys, equals: ["z", "a"], "the order of members")
            try expect(stored.flightKey, equals: "", "the flight key")
            try expect(stored.inputs.map(\.key), equals: ["input-1", "why\u{0}"], "the keys of the inputs")
            try expect(stored.inputs.map(\.answer), equals: [.some(.null), nil], "the answers")
            let summary = try await stage.summaries(TaskQuery(in: .operator)).first
            try expect(summary, equals: TaskSummary(request.record), "the summary")
        },
        StoreBehaviour("evidence of a task's work is read back as it was written, also when the task has ended") { stage in
            var record = try await stage.addRunning()
            let gate = Gate(
                id: "gate_1",
                gate: "test",
                command: "make",
                directory: "/work",
                exitCode: nil,
                status: .timeout,
                classification: "timeout",
                duration: .seconds(7),
                summary: "Grüße\n",
                logPath: "gate-test.log",
                recordedAt: Stage.at(1)
            )
            record = try await stage.change(record) { record in
                var list = Checklist(at: Stage.at(1))
                try? list.write([("a", .completed), ("深い", .inProgress)], at: Stage.at(1))
                _ = record.record(.checklist(list), at: Stage.at(1))
                _ = record.record(.gate(gate), at: Stage.at(1))
            }
            try expect(try await stage.task(record.id), equals: record, "the stored record")
            record = try await stage.advance(record, .completed)
            record = try await stage.change(record) { record in
                let event = GitHubEvent(id: "e", action: "close", target: "pr", number: 1, summary: "done", recordedAt: Stage.at(2))
                _ = record.record(.githubEvent(event), at: Stage.at(2))
            }
            let stored = try require(try await stage.task(record.id), "the task")
            try expect(stored, equals: record, "the record that has ended")
            try expect(stored.evidence.gates, equals: [gate], "the gates")
            try expect(stored.evidence.checklist?.inProgress, equals: 2, "the item in progress")
        },
        StoreBehaviour("a flight key and nothing else is kept, beside small arguments and large ones") { stage in
            for count in [0, 10_000] {
                let record = try await stage.add { draft in
                    draft.flight = "flight-\(count)"
                    draft.arguments = .string(String(repeating: "x", count: count))
                }
                try expect(try await stage.task(record.id), equals: record, "the stored record")
                let changed = try await stage.change(record) { $0.isPinned = true }
                try expect(try await stage.task(record.id), equals: changed, "the pinned record")
                let unpinned = try await stage.change(changed) { $0.isPinned = false }
                try expect(try await stage.task(record.id), equals: unpinned, "the record that is pinned no more")
            }
        },
        StoreBehaviour("inputs are asked, answered and withdrawn, and the number of an input is never given again") { stage in
            var record = try await stage.addRunning()
            record = try await stage.change(record) { record in
                for question in ["a?", "b?", "c?"] { _ = record.ask(question, schema: nil, key: nil, at: Stage.at(1)) }
            }
            record = try await stage.advance(record, .inputRequested)
            let stored = try require(try await stage.task(record.id), "the task")
            try expect(stored, equals: record, "the record that asks")
            try expect(stored.awaitsInput, "the task awaits nothing")
            record = try await stage.change(stored) { record in
                _ = record.answer("input-1", with: ["yes": true], at: Stage.at(2))
                record.withdraw("input-3")
                _ = record.ask("d?", schema: nil, key: nil, at: Stage.at(3))
            }
            let answered = try require(try await stage.task(record.id), "the task")
            try expect(answered.inputs.map(\.key), equals: ["input-1", "input-2", "input-4"], "the keys")
            try expect(answered.inputs.map(\.answer), equals: [["yes": true], nil, nil], "the answers")
            try expect(answered, equals: record, "the record that was answered")
            try await stage.reopening { again in
                try expect(try await again.task(record.id), equals: record, "the record after opening again")
            }
        },
        StoreBehaviour("the notice of a task that asks says what it asks") { stage in
            var record = try await stage.addRunning()
            record = try await stage.change(record) { record in
                _ = record.ask("Really?", schema: nil, key: "sure", at: Stage.start)
            }
            try await stage.advance(record, .inputRequested)
            let notice = try require(try await stage.notices().first, "the notice")
            try expect(notice.kind, equals: .inputRequired, "the kind")
            try expect(notice.text, equals: "Really?", "the text")
        },
        StoreBehaviour("metadata may change, the flight key and the inbox never") { stage in
            let record = try await stage.add { draft in
                draft.flight = "report"
                draft.metadata = ["a": 1]
            }
            let changed = try await stage.change(record) { $0.metadata = [:] }
            try expect(try await stage.task(record.id), equals: changed, "the stored record")
            for change in [{ $0.flight = nil }, { $0.flight = "other" }, { $0.hasInbox = true }] as [(inout Draft) -> Void] {
                var draft = Draft.with { draft in
                    draft.id = record.id
                    draft.flight = "report"
                }
                change(&draft)
                var other = draft.request.record
                other.touch(at: Stage.start)
                do {
                    _ = try await stage.store.commit(TaskChange(other, replacing: changed.version))
                    throw ConformanceFailure("the commit was accepted")
                } catch let error as StoreError {
                    try expect(error.code, equals: .invalid, "the error")
                }
            }
            try expect(try await stage.task(record.id), equals: changed, "the stored record after that")
        },
    ]
}
