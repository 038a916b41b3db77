import LegworkCore

extension StoreBehaviour {
    private static let small = TimelineLimit(first: 3, newest: 5)

    static let feed = [
        StoreBehaviour("a feed gives the entries of all tasks of an owner in the order in which they were written") { stage in
            let first = try await stage.add { $0.owner = "ann" }
            let other = try await stage.add { $0.owner = "bob" }
            let second = try await stage.addRunning { $0.owner = "ann" }
            try await stage.advance(first, .cancelRequested)
            try await stage.advance(second, .completed)
            let ann = try await stage.feed(.owner("ann"))
            let expected: [Stage.FeedLine] = [
                .init(first, 1, .created), .init(second, 1, .created), .init(second, 2, .started),
                .init(first, 2, .cancelRequested), .init(first, 3, .cancelled), .init(second, 3, .completed),
            ]
            try expect(ann.map { Stage.FeedLine($0) }, equals: expected, "the feed of one owner")
            try expect(ann.map(\.position), equals: ann.map(\.position).sorted(), "the places")
            try expect(Set(ann.map(\.position)).count, equals: ann.count, "the number of places")
            try expect(try await stage.feed(.owner("bob")).map(\.task), equals: [other.id], "the feed of another owner")
            try expect(try await stage.feed(.owner("cat")), equals: [], "the feed of nobody")
            let all = try await stage.feed(.operator)
            try expect(all.count, equals: 7, "the entries of all")
            try expect(all.filter { $0.task != other.id }, equals: ann, "the owner's part of the feed of all")
        },
        StoreBehaviour("a feed gives entries as the timeline has them, and those of one change in its order") { stage in
            let record = try await stage.addRunning()
            var next = record
            let events = [
                next.newEvent(.message, at: Stage.at(1), text: "Grüße 👋\n\u{0}"),
                next.newEvent(.custom, at: Stage.at(2), data: ["a": .null]),
                next.newEvent(TaskEvent.Kind("seen_nowhere_yet"), at: Stage.at(3), text: ""),
            ]
            next.touch(at: Stage.at(3))
            let result = try await stage.store.commit(TaskChange(next, replacing: record.version, events: events))
            try expect(result, equals: .applied, "the commit")
            try expect(try await stage.feed(.operator).map(\.event).suffix(3).map { $0 }, equals: events, "the entries")
            let timeline = try await stage.store.events(EventQuery(of: record.id, in: .operator))
            try expect(try await stage.feed(.operator).map(\.event), equals: timeline ?? [], "the feed of the only task")
        },
        StoreBehaviour("a feed is read from any place, as far as asked for, and goes on where it ended") { stage in
            for _ in 0..<5 { _ = try await stage.addFinished() }
            let all = try await stage.feed(.owner("ann"))
            try expect(all.count, equals: 10, "the entries")
            for (index, entry) in all.enumerated() {
                for limit in [1, 3, 100] {
                    let page = try await stage.store.feed(FeedQuery(in: .owner("ann"), after: entry.position, limit: limit))
                    let rest = Array(all[(index + 1)...].prefix(limit))
                    try expect(page.entries, equals: rest, "\(limit) entries after the \(index + 1)th")
                    try expect(page.next, equals: rest.last?.position ?? entry.position, "where to go on")
                    try expect(page.hasGap, equals: false, "a gap")
                }
            }
            try expect(try await stage.feed(.owner("ann"), limit: 3), equals: all, "the feed, three by three")
        },
        StoreBehaviour("the end of a feed can be asked for, and what is written later comes after it") { stage in
            let empty = try await stage.store.feed(FeedQuery(in: .owner("ann"), after: nil))
            try expect(empty, equals: FeedPage([], next: empty.next, hasGap: false), "the end of an empty feed")
            let first = try await stage.add()
            let page = try await stage.store.feed(FeedQuery(in: .owner("ann"), after: empty.next))
            try expect(page.entries.map(\.task), equals: [first.id], "what came")
            for scope in [Scope.owner("ann"), .operator] {
                let end = try await stage.store.feed(FeedQuery(in: scope, after: nil))
                try expect(end, equals: FeedPage([], next: page.next, hasGap: false), "the end")
            }
            let second = try await stage.add()
            let later = try await stage.store.feed(FeedQuery(in: .owner("ann"), after: page.next))
            try expect(later.entries.map(\.task), equals: [second.id], "what came later")
        },
        StoreBehaviour("whoever reads a feed is told when entries that he has not read are deleted with their task, and only then") {
            stage in
            let before = try await stage.add()
            let doomed = try await stage.addFinished(at: Stage.at(1))
            let after = try await stage.add()
            try await stage.add { $0.owner = "bob" }
            let read = try await stage.feed(.owner("ann"))
            let purged = try await stage.store.purge(PurgeRequest(in: .operator, ids: [doomed.id], finishedBefore: Stage.at(9)))
            try expect(purged, equals: [doomed.id], "what was purged")
            try expect(try await stage.feed(.owner("ann")).map(\.task), equals: [before.id, after.id], "what is left")
            for (index, entry) in read.enumerated() {
                let page = try await stage.store.feed(FeedQuery(in: .owner("ann"), after: entry.position))
                try expect(page.hasGap, equals: index < 2, "a gap after the \(index + 1)th")
            }
            let bob = try await stage.store.feed(FeedQuery(in: .owner("bob"), after: .start))
            try expect(bob.hasGap, equals: false, "a gap in the feed of another owner")
            let all = try await stage.store.feed(FeedQuery(in: .operator, after: .start))
            try expect(all.hasGap, equals: true, "a gap in the feed of all")
        },
        StoreBehaviour("the end of a feed does not go back when its last entries are deleted") { stage in
            let doomed = try await stage.addFinished()
            let end = try await stage.store.feed(FeedQuery(in: .owner("ann"), after: nil)).next
            _ = try await stage.store.purge(PurgeRequest(in: .operator, finishedBefore: Stage.at(9)))
            for scope in [Scope.owner("ann"), .operator] {
                let page = try await stage.store.feed(FeedQuery(in: scope, after: end))
                try expect(page, equals: FeedPage([], next: end, hasGap: false), "after the end")
                try expect(try await stage.store.feed(FeedQuery(in: scope, after: nil)).next, equals: end, "the end")
                let start = try await stage.store.feed(FeedQuery(in: scope, after: .start))
                try expect(start, equals: FeedPage([], next: end, hasGap: true), "from the start")
            }
            let next = try await stage.add()
            let page = try await stage.store.feed(FeedQuery(in: .owner("ann"), after: end))
            try expect(page.entries.map(\.task), equals: [next.id], "what came after \(doomed.id)")
            try expect(page.hasGap, equals: false, "a gap")
        },
        StoreBehaviour("a feed leaves out what a timeline drops, and says so to whoever has not read it", timeline: small) { stage in
            var record = try await stage.addRunning()
            let start = try await stage.store.feed(FeedQuery(in: .owner("ann"), after: nil)).next
            for number in 1...20 {
                var next = record
                let event = next.newEvent(.message, at: Stage.start, text: "\(number)")
                next.touch(at: Stage.start)
                _ = try await stage.store.commit(TaskChange(next, replacing: record.version, events: [event]))
                record = next
                let live = try await stage.store.feed(FeedQuery(in: .owner("ann"), after: start))
                let kept = try await stage.store.events(EventQuery(of: record.id, in: .operator, after: 2))
                try expect(live.entries.map(\.event), equals: kept ?? [], "the entries kept of \(number)")
                try expect(live.hasGap, equals: record.lastEvent > 8, "a gap after \(number)")
            }
            let all = try await stage.feed(.owner("ann"))
            let newest = try await stage.store.feed(FeedQuery(in: .owner("ann"), after: all[all.count - 2].position))
            try expect(newest, equals: FeedPage([all[all.count - 1]], next: all[all.count - 1].position, hasGap: false), "the newest")
        },
        StoreBehaviour("whoever asks for a feed after a place that was never given begins at the start, and is told") { stage in
            let record = try await stage.add()
            let end = try await stage.store.feed(FeedQuery(in: .owner("ann"), after: nil)).next
            let page = try await stage.store.feed(FeedQuery(in: .owner("ann"), after: FeedPosition(end.rawValue + 1_000_000)))
            try expect(page.entries.map(\.task), equals: [record.id], "what was read")
            try expect(page.hasGap, equals: true, "a gap")
            try expect(page.next, equals: end, "where to go on")
        },
        StoreBehaviour("a feed goes on after the store was opened again: nothing twice, nothing missing, no place given again") { stage in
            _ = try await stage.addFinished()
            let before = try await stage.feed(.owner("ann"))
            let end = try require(before.last, "the last entry").position
            try await stage.reopening { stage in
                try expect(try await stage.feed(.owner("ann")), equals: before, "the feed")
                let record = try await stage.addFinished()
                let page = try await stage.store.feed(FeedQuery(in: .owner("ann"), after: end))
                try expect(page.entries.map(\.task), equals: [record.id, record.id], "what came")
                try expect(page.hasGap, equals: false, "a gap")
                try expect(page.entries.allSatisfy { $0.position > end }, equals: true, "whether the places go up")
            }
        },
        StoreBehaviour("a feed that is read while many write misses nothing and gives nothing twice") { stage in
            let writers = 8
            async let writing: [Void] = Stage.concurrently(writers) { number in
                for _ in 0..<10 { _ = try await stage.addFinished { $0.owner = Owner("writer-\(number % 2)") } }
            }
            var read: [FeedEntry] = []
            var next = FeedPosition.start
            while read.count < writers * 20 {
                let page = try await stage.store.feed(FeedQuery(in: .operator, after: next, limit: 7))
                read += page.entries
                next = page.next
                await Task.yield()
            }
            _ = try await writing
            try expect(read, equals: try await stage.feed(.operator), "what was read")
        },
    ]
}

extension Stage {
    /// An entry of a feed as far as a behaviour cares.
    fileprivate struct FeedLine: Equatable {
        var task: TaskID
        var sequence: Int
        var kind: TaskEvent.Kind

        init(_ record: TaskRecord, _ sequence: Int, _ kind: TaskEvent.Kind) {
            (task, self.sequence, self.kind) = (record.id, sequence, kind)
        }

        init(_ entry: FeedEntry) { (task, sequence, kind) = (entry.task, entry.event.sequence, entry.event.kind) }
    }

    /// A whole feed, page after page.
    fileprivate func feed(_ scope: Scope, limit: Int = 1000) async throws -> [FeedEntry] {
        var entries: [FeedEntry] = []
        var query = FeedQuery(in: scope, after: .start, limit: limit)
        while true {
            let page = try await store.feed(query)
            entries += page.entries
            guard page.entries.count == limit else { return entries }
            query.after = page.next
        }
    }
}
