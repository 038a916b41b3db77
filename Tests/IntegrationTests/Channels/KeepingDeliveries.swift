import LegworkCore
import LegworkHTTP
import Testing

@Suite("Deliveries that a channel does not take", .timeLimit(.minutes(3)))
struct KeepingDeliveries {
    private func run(_ site: Site, _ word: String, _ options: String...) async throws -> String {
        try await site.start(["run", "-b"] + options + ["--redirect", "hook", "--", "echo", word]).end().output.trimmed
    }

    @Test("are given up visibly, can be listed, sent again and dropped, and the doctor says so")
    func deadLetters() async throws {
        try await WebhookReceiver.use { receiver in
            try await Site.use { site in
                try site.describe(channels: ["hook": site.webhook(receiver)])
                _ = try await site.serve("--channels", site.channelsFile)
                // What is refused for what it is, is given up at once.
                receiver.answer(with: 400)
                var tasks: Set<String> = []
                for word in ["one", "two", "three"] { tasks.insert(try await run(site, word)) }
                let dead = try await site.deliveries("&state=dead") { $0.count == 3 }
                #expect(Set(dead.compactMap { $0["task"]?.string }) == tasks && dead.allSatisfy { $0["problem"] != nil })
                let ids = try await site.legwork("channels", "dead-letters", "-q").lines
                #expect(ids.count == 3)
                let table = try await site.legwork("channels", "dead-letters", "--channel", "hook").output
                #expect(table.contains("given up after 1 try") && !table.contains(receiver.url), "\(table)")
                #expect(try await site.legwork("channels", "list").output.contains("dead 3"))
                let doctor = try await site.legwork("doctor")
                #expect(doctor.code == 1 && doctor.output.contains("3 deliveries were given up"), "\(doctor)")
                let metrics = try await site.http("GET", "/metrics", headers: ["Legwork-Scope: operator"]).text
                for line in [
                    #"legwork_deliveries{channel="hook",state="dead"} 3"#, #"legwork_deliveries{channel="hook",state="pending"} 0"#,
                    #"legwork_delivery_failures_total{channel="hook",code="rejected"} 3"#,
                    #"legwork_deliveries_given_up_total{channel="hook"} 3"#, #"legwork_delivery_messages_total{channel="hook"} 0"#,
                ] {
                    #expect(metrics.contains(line + "\n"), "\(line) in \(metrics)")
                }

                receiver.answer(with: 200)
                let count = receiver.now.count
                #expect(try await site.legwork("channels", "replay", ids[0]).output.contains("is sent again"))
                await receiver.messages(count + 1)
                _ = try await site.deliveries("&state=dead") { $0.count == 2 }
                #expect(try await site.legwork("channels", "drop", ids[1]).output == "\(ids[1])  dropped\n")
                #expect(try await site.legwork("channels", "drop", ids[1]).code == 3)
                #expect(try await site.legwork("channels", "replay", "--all", "--channel", "hook").output == "1 delivery is sent again\n")
                await receiver.messages(count + 2)
                let left = try await site.deliveries { $0.allSatisfy { $0["state"] == "delivered" } }
                #expect(Set(left.compactMap { $0["id"]?.string }) == [ids[0], ids[2]])
                // The same id at every try.
                let names = receiver.now.compactMap { $0.headers["webhook-id"] }
                #expect(names.count { $0 == ids[0] } == 2 && names.count { $0 == ids[1] } == 1, "\(names)")
                #expect(try await site.legwork("channels", "drop", "--all").output == "0 deliveries dropped\n")
                #expect(try await site.legwork("channels", "test", "hook").code == 0)
            }
        }
    }

    @Test("outlive a daemon that is killed, and arrive under the same id when the next one serves")
    func killed() async throws {
        try await WebhookReceiver.use { receiver in
            try await Site.use { site in
                try site.describe(channels: ["hook": site.webhook(receiver)])
                let first = try await site.serve("--channels", site.channelsFile)
                receiver.answer(with: 503)
                var tasks: Set<String> = []
                for word in ["one", "two", "three", "four"] { tasks.insert(try await run(site, word)) }
                let pending = try await site.deliveries { $0.count == 4 && $0.contains { ($0["tries"]?.int ?? 0) > 0 } }
                #expect(pending.allSatisfy { $0["state"] == "pending" })
                try await first.killNow()
                receiver.answer(with: 200)
                _ = try await site.serve("--channels", site.channelsFile)
                // Nobody has to wait for the next try.
                for delivery in pending { _ = try await site.post("/v1/deliveries/\(delivery["id"]?.string ?? "")/replay", [:]) }
                let told = try await site.deliveries { $0.count == 4 && $0.allSatisfy { $0["state"] == "delivered" } }
                #expect(Set(told.compactMap { $0["task"]?.string }) == tasks)
                let names = Set(receiver.now.compactMap { $0.headers["webhook-id"] })
                #expect(names == Set(told.compactMap { $0["id"]?.string }))
            }
        }
    }

    @Test("of a channel that is configured no more are shown to the operator, and stay")
    func orphaned() async throws {
        try await WebhookReceiver.use { receiver in
            try await Site.use { site in
                try site.describe(channels: ["hook": site.webhook(receiver)])
                receiver.answer(with: 400)
                let first = try await site.serve("--channels", site.channelsFile)
                _ = try await run(site, "one")
                _ = try await site.deliveries("&state=dead") { $0.count == 1 }
                try await first.killNow()
                try site.describe(channels: [:])
                _ = try await site.serve("--channels", site.channelsFile)
                let list = try await site.json("channels", "list")["channels"]?[0]
                #expect(list?["name"] == "hook" && list?["state"] == "blocked" && list?["dead"] == 1, "\(list?.json() ?? "")")
                let replay = try await site.legwork("channels", "replay", "--all")
                #expect(replay.output == "0 deliveries are sent again\n" && replay.error.contains("1 stay"), "\(replay)")
                #expect(try await site.legwork("channels", "drop", "--all").output == "1 delivery dropped\n")
            }
        }
    }
}
