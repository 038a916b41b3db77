import Legwork
import LegworkTestKit
import Testing

private let down = ChannelError(.unavailable, "nobody is at home")

@Suite("Delivering what became of a task")
struct DeliveringTests {
    private let channel = ScriptedChannel()

    private func entry(_ channel: ScriptedChannel, _ name: String = "ops", change: (inout ChannelEntry) -> Void = { _ in }) -> ChannelEntry
    {
        var entry = ChannelEntry(name, kind: "scripted", channel)
        change(&entry)
        return entry
    }

    // MARK: - What arrives

    @Test("happens once, with the delivery's name as its key, and the timeline says so")
    func once() async throws {
        let bench = try DeliveryBench([entry(channel)])
        var id: TaskID?
        try await bench.running {
            id = try await bench.end(in: "ops").id
            await channel.hasTaken(1)
        }
        let task = try #require(id)
        let delivery = try #require(try await bench.deliveries().first)
        #expect(channel.tried.map(\.key) == [delivery.id.description])
        #expect(channel.taken.first?.content.status == .completed)
        #expect((delivery.state, delivery.tries, delivery.sent) == (.delivered, 1, 1))
        #expect(try await bench.kinds(of: task).suffix(2) == [.completed, .delivered])
        #expect(bench.manager.deliveryFigures.channels["ops"]?.delivered == 1)
        #expect(bench.manager.deliveryFigures.channels["ops"]?.messages == 1)
        #expect(bench.problems.all == [])
    }

    @Test("finds at a start all that was written before")
    func afterRestart() async throws {
        let store = MemoryTaskStore()
        let first = try DeliveryBench([entry(channel)], over: store)
        for _ in 0..<3 { try await first.end(in: "ops") }
        await first.manager.shutdown()
        #expect(channel.tried == [])
        let second = try DeliveryBench([entry(channel)], over: store)
        try await second.running { await channel.hasTaken(3) }
        #expect(channel.taken.map(\.delivery) == (try await second.deliveries()).map(\.id.description))
    }

    @Test("tells a question with the links that answer it, where the channel takes those")
    func question() async throws {
        let asking = ClosureTool(ToolDescriptor(name: "asking", description: "")) { _, context in
            _ = try await context.ask("May I?")
            return .text("thanks")
        }
        let answering = ScriptedChannel()
        let channels = [entry(channel), entry(answering, "chat") { $0.takesAnswers = true }]
        let bench = try DeliveryBench(channels, tools: [asking]) { configuration in
            configuration.answerLinks = { [AnswerLink(label: "Yes", url: "https://example.org/\($0.task)")] }
            configuration.taskLink = { "https://example.org/tasks/\($0)" }
        }
        try await bench.running {
            var options = CallOptions.background
            options.redirects = [
                RedirectWish(to: "ops", on: [.inputRequired]), RedirectWish(to: "chat", on: [.inputRequired, .completed]),
            ]
            _ = try await bench.manager.call("asking", as: bench.alice, options: options)
            await channel.hasTaken(1)
            await answering.hasTaken(1)
        }
        let piece = try #require(answering.taken.first)
        #expect(piece.content.questions.first?["message"] == "May I?")
        #expect(piece.answers.map(\.label) == ["Yes"])
        #expect(piece.link == "https://example.org/tasks/\(piece.content.task)")
        #expect(channel.taken.first?.answers == [])
    }

    @Test("is done by one of several processes that share a store")
    func shared() async throws {
        let store = FaultyStore(MemoryTaskStore(), isShared: true)
        let clock = MockClock()
        let held = channel.hold()
        let processes = try (0..<2).map { _ in try DeliveryBench([entry(channel)], clock: clock, over: store) }
        try await processes[0].running {
            try await processes[0].end(in: "ops")
            await held.reached.wait()
            // The other one finds nothing that is due, and something that is written afterwards.
            try await processes[1].running {
                try await processes[1].end(in: "ops")
                await channel.hasTaken(1)
                held.release()
                await channel.hasTaken(2)
            }
        }
        #expect(!channel.hadTwins)
        #expect(channel.tried.count == 2)
    }

    @Test("is given up in time by processes that share a store too")
    func sharedTooOld() async throws {
        channel.answerAlways(.fail(down))
        let bench = try DeliveryBench([entry(channel)], over: FaultyStore(MemoryTaskStore(), isShared: true))
        try await bench.running {
            try await bench.end(in: "ops")
            // It is taken for sending, and then it is not sent.
            await bench.recorded(2)
            bench.clock.advance(by: .seconds(3 * 24 * 3600))
            await bench.recorded(4)
        }
        #expect(try await bench.deliveries().map(\.state) == [.dead])
    }

    // MARK: - Pieces

    @Test("goes on at the message that was not taken, and passes on what was said of the one before")
    func pieces() async throws {
        let channel = ScriptedChannel.messages(of: 100, attachments: 5000)
        channel.answer(.say(PieceReceipt(["thread": 7])))
        channel.answer(.say(PieceReceipt(["thread": 8])))
        channel.answer(.fail(down), times: 2)
        let bench = try DeliveryBench([entry(channel)], tools: [longWinded(2000)])
        try await bench.running {
            try await bench.end("long", in: "ops")
            await bench.recorded(3)
            await bench.pass(.seconds(5))
            await bench.recorded(4)
            let waiting = try #require(try await bench.deliveries().first)
            #expect((waiting.sent, waiting.tries, waiting.problem) == (2, 2, "nobody is at home"))
            await bench.pass(.seconds(20))
            await channel.hasTaken(5)
        }
        #expect(channel.tried.map(\.index) == [0, 1, 2, 2, 2, 3, 4])
        #expect(Set(channel.tried.map(\.key)).count == 5)
        #expect(channel.tried.map(\.previous) == [nil, ["thread": 7], ["thread": 8], ["thread": 8], ["thread": 8], nil, nil])
        #expect(channel.taken.map { $0.attachment?.bytes.count } == [nil, nil, nil, nil, 2000])
    }

    @Test("sends messages no faster than the channel wants them, and none between those of another")
    func interval() async throws {
        let channel = ScriptedChannel.messages(of: 100, atMost: 3)
        let bench = try DeliveryBench([entry(channel) { $0.interval = .seconds(2) }], tools: [longWinded(1000)])
        try await bench.running {
            let first = try await bench.end("long", in: "ops").id
            let second = try await bench.end("long", in: "ops").id
            for count in 1..<6 {
                await channel.hasTaken(count)
                await bench.recorded(count)
                #expect(channel.tried.count == count)
                await bench.pass(.seconds(2))
            }
            await channel.hasTaken(6)
            #expect(channel.taken.map(\.content.task) == Array(repeating: first, count: 3) + Array(repeating: second, count: 3))
        }
    }

    @Test("keeps nothing of a receipt that is too long")
    func longReceipt() async throws {
        channel.answer(.say(PieceReceipt(.string(String(repeating: "x", count: 5000)))))
        let bench = try DeliveryBench([entry(channel)])
        try await bench.running {
            try await bench.end(in: "ops")
            await channel.hasTaken(1)
        }
        let delivery = try #require(try await bench.deliveries().first)
        #expect((delivery.state, delivery.receipt) == (.delivered, nil))
    }

    // MARK: - Channels that do not work

    @Test("survives a day in which the other side is away: all that ended meanwhile arrives, in order, each once")
    func day() async throws {
        let count = 300
        channel.answerAlways(.fail(down))
        let bench = try DeliveryBench([entry(channel)])
        var tasks: [TaskID] = []
        try await bench.running {
            var cycle = 0
            repeat {
                cycle += 1
                for _ in 0..<12 where tasks.count < count { tasks.append(try await bench.end(in: "ops").id) }
                // From the fifth on a second one is tried as well.
                let tries = cycle < 5 ? cycle : 2 * cycle - 4
                await channel.wasTried(tries)
                await bench.recorded(tries)
                let pause = Duration.seconds([5, 20, 80, 320, 1280, 3600][min(cycle, 6) - 1])
                if bench.clock.uptime + pause >= .seconds(24 * 3600) {
                    #expect(bench.manager.deliveryFigures.channels["ops"]?.state == .waiting)
                    channel.answerAlways(.take)
                }
                await bench.pass(pause)
            } while bench.clock.uptime < .seconds(24 * 3600)
            await channel.hasTaken(count)
        }
        #expect(tasks.count == count)
        #expect(channel.taken.map(\.content.task) == tasks)
        #expect(try await bench.deliveries([.delivered]).count == count)
        let figures = try #require(bench.manager.deliveryFigures.channels["ops"])
        #expect((figures.delivered, figures.givenUp, figures.state) == (count, 0, .ok))
        // One line for each change, not for each try.
        #expect(bench.problems.all.count == 2)
    }

    @Test("holds up nobody else: nine of ten channels go on when one is dead")
    func oneOfTen() async throws {
        let channels = (0..<10).map { _ in ScriptedChannel() }
        channels[3].answerAlways(.fail(down))
        let held = channels[4].hold(obeysCancel: false)
        let entries = channels.enumerated().map { entry($1, "channel-\($0)") }
        let bench = try DeliveryBench(entries)
        try await bench.running {
            for _ in 0..<20 { for index in 0..<10 { try await bench.end(in: "channel-\(index)") } }
            for index in [0, 1, 2, 5, 6, 7, 8, 9] { await channels[index].hasTaken(20) }
            held.release()
            await channels[4].hasTaken(20)
        }
        #expect(channels[3].taken == [])
        #expect(try await bench.deliveries([.pending]).count == 20)
    }

    @Test("waits as long as the other side says that it wants to hear nothing")
    func rateLimited() async throws {
        channel.answer(.fail(ChannelError(.rateLimited, "slowly", retryAfter: .seconds(77))))
        let bench = try DeliveryBench([entry(channel)])
        try await bench.running {
            try await bench.end(in: "ops")
            await bench.recorded(1)
            await bench.pass(.seconds(76))
            #expect(channel.tried.count == 1)
            await bench.pass(.seconds(1))
            await channel.hasTaken(1)
        }
        #expect(bench.manager.deliveryFigures.channels["ops"]?.failures == [.rateLimited: 1])
    }

    @Test("gives up what is refused, says so, and goes on with the next")
    func rejected() async throws {
        channel.answer(.fail(ChannelError(.rejected, "too long")))
        let bench = try DeliveryBench([entry(channel)])
        var task: TaskID?
        try await bench.running {
            task = try await bench.end(in: "ops").id
            try await bench.end(in: "ops")
            await channel.hasTaken(1)
        }
        let dead = try #require(try await bench.deliveries([.dead]).first)
        #expect((dead.task, dead.problem) == (task, "too long"))
        #expect(try await bench.kinds(of: dead.task).last == .undelivered)
        #expect(bench.problems.all == ["\(dead.id) to the channel 'ops' is given up: too long"])
        #expect(bench.manager.deliveryFigures.channels["ops"]?.givenUp == 1)
    }

    @Test("holds back what is for a channel whose token is wrong, tells the operator once, and tries seldom")
    func misconfigured() async throws {
        channel.answer(.fail(ChannelError(.misconfigured, "the token is wrong")), times: 2)
        let bench = try DeliveryBench([entry(channel)])
        try await bench.running {
            for _ in 0..<4 { try await bench.end(in: "ops") }
            await bench.recorded(1)
            let report = try #require(try await bench.manager.channels(for: nil).first)
            #expect((report.state, report.problem, report.pending, report.dead) == (.blocked, "the token is wrong", 3, 1))
            for count in 1...2 {
                await bench.recorded(count)
                await bench.pass(.seconds(900))
            }
            await channel.hasTaken(2)
        }
        #expect(try await bench.deliveries([.dead]).count == 2)
        #expect(bench.problems.all.filter { $0.contains("until somebody mends it") }.count == 1)
        #expect(bench.problems.all.filter { $0.contains("works again") }.count == 1)
    }

    @Test("gives up what is older than three days when the channel still does not work, all of it at once")
    func tooOld() async throws {
        channel.answerAlways(.fail(down))
        let bench = try DeliveryBench([entry(channel)])
        try await bench.running {
            for _ in 0..<20 { try await bench.end(in: "ops") }
            await bench.recorded(1)
            bench.clock.advance(by: .seconds(3 * 24 * 3600))
            for (tries, pause) in [(2, 20), (3, 80), (4, 320)] {
                await bench.recorded(tries)
                if tries == 2 { try await bench.end(in: "ops") }
                await bench.pass(.seconds(pause))
            }
            await bench.recorded(21)
        }
        #expect(try await bench.deliveries([.pending]).count == 1)
        let dead = try await bench.deliveries([.dead])
        #expect(dead.count == 20)
        #expect(dead.allSatisfy { $0.problem?.contains("nobody is at home") == true })
    }

    // MARK: - Channels that take too long

    @Test("cancels a channel that takes too long, and tries again")
    func timeLimit() async throws {
        let held = channel.hold()
        let bench = try DeliveryBench([entry(channel)])
        try await bench.running {
            try await bench.end(in: "ops")
            await held.reached.wait()
            await bench.pass(.seconds(30))
            await held.noticedCancel.wait()
            await bench.recorded(1)
            #expect(try await bench.deliveries().first?.problem == "it took longer than 30.0 s")
            await bench.pass(.seconds(5))
            await channel.hasTaken(1)
        }
        #expect(channel.tried.count == 2)
    }

    @Test("goes on with others when a channel does not heed its time, never sends the same twice at once, and takes a late yes")
    func deaf() async throws {
        let held = channel.hold(obeysCancel: false)
        let bench = try DeliveryBench([entry(channel)])
        try await bench.running {
            let first = try await bench.end(in: "ops").id
            await held.reached.wait()
            let second = try await bench.end(in: "ops").id
            await bench.pass(.seconds(30))
            await bench.recorded(1)
            await bench.pass(.seconds(5))
            await channel.hasTaken(1)
            #expect(channel.taken.map(\.content.task) == [second])
            held.release()
            await channel.hasTaken(2)
            await bench.recorded(3)
            #expect(channel.taken.map(\.content.task) == [second, first])
        }
        #expect(!channel.hadTwins)
        #expect(channel.tried.count == 2)
        #expect(try await bench.deliveries([.delivered]).count == 2)
    }

    @Test("leaves alone, in other processes too, what a channel that does not heed its time may still be sending")
    func sharedDeaf() async throws {
        let store = FaultyStore(MemoryTaskStore(), isShared: true)
        let clock = MockClock()
        let held = channel.hold(obeysCancel: false)
        let processes = try (0..<2).map { _ in try DeliveryBench([entry(channel)], clock: clock, over: store) }
        try await processes[0].running {
            try await processes[0].end(in: "ops")
            await held.reached.wait()
            await processes[0].pass(.seconds(30))
            await processes[0].recorded(2)
            try await processes[1].running {
                try await processes[1].end(in: "ops")
                await channel.hasTaken(1)
                await processes[1].recorded(2)
            }
            #expect(channel.tried.count == 2)
            held.release()
            await channel.hasTaken(2)
            await processes[0].recorded(3)
        }
        #expect(!channel.hadTwins)
        #expect(try await processes[0].deliveries([.delivered]).count == 2)
    }

    @Test("lets at a shutdown the message that is being sent arrive, and begins no other")
    func shutdown() async throws {
        let held = channel.hold()
        let bench = try DeliveryBench([entry(channel)])
        let run = Task { try await bench.manager.run() }
        for _ in 0..<3 { try await bench.end(in: "ops") }
        await held.reached.wait()
        let shutdown = Task { await bench.manager.shutdown() }
        await bench.clock.sleeperDue(within: .seconds(5))
        held.release()
        await shutdown.value
        try await run.value
        #expect(channel.tried.count == 1)
        #expect(try await bench.deliveries().map(\.state) == [.delivered, .pending, .pending])
    }

    @Test("waits at a shutdown no longer than five seconds")
    func impatient() async throws {
        let held = channel.hold(obeysCancel: false)
        let bench = try DeliveryBench([entry(channel)])
        let run = Task { try await bench.manager.run() }
        try await bench.end(in: "ops")
        await held.reached.wait()
        let shutdown = Task { await bench.manager.shutdown() }
        await bench.pass(.seconds(5))
        await shutdown.value
        try await run.value
        let delivery = try #require(try await bench.deliveries().first)
        #expect((delivery.state, delivery.tries, delivery.problem) == (.pending, 0, nil))
        held.release()
    }

    // MARK: - What somebody does about it

    @Test("sends again what was given up from where it stood, and whole what had arrived")
    func replay() async throws {
        let channel = ScriptedChannel.messages(of: 100, atMost: 2)
        channel.answer(.take)
        channel.answer(.fail(ChannelError(.rejected, "not now")))
        let bench = try DeliveryBench([entry(channel)], tools: [longWinded(1000)])
        try await bench.running {
            try await bench.end("long", in: "ops")
            await bench.recorded(2)
            let id = try #require(try await bench.deliveries([.dead]).first).id
            #expect(try await bench.manager.replay(id, in: .owner("bob")) == nil)
            let replayed = try await bench.manager.replay(id, in: .owner("alice"))
            #expect((replayed?.state, replayed?.sent) == (.pending, 1))
            await bench.recorded(4)
            #expect(channel.tried.map(\.index) == [0, 1, 1])
            _ = try await bench.manager.replay(id, in: .operator)
            await channel.hasTaken(4)
        }
        #expect(channel.tried.map(\.index) == [0, 1, 1, 0, 1])
        #expect(Set(channel.tried.map(\.delivery)).count == 1)
    }

    @Test("sends no more what somebody has dropped")
    func drop() async throws {
        channel.answer(.fail(down))
        let bench = try DeliveryBench([entry(channel)])
        try await bench.running {
            try await bench.end(in: "ops")
            await bench.recorded(1)
            #expect(try await bench.manager.drop(DeliveryQuery(in: .owner("bob"))) == 0)
            #expect(try await bench.manager.drop(DeliveryQuery(in: .owner("alice"))) == 1)
            let second = try await bench.end(in: "ops").id
            await bench.pass(.seconds(5))
            await channel.hasTaken(1)
            #expect(channel.taken.map(\.content.task) == [second])
        }
    }

    @Test("gives up what is for a channel that is configured no more; it can be sent once it is back")
    func unconfigured() async throws {
        let store = MemoryTaskStore()
        let first = try DeliveryBench([entry(channel)], over: store)
        for _ in 0..<3 { try await first.end(in: "ops") }
        await first.manager.shutdown()
        let second = try DeliveryBench([], over: store)
        try await second.running {
            await second.recorded(3)
            let dead = try await second.deliveries([.dead])
            #expect(dead.count == 3)
            let report = try #require(try await second.manager.channels(for: nil).first)
            #expect((report.name, report.kind, report.state, report.dead) == ("ops", "", .blocked, 3))
            #expect(try await second.manager.channels(for: second.alice) == [])
            await #expect { try await second.manager.replay(dead[0].id, in: .operator) } throws: {
                ($0 as? TaskManagerError)?.code == .noChannel
            }
        }
        let third = try DeliveryBench([entry(channel)], over: store)
        try await third.running {
            for delivery in try await third.deliveries([.dead]) { _ = try await third.manager.replay(delivery.id, in: .operator) }
            await channel.hasTaken(3)
        }
    }

    @Test("can be tried out, which tells a channel that was held back that it works")
    func test() async throws {
        channel.answer(.fail(ChannelError(.misconfigured, "the token is wrong")), times: 2)
        let bench = try DeliveryBench([entry(channel) { $0.access = ChannelAccess(owners: ["alice"]) }])
        try await bench.running {
            for _ in 0..<2 { try await bench.end(in: "ops") }
            await bench.recorded(1)
            await #expect { try await bench.manager.testChannel("ops", as: nil) } throws: {
                ($0 as? TaskManagerError)?.code == .deliveryFailed && "\($0)".contains("the token is wrong")
            }
            await #expect { try await bench.manager.testChannel("ops", as: Caller(owner: "bob")) } throws: {
                ($0 as? TaskManagerError)?.code == .noChannel
            }
            channel.answer(.say(PieceReceipt(["id": 5])))
            #expect(try await bench.manager.testChannel("ops", as: bench.alice).receipt == ["id": 5])
            await channel.hasTaken(2)
            #expect(channel.taken.first?.delivery.hasPrefix("test_") == true)
        }
    }

    @Test("reads nothing while there is nothing to do")
    func idle() async throws {
        let bench = try DeliveryBench([entry(channel), entry(ScriptedChannel(), "other")])
        try await bench.running {
            try await bench.end(in: "ops")
            await channel.hasTaken(1)
            await bench.recorded(1)
            try await bench.end()
            let reads = bench.store.count(of: .dueDeliveries)
            bench.clock.advance(by: .seconds(24 * 3600))
            try await bench.end()
            // At most the look after the last delivery.
            #expect(bench.store.count(of: .dueDeliveries) <= reads + 1)
        }
    }
}
