import LegworkCore

extension StoreBehaviour {
    /// The outbox.
    static let delivering = [
        StoreBehaviour("the deliveries of a change are written with it, or not at all") { stage in
            let running = try await stage.addRedirected("ops", "mail")
            var next = running
            next.result = .text("all\nwell")
            let transition = try next.apply(.completed, at: Stage.at(5))
            try expect(transition.deliveries.count, equals: 2, "the number of deliveries")
            func change(replacing version: Int) -> TaskChange {
                TaskChange(next, replacing: version, events: transition.events, deliveries: transition.deliveries)
            }
            _ = try await stage.store.commit(change(replacing: 99))
            try expect(try await stage.deliveries(), equals: [], "the deliveries of what was not written")
            try expect(try await stage.store.commit(change(replacing: running.version)), equals: .applied, "the commit")
            try expect(try await stage.deliveries(), equals: transition.deliveries, "the deliveries")
            try await stage.reopening { again in
                try expect(try await again.deliveries(), equals: transition.deliveries, "the deliveries after opening again")
                try expect(
                    try await again.store.task(TaskLookup(next.id, in: .operator))?.redirects.map(\.channel),
                    equals: ["ops", "mail"],
                    "the redirects after opening again"
                )
            }
        },
        StoreBehaviour("a delivery is read back as it was written") { stage in
            let running = try await stage.addRunning { draft in
                draft.owner = "a\u{0}b"
                draft.tool = "'; DROP TABLE deliveries; --"
                draft.name = "\"\\"
            }
            let redirect = Redirect(to: "", target: "", on: Redirect.tellable, maximumCharacters: 0, isStanding: true)
            let redirected = try await stage.change(running) { _ = $0.add(redirect) }
            let asking = try await stage.advance(redirected, .inputRequested) { record in
                _ = record.ask("Go on? 👩‍👩‍👧", schema: ["type": "boolean"], key: "k", at: Stage.start)
            }
            let delivery = try require(try await stage.deliveries().first, "the delivery")
            try expect(delivery, equals: asking.delivery(for: asking.redirects[0], at: Stage.start), "the delivery")
            try expect(delivery.content.questions.first?["schema"], equals: ["type": "boolean"], "the schema of the question")
        },
        StoreBehaviour("the same delivery twice is one") { stage in
            let ended = try await stage.advance(try await stage.addRedirected("ops"), .completed)
            let first = try require(try await stage.deliveries().first, "the delivery")
            var sent = first
            sent.arrived(nil, at: Stage.at(1))
            try expect(try await stage.store.commit(DeliveryChange(sent, replacing: 1)), equals: .applied, "the arrival")
            var later = ended
            later.touch(at: Stage.at(2))
            _ = try await stage.store.commit(TaskChange(later, replacing: ended.version, deliveries: [first]))
            try expect(try await stage.deliveries(), equals: [sent], "the deliveries")
        },
        StoreBehaviour("a change withdraws of its task what is still to be sent, before it writes what is new, or nothing") { stage in
            let other = try await stage.advance(try await stage.addRedirected("ops"), .completed)
            let ended = try await stage.advance(try await stage.addRedirected("ops", "mail", "chat"), .completed)
            let written = try await stage.deliveries()
            var sent = written[2]
            sent.arrived(nil, at: Stage.at(1))
            try expect(try await stage.store.commit(DeliveryChange(sent, replacing: 1)), equals: .applied, "the arrival")
            var next = ended
            next.touch(at: Stage.at(2))
            var again = written[1]
            again.holdBack(until: Stage.at(9))
            func change(replacing version: Int) -> TaskChange {
                TaskChange(next, replacing: version, deliveries: [again], withdrawing: written.map(\.id))
            }
            _ = try await stage.store.commit(change(replacing: 99))
            try expect(try await stage.deliveries(), equals: [written[0], written[1], sent, written[3]], "what a refused change left")
            try expect(try await stage.store.commit(change(replacing: ended.version)), equals: .applied, "the commit")
            let left = try await stage.deliveries()
            try expect(left, equals: [written[0], sent, again], "what is left")
            try expect(left[0].task, equals: other.id, "the task of the first")
            let due = try await stage.store.dueDeliveries(DueDeliveryQuery(channel: "ops", now: Stage.at(99)))
            try expect(due.deliveries, equals: [written[0], again], "what is due")
            let standings = try await stage.store.channelStandings(.operator)
            try expect(standings.map(\.channel), equals: ["ops"], "where something waits")
        },
        StoreBehaviour("an insert that is not recorded delivers nothing") { stage in
            try await stage.add { $0.key = "order-1" }
            var request = Draft.with { $0.key = "order-1" }.request
            let redirect = try require(request.record.add(Redirect(to: "ops")), "the redirect").redirect
            request.deliveries = [request.record.delivery(for: redirect, at: Stage.start)]
            guard case .existing = try await stage.store.insert(request) else { throw ConformanceFailure("the key found nothing") }
            try expect(try await stage.deliveries(), equals: [], "the deliveries")
        },
        StoreBehaviour("what is due is found by its channel, the longest due first, and nothing too early") { stage in
            var ids: [DeliveryID] = []
            for second in [3, 1, 2] as [Int64] {
                let record = try await stage.advance(try await stage.addRedirected("ops", "mail"), .completed, at: Stage.at(second))
                ids.append(record.deliveries(at: Stage.at(second))[0].id)
            }
            func due(_ second: Int64, limit: Int = 9) async throws -> DueDeliveries {
                try await stage.store.dueDeliveries(DueDeliveryQuery(channel: "ops", now: Stage.at(second), limit: limit))
            }
            try expect(try await due(0), equals: DueDeliveries([], next: Stage.at(1)), "what is due at the beginning")
            let found = try await due(2)
            try expect(found.deliveries.map(\.id), equals: [ids[1], ids[2]], "what is due after 2 s")
            try expect(found.next, equals: Stage.at(3), "when there is more")
            let one = try await due(9, limit: 1)
            try expect(one.deliveries.map(\.id), equals: [ids[1]], "the one that is due first")
            try expect(one.next, equals: Stage.at(2), "when the next one was due")
            let elsewhere = try await stage.store.dueDeliveries(DueDeliveryQuery(channel: "op", now: Stage.at(9)))
            try expect(elsewhere, equals: DueDeliveries([], next: nil), "what is due elsewhere")
        },
        StoreBehaviour("what a task tells later in one place waits for what it told before") { stage in
            let running = try await stage.addRunning()
            let redirected = try await stage.change(running) { record in
                _ = record.add(Redirect(to: "ops", on: Redirect.tellable))
                _ = record.add(Redirect(to: "ops", target: "other", on: Redirect.ends))
            }
            let asking = try await stage.advance(redirected, .inputRequested, at: Stage.at(1))
            _ = try await stage.advance(try await stage.advance(asking, .inputProvided, at: Stage.at(2)), .completed, at: Stage.at(3))
            let query = DueDeliveryQuery(channel: "ops", now: Stage.at(9))
            var first = try require(try await stage.store.dueDeliveries(query).deliveries.first, "the question")
            try expect(first.content.status, equals: .inputRequired, "what is told first")
            first.postponed(until: Stage.at(100), "away", at: Stage.at(4))
            try expect(try await stage.store.commit(DeliveryChange(first, replacing: 1)), equals: .applied, "the pause")
            let others = try await stage.store.dueDeliveries(query)
            try expect(others.deliveries.map(\.target), equals: ["other"], "what is due while the question waits")
            try expect(others.next, equals: Stage.at(100), "when there is more")
            first.gaveUp("no", at: Stage.at(5))
            try expect(try await stage.store.commit(DeliveryChange(first, replacing: 2)), equals: .applied, "the end of the question")
            let freed = try await stage.store.dueDeliveries(query).deliveries
            try expect(freed.map(\.target), equals: [nil, "other"], "what is due then")
        },
        StoreBehaviour("a delivery is changed by who knows its version, and stays what it is") { stage in
            _ = try await stage.advance(try await stage.addRedirected("ops"), .completed)
            let first = try require(try await stage.deliveries().first, "the delivery")
            var mine = first
            mine.took(["ts": "1"], at: Stage.at(1))
            mine.postponed(until: Stage.at(60), String(repeating: "x", count: 5000), counts: false, at: Stage.at(1))
            try expect(try await stage.store.commit(DeliveryChange(mine, replacing: 1)), equals: .applied, "the change")
            var late = first
            late.arrived(nil, at: Stage.at(2))
            try expect(try await stage.store.commit(DeliveryChange(late, replacing: 1)), equals: .stale(mine), "the late change")
            let moved = Delivery(id: first.id, channel: "mail", content: first.content, createdAt: first.createdAt)
            try await expectThrows(.invalid, "a delivery for another channel") {
                _ = try await stage.store.commit(DeliveryChange(moved, replacing: mine.version))
            }
            try expect(try await stage.deliveries(), equals: [mine], "the delivery")
            _ = try await stage.store.delete(DeliveryQuery(in: .operator, id: first.id))
            try expect(try await stage.store.commit(DeliveryChange(mine, replacing: 3)), equals: .stale(nil), "a change of what is gone")
        },
        StoreBehaviour("deliveries are found by owner, task, channel, state and place, and deleted so") { stage in
            for (owner, channel) in [("one", "ops"), ("two", "ops"), ("one", "mail"), ("one", "ops")] {
                _ = try await stage.advance(try await stage.addRedirected(channel, owner: Owner(owner)), .completed)
            }
            let all = try await stage.deliveries()
            var dead = all[3]
            dead.gaveUp("no", at: Stage.at(1))
            try expect(try await stage.store.commit(DeliveryChange(dead, replacing: 1)), equals: .applied, "the end")
            func ids(_ query: DeliveryQuery) async throws -> [DeliveryID] { try await stage.store.deliveries(query).deliveries.map(\.id) }
            let one = Scope.owner("one")
            try expect(try await ids(DeliveryQuery(in: one)), equals: [0, 2, 3].map { all[$0].id }, "those of an owner")
            try expect(try await ids(DeliveryQuery(in: one, channel: "ops")), equals: [all[0].id, dead.id], "those of a channel")
            try expect(try await ids(DeliveryQuery(in: one, states: [.dead])), equals: [dead.id], "those that were given up")
            try expect(
                try await ids(DeliveryQuery(in: .operator, channel: "ops", states: [.dead])),
                equals: [dead.id],
                "those of a channel, too"
            )
            let open = DeliveryQuery(in: one, channel: "ops", states: [.pending, .dead])
            try expect(try await ids(open), equals: [all[0].id, dead.id], "those that have not arrived")
            let settled = DeliveryQuery(in: one, channel: "ops", states: [.delivered, .dead])
            try expect(try await ids(settled), equals: [dead.id], "those that are settled")
            try expect(try await ids(DeliveryQuery(in: one, task: all[2].task)), equals: [all[2].id], "those of a task")
            try expect(try await ids(DeliveryQuery(in: one, id: all[1].id)), equals: [], "a foreign one")
            try expect(try await ids(DeliveryQuery(in: .owner("two"), task: all[0].task)), equals: [], "those of a foreign task")
            var pages: [[DeliveryID]] = []
            var query = DeliveryQuery(in: .operator, limit: 3)
            while true {
                let page = try await stage.store.deliveries(query)
                pages.append(page.deliveries.map(\.id))
                guard let next = page.next else { break }
                query.after = next
            }
            try expect(pages, equals: [all[..<3].map(\.id), [dead.id]], "the pages")
            try expect(try await stage.store.delete(DeliveryQuery(in: .owner("two"), states: [.dead])), equals: 0, "the foreign deletes")
            try expect(try await stage.store.delete(DeliveryQuery(in: one, states: [.dead])), equals: 1, "the deletes")
            try expect(try await stage.store.delete(DeliveryQuery(in: one, limit: 1)), equals: 1, "the deletes within the limit")
            try expect(try await stage.deliveries().map(\.id), equals: [all[1].id, all[2].id], "what is left")
        },
        StoreBehaviour("a delivery is sent again: from where it stood, or whole when it had arrived") { stage in
            _ = try await stage.advance(try await stage.addRedirected("ops", "mail"), .completed)
            for var delivery in try await stage.deliveries() {
                delivery.took(["ts": "1"], at: Stage.at(1))
                if delivery.channel == "ops" { delivery.gaveUp("no", at: Stage.at(2)) } else { delivery.arrived(nil, at: Stage.at(2)) }
                try expect(try await stage.store.commit(DeliveryChange(delivery, replacing: 1)), equals: .applied, "the end")
                let due = DueDeliveryQuery(channel: delivery.channel, now: Stage.at(9))
                try expect(try await stage.store.dueDeliveries(due), equals: DueDeliveries([], next: nil), "what is due after the end")
                let version = delivery.version
                delivery.replayed(at: Stage.at(5))
                try expect(try await stage.store.commit(DeliveryChange(delivery, replacing: version)), equals: .applied, "the replay")
                try expect(try await stage.store.dueDeliveries(due).deliveries, equals: [delivery], "what is due again")
                try expect(delivery.sent, equals: delivery.channel == "ops" ? 1 : 0, "where it goes on")
            }
        },
        StoreBehaviour("it is known how much lies there for each channel") { stage in
            for (owner, channel) in [("one", "ops"), ("two", "ops"), ("one", "mail"), ("one", "quiet")] {
                _ = try await stage.advance(try await stage.addRedirected(channel, owner: Owner(owner)), .completed)
            }
            for delivery in try await stage.deliveries() where delivery.channel != "ops" {
                var next = delivery
                if delivery.channel == "mail" { next.gaveUp("no", at: Stage.at(1)) } else { next.arrived(nil, at: Stage.at(1)) }
                try expect(try await stage.store.commit(DeliveryChange(next, replacing: 1)), equals: .applied, "the change")
            }
            let mail = ChannelStanding(channel: "mail", pending: 0, dead: 1, oldestPending: nil)
            func ops(_ pending: Int) -> ChannelStanding {
                ChannelStanding(channel: "ops", pending: pending, dead: 0, oldestPending: Stage.start)
            }
            try expect(try await stage.store.channelStandings(.operator), equals: [mail, ops(2)], "the channels")
            try expect(try await stage.store.channelStandings(.owner("one")), equals: [mail, ops(1)], "those of an owner")
            try expect(try await stage.store.channelStandings(.owner("nobody")), equals: [], "those of nobody")
        },
        StoreBehaviour("with a task goes what has arrived, and the rest when it arrives") { stage in
            let record = try await stage.advance(try await stage.addRedirected("ops", "mail", "dead"), .completed)
            for delivery in try await stage.deliveries() where delivery.channel != "mail" {
                var next = delivery
                if delivery.channel == "ops" { next.arrived(nil, at: Stage.at(1)) } else { next.gaveUp("no", at: Stage.at(1)) }
                try expect(try await stage.store.commit(DeliveryChange(next, replacing: 1)), equals: .applied, "the change")
            }
            let purged = try await stage.store.purge(PurgeRequest(in: .operator, ids: [record.id], finishedBefore: Stage.at(99)))
            try expect(purged, equals: [record.id], "the purge")
            try expect(try await stage.deliveries().map(\.channel), equals: ["mail", "dead"], "what is left")
            let due = try await stage.store.dueDeliveries(DueDeliveryQuery(channel: "mail", now: Stage.at(9)))
            try expect(due.deliveries.map(\.task), equals: [record.id], "what is still to be delivered")
            var last = try require(due.deliveries.first, "what is still to be delivered")
            last.arrived(nil, at: Stage.at(10))
            try expect(try await stage.store.commit(DeliveryChange(last, replacing: 1)), equals: .applied, "the arrival")
            try expect(try await stage.deliveries().map(\.channel), equals: ["dead"], "what is left in the end")
        },
    ]
}

extension Stage {
    /// A running task whose end is to be told in channels.
    fileprivate func addRedirected(_ channels: String..., owner: Owner = "owner") async throws -> TaskRecord {
        let running = try await addRunning { $0.owner = owner }
        return try await change(running) { record in
            for channel in channels { _ = record.add(Redirect(to: channel)) }
        }
    }

    /// All deliveries, in order.
    fileprivate func deliveries() async throws -> [Delivery] {
        try await store.deliveries(DeliveryQuery(in: .operator, limit: DeliveryQuery.maximumLimit)).deliveries
    }
}
