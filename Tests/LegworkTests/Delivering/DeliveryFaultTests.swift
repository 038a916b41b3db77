import Legwork
import LegworkTestKit
import Testing

@Suite("A store that fails while something is delivered")
struct DeliveryFaultTests {
    /// The store fails once, before or after the n-th change of a delivery.
    struct Case: Sendable, CustomTestStringConvertible {
        var moment: FaultMoment
        var number: Int
        var testDescription: String { "\(moment) change \(number)" }
    }

    private static let cases = [FaultMoment.before, .after].flatMap { moment in (1...7).map { Case(moment: moment, number: $0) } }

    @Test("at any change of a delivery loses nothing, and sends nothing twice but what it did not take down", arguments: cases)
    func once(fault: Case) async throws {
        let channel = ScriptedChannel.messages(of: 100, atMost: 3)
        channel.answer(.take)
        channel.answer(.fail(ChannelError(.unavailable, "nobody is at home")))
        let bench = try DeliveryBench([ChannelEntry("ops", kind: "scripted", channel)], tools: [longWinded(1000)])
        bench.store.fail(.commitDelivery, fault.moment, from: fault.number, times: 1)
        try await bench.running {
            for _ in 0..<2 { try await bench.end("long", in: "ops") }
            // The store is tried again after a moment, the channel after five seconds.
            let ticker = Ticker(bench.clock)
            await channel.hasTaken(6)
            ticker.stop()
        }
        let deliveries = try await bench.deliveries()
        #expect(deliveries.map(\.state) == [.delivered, .delivered])
        #expect(deliveries.map(\.sent) == [3, 3])
        // Whatever the store said, this process knows what it has sent.
        #expect(channel.taken.map(\.index) == [0, 1, 2, 0, 1, 2])
        for delivery in deliveries { #expect(try await bench.kinds(of: delivery.task).filter { $0 == .delivered }.count == 1) }
    }

    @Test("to say what is due is asked again, and everything arrives")
    func unreadable() async throws {
        let channel = ScriptedChannel()
        let bench = try DeliveryBench([ChannelEntry("ops", kind: "scripted", channel)])
        bench.store.fail(.dueDeliveries, times: 3)
        try await bench.running {
            try await bench.end(in: "ops")
            let ticker = Ticker(bench.clock)
            await channel.hasTaken(1)
            ticker.stop()
        }
        #expect(bench.problems.all.contains { $0.contains("what is due for the channel 'ops' cannot be read") })
    }

    @Test("for good to take down what was sent has it left alone until the next start, with the same key")
    func refused() async throws {
        let inner = MemoryTaskStore()
        let channel = ScriptedChannel()
        let bench = try DeliveryBench([ChannelEntry("ops", kind: "scripted", channel)], over: inner)
        bench.store.fail(.commitDelivery, times: 1, with: StoreError(.invalid, "it cannot be"))
        try await bench.running {
            try await bench.end(in: "ops")
            try await bench.end(in: "ops")
            await channel.hasTaken(2)
            await bench.recorded(1)
        }
        #expect(try await bench.deliveries().map(\.state) == [.pending, .delivered])
        #expect(bench.problems.all.contains { $0.contains("cannot be recorded") })
        let next = try DeliveryBench([ChannelEntry("ops", kind: "scripted", channel)], over: inner)
        try await next.running { await channel.hasTaken(3) }
        #expect(channel.taken[2].key == channel.taken[0].key)
    }

    @Test("with the answer that a task ended still has it told")
    func lostAnswer() async throws {
        let channel = ScriptedChannel()
        let bench = try DeliveryBench([ChannelEntry("ops", kind: "scripted", channel)])
        bench.store.fail(.commit, .after, times: 1)
        bench.store.fail(.task, times: 1)
        try await bench.running {
            var options = CallOptions.background
            options.redirects = [RedirectWish(to: "ops")]
            _ = try await bench.manager.call("echo", as: bench.alice, options: options)
            let ticker = Ticker(bench.clock)
            await channel.hasTaken(1)
            ticker.stop()
        }
        #expect(channel.tried.count == 1)
    }
}

/// Moves a clock on.
private final class Ticker: Sendable {
    private let work: Task<Void, Never>

    init(_ clock: MockClock) {
        work = Task {
            while !Task.isCancelled {
                // What is being done has its turn before, often enough that no call comes to the end of its time.
                for _ in 0..<50 { await Task.yield() }
                clock.advance(by: .milliseconds(500))
            }
        }
    }

    func stop() { work.cancel() }
}
