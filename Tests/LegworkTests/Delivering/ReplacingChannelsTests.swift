import Legwork
import LegworkTestKit
import Testing

@Suite("Putting other channels in the place of those that there are")
struct ReplacingChannelsTests {
    private let former = ScriptedChannel()
    private let later = ScriptedChannel()

    private func entry(_ channel: ScriptedChannel, _ name: String = "ops") -> ChannelEntry {
        ChannelEntry(name, kind: "scripted", channel)
    }

    /// Runs a body while the former channel has the first message, which it takes when the body releases it.
    private func whileSending(_ body: (DeliveryBench, HeldPiece) async throws -> Void) async throws -> DeliveryBench {
        let held = former.hold()
        let bench = try DeliveryBench([entry(former)])
        try await bench.running {
            try await bench.end(in: "ops")
            await held.reached.wait()
            try await body(bench, held)
        }
        return bench
    }

    @Test("has the new one send what waits, at once, though the former one was blocked")
    func waiting() async throws {
        former.answerAlways(.fail(ChannelError(.misconfigured, "the token is wrong")))
        let bench = try DeliveryBench([entry(former)])
        try await bench.running {
            try await bench.end(in: "ops")
            await bench.recorded(1)
            #expect(try await bench.manager.channels(for: nil).first?.state == .blocked)
            // Only the one that found it out is given up.
            try await bench.end(in: "ops")
            bench.manager.configure(channels: [entry(later)], redirectRules: [])
            await later.hasTaken(1)
            await bench.recorded(2)
            #expect(try await bench.manager.channels(for: nil).first?.state == .ok)
            try await bench.end(in: "ops")
            await later.hasTaken(2)
        }
        #expect(former.tried.count == 1 && former.taken.isEmpty)
        #expect(bench.manager.deliveryFigures.channels["ops"]?.delivered == 2)
        #expect(bench.manager.deliveryFigures.channels["ops"]?.failures[.misconfigured] == 1)
    }

    @Test("lets the message arrive that is being sent, and sends it no second time")
    func sending() async throws {
        let bench = try await whileSending { bench, held in
            bench.manager.configure(channels: [entry(later)], redirectRules: [])
            try await bench.end(in: "ops")
            #expect(later.tried.isEmpty)
            held.release()
            await later.hasTaken(1)
        }
        let all = try await bench.deliveries().map(\.id.description)
        #expect(former.taken.map(\.delivery) == [all[0]] && later.taken.map(\.delivery) == [all[1]])
    }

    @Test("lets the message arrive that is being sent where no channel is any more")
    func last() async throws {
        let bench = try await whileSending { bench, held in
            bench.manager.configure(channels: [entry(later, "new")], redirectRules: [])
            try await bench.end(in: "new")
            await later.hasTaken(1)
            await bench.recorded(1)
            held.release()
            await bench.recorded(2)
        }
        #expect(former.taken.count == 1)
        #expect(try await bench.deliveries().map(\.state) == [.delivered, .delivered])
    }

    @Test("sends nothing to a channel that is taken out and put back while the former one still sends")
    func backWhileSending() async throws {
        let other = ScriptedChannel()
        let bench = try await whileSending { bench, held in
            bench.manager.configure(channels: [entry(other, "new")], redirectRules: [])
            bench.manager.configure(channels: [entry(other, "new"), entry(later)], redirectRules: [])
            try await bench.end(in: "ops")
            try await bench.end(in: "new")
            await other.hasTaken(1)
            #expect(later.tried.isEmpty)
            held.release()
            await later.hasTaken(1)
        }
        let all = try await bench.deliveries().filter { $0.channel == "ops" }.map(\.id.description)
        #expect(former.taken.map(\.delivery) == [all[0]] && later.taken.map(\.delivery) == [all[1]])
    }

    @Test("a second time waits for nothing that a former channel still sends, if that has another name")
    func twice() async throws {
        let last = ScriptedChannel()
        let bench = try await whileSending { bench, held in
            bench.manager.configure(channels: [entry(later, "new")], redirectRules: [])
            try await bench.end(in: "new")
            await later.hasTaken(1)
            bench.manager.configure(channels: [entry(last, "newest")], redirectRules: [])
            try await bench.end(in: "newest")
            await last.hasTaken(1)
            held.release()
            await bench.recorded(3)
        }
        #expect(try await bench.deliveries().map(\.state) == [.delivered, .delivered, .delivered])
    }

    @Test("gives up nothing for a channel that is put back while that is looked at")
    func backInTime() async throws {
        former.answerAlways(.fail(ChannelError(.unavailable, "nobody is at home")))
        let bench = try DeliveryBench([entry(former)])
        try await bench.running {
            try await bench.end(in: "ops")
            await bench.recorded(1)
            let held = bench.store.hold(.deliveries, .after)
            bench.manager.configure(channels: [], redirectRules: [])
            await held.reached.wait()
            bench.manager.configure(channels: [entry(later)], redirectRules: [])
            held.release()
            await later.hasTaken(1)
        }
        #expect(try await bench.deliveries().map(\.state) == [.delivered])
    }

    @Test("sends again, under the same id, what did not arrive in its moment")
    func slow() async throws {
        let bench = try await whileSending { bench, _ in
            bench.manager.configure(channels: [entry(later)], redirectRules: [])
            await bench.pass(.seconds(5))
            await later.hasTaken(1)
        }
        #expect(later.taken.map(\.key) == former.tried.map(\.key) && former.taken.isEmpty)
        #expect(try await bench.deliveries([.delivered]).count == 1)
    }

    @Test("counts for what is new: channels, rules, and what waits for one that is there no more")
    func different() async throws {
        former.answerAlways(.fail(ChannelError(.unavailable, "nobody is at home")))
        let bench = try DeliveryBench([entry(former), entry(former, "other")])
        try await bench.running {
            try await bench.end(in: "ops")
            await bench.recorded(1)
            let rule = RedirectRule(Redirect(to: "new"))
            bench.manager.configure(channels: [entry(later, "new")], redirectRules: [rule])
            try await bench.end()
            await later.hasTaken(1)
            await bench.recorded(3)
            await #expect(throws: TaskManagerError.self) { try await bench.end(in: "other") }
        }
        let dead = try await bench.deliveries([.dead])
        #expect(dead.map(\.channel) == ["ops"] && dead[0].problem?.contains("has no channel 'ops' any more") == true)
        #expect(try await bench.manager.channels(for: bench.alice).map(\.name) == ["new"])
    }

    @Test("takes it from the schedules of those who may not use it any more, and leaves it to the others")
    func schedules() async throws {
        let bench = try DeliveryBench([entry(former)])
        try await bench.running {
            var request = ScheduleRequest("echo", when: ScheduleText(every: "1h"))
            request.redirects = [RedirectWish(to: "ops")]
            let mine = try await bench.manager.schedule(request, as: bench.alice)
            let other = try await bench.manager.schedule(request, as: Caller(owner: "bob"))
            var narrow = entry(later)
            narrow.access = ChannelAccess(owners: ["bob"])
            bench.manager.configure(channels: [narrow], redirectRules: [])
            let task = try await bench.manager.runSchedule("\(mine.id)", in: .operator)
            #expect(task.redirects.isEmpty)
            _ = try await bench.manager.runSchedule("\(other.id)", in: .operator)
            await later.hasTaken(1)
        }
        #expect(later.taken.map(\.content.owner) == ["bob"])
    }
}
