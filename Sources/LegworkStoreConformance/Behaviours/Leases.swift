import LegworkCore

extension StoreBehaviour {
    static let leases = [
        StoreBehaviour("a lease that is renewed goes on until the new time") { stage in
            let running = try await stage.addRunning(lease: Stage.lease(until: Stage.at(10)))
            let token = try require(running.lease?.token, "the token")
            let replies = try await stage.store.renew(RenewRequest([.init(id: running.id, token: token)], until: Stage.at(20)))
            try expect(replies, equals: [.renewed(isCancelRequested: false)], "the reply")
            try expect(try await stage.task(running.id)?.lease?.expiresAt, equals: Stage.at(20), "the end of the lease")
            try expect(try await stage.lost(at: Stage.at(15)), equals: [], "the lost tasks in between")
            try expect(try await stage.lost(at: Stage.at(21)), equals: [running.id], "the lost tasks after")
        },
        StoreBehaviour("renewing makes no new version, so that it stands in nobody's way") { stage in
            let running = try await stage.addRunning()
            let token = try require(running.lease?.token, "the token")
            _ = try await stage.store.renew(RenewRequest([.init(id: running.id, token: token)], until: Stage.at(9000)))
            try expect(try await stage.task(running.id)?.version, equals: running.version, "the version")
            try await stage.change(running, token: token) { $0.statusMessage = "on" }
        },
        StoreBehaviour("a commit does not shorten a lease that was renewed while it was made") { stage in
            let running = try await stage.addRunning(lease: Stage.lease(until: Stage.at(10)))
            let token = try require(running.lease?.token, "the token")
            _ = try await stage.store.renew(RenewRequest([.init(id: running.id, token: token)], until: Stage.at(20)))
            try await stage.change(running, token: token) { $0.statusMessage = "on" }
            try expect(try await stage.task(running.id)?.lease?.expiresAt, equals: Stage.at(20), "the end of the lease")
        },
        StoreBehaviour("each lease gets its answer, in the order asked; one that is no more is lost") { stage in
            let first = try await stage.addRunning()
            let second = try await stage.addRunning()
            let ended = try await stage.addRunning()
            try await stage.advance(ended, .completed)
            try await stage.advance(second, .cancelRequested)
            let queued = try await stage.add()
            let items: [RenewRequest.Item] = [
                .init(id: second.id, token: try require(second.lease?.token, "the token")),
                .init(id: .random(), token: .random()),
                .init(id: first.id, token: .random()),
                .init(id: first.id, token: try require(first.lease?.token, "the token")),
                .init(id: ended.id, token: try require(ended.lease?.token, "the token")),
                .init(id: queued.id, token: .random()),
            ]
            let expected: [RenewReply] = [
                .renewed(isCancelRequested: true), .lost, .lost, .renewed(isCancelRequested: false), .lost, .lost,
            ]
            try expect(try await stage.store.renew(RenewRequest(items, until: Stage.at(9000))), equals: expected, "the replies")
            try expect(try await stage.store.renew(RenewRequest([], until: Stage.at(9000))), equals: [], "the replies to nothing")
        },
    ]

    static let lostLeases = [
        StoreBehaviour("a lease is lost once its end has passed, and not before") { stage in
            let running = try await stage.addRunning(lease: Stage.lease(until: Stage.at(10)))
            try expect(try await stage.lost(at: Stage.at(10)), equals: [], "the lost tasks at the end")
            let lost = try await stage.store.lostLeases(LostLeaseQuery(expiredBefore: Stage.at(11)))
            try expect(lost, equals: [running], "the lost tasks after")
        },
        StoreBehaviour("every lease of another node is lost when one node is known to be the only one") { stage in
            let foreign = try await stage.addRunning(lease: Stage.lease(node: "gone"))
            let mine = try await stage.addRunning(lease: Stage.lease(node: "here"))
            let early = Timestamp(milliseconds: .min)
            let others = try await stage.store.lostLeases(LostLeaseQuery(expiredBefore: early, notHeldBy: NodeID("here")))
            try expect(others.map(\.id), equals: [foreign.id], "the tasks of other nodes")
            let all = try await stage.store.lostLeases(LostLeaseQuery(expiredBefore: Stage.at(9000), notHeldBy: NodeID("here")))
            try expect(all.map(\.id), equals: [foreign.id, mine.id], "the tasks of other nodes and those that ran out")
            try expect(try await stage.lost(at: early), equals: [], "the tasks whose lease ran out")
        },
        StoreBehaviour("every lease of a node that is gone is lost, and none of one that lives, however old") { stage in
            let gone = try await stage.addRunning(lease: Stage.lease(node: "gone"))
            let old = try await stage.addRunning(lease: Stage.lease(node: "unknown", until: Stage.at(10)))
            _ = try await stage.addRunning(lease: Stage.lease(node: "alive", until: Stage.at(10)))
            _ = try await stage.addRunning(lease: Stage.lease(node: "unknown"))
            let bare = try await stage.add { $0.lifecycle = .promoted }
            let query = LostLeaseQuery(
                expiredBefore: Stage.at(11),
                gone: [NodeID("gone"), NodeID("never seen")],
                alive: [NodeID("alive"), NodeID("elsewhere")]
            )
            try expect(try await stage.store.lostLeases(query).map(\.id), equals: [gone.id, old.id, bare.id], "the lost tasks")
        },
        StoreBehaviour("the nodes that execute something are known, with the first end of their leases") { stage in
            try expect(try await stage.store.leaseHolders(), equals: [], "the nodes at first")
            for end: Int64 in [30, 10, 20] { _ = try await stage.addRunning(lease: Stage.lease(node: "b", until: Stage.at(end))) }
            let waiting = try await stage.addRunning(lease: Stage.lease(node: "a", until: Stage.at(40)))
            try await stage.advance(waiting, .inputRequested)
            let ended = try await stage.addRunning(lease: Stage.lease(node: "c"))
            try await stage.advance(ended, .completed)
            _ = try await stage.add()
            _ = try await stage.add { $0.lifecycle = .promoted }
            let expected = [LeaseHolder(NodeID("a"), firstEnd: Stage.at(40)), LeaseHolder(NodeID("b"), firstEnd: Stage.at(10))]
            try expect(try await stage.store.leaseHolders(), equals: expected, "the nodes")
        },
        StoreBehaviour("a task that executes without a lease is lost") { stage in
            let bare = try await stage.add { $0.lifecycle = .promoted }
            try expect(try await stage.lost(at: Timestamp(milliseconds: .min)), equals: [bare.id], "the lost tasks")
        },
        StoreBehaviour("a task that waits for an answer loses its lease like any other") { stage in
            let running = try await stage.addRunning(lease: Stage.lease(until: Stage.at(10)))
            try await stage.advance(running, .inputRequested)
            try expect(try await stage.lost(at: Stage.at(11)), equals: [running.id], "the lost tasks")
        },
        StoreBehaviour("a task that does not execute is never lost") { stage in
            _ = try await stage.add()
            _ = try await stage.addFinished()
            let running = try await stage.addRunning()
            try await stage.advance(running, .stopped(.orphaned))
            let query = LostLeaseQuery(expiredBefore: Timestamp(milliseconds: .max), notHeldBy: NodeID("elsewhere"))
            try expect(try await stage.store.lostLeases(query), equals: [], "the lost tasks")
        },
        StoreBehaviour("lost tasks come in the order of arrival, at most as many as asked for") { stage in
            let ids = try await [30, 10, 20].asyncMap { end in
                try await stage.addRunning(lease: Stage.lease(until: Stage.at(end))).id
            }
            for limit in -1...4 {
                let lost = try await stage.store.lostLeases(LostLeaseQuery(expiredBefore: Stage.at(60), limit: limit))
                try expect(lost.map(\.id), equals: Array(ids.prefix(max(0, limit))), "the lost tasks, at most \(limit)")
            }
        },
    ]
}

extension Stage {
    /// The ids of the tasks whose lease has run out.
    fileprivate func lost(at time: Timestamp) async throws -> [TaskID] {
        try await store.lostLeases(LostLeaseQuery(expiredBefore: time)).map(\.id)
    }
}
