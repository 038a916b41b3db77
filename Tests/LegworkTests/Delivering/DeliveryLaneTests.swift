import LegworkCore
import Testing

@testable import Legwork

@Suite("What is sent to a channel next")
struct DeliveryLaneTests {
    private let down = ChannelError(.unavailable, "nobody is at home")
    private let start = Timestamp(milliseconds: 1_800_000_000_000)

    private func lane(_ concurrency: Int = 1, every interval: Duration = .zero) -> DeliveryLane {
        DeliveryLane(concurrency: concurrency, interval: interval, .standard)
    }

    private func take(_ lane: inout DeliveryLane, _ due: [Delivery], next: Duration?, at now: Duration) -> [Delivery] {
        _ = lane.step(at: now)
        return lane.take(due, next: next, at: now)
    }

    private func fail(_ lane: inout DeliveryLane, _ delivery: Delivery, at now: Duration) -> DeliveryLane.Verdict {
        defer { lane.left(delivery.id) }
        return lane.failed(delivery, down, at: now, start + now, chance: 0.5)
    }

    private func end(_ lane: inout DeliveryLane, _ delivery: Delivery, at now: Duration = .zero) {
        lane.took(delivery.id, pause: .zero, at: now)
        lane.left(delivery.id)
    }

    /// Lets the first of those that are due fail as often as that, as the lane wants it; the time of the last failure.
    private func failing(_ lane: inout DeliveryLane, _ due: [Delivery], times: Int) -> Duration {
        var now = Duration.zero
        for _ in 0..<times {
            if case .rest(let until?) = lane.step(at: now) { now = until }
            let taken = take(&lane, due, next: nil, at: now)
            #expect(taken.map(\.id) == [due[0].id])
            #expect(fail(&lane, taken[0], at: now) != .giveUp)
        }
        return now
    }

    @Test("is one after the other, in the order in which they are due")
    func order() {
        var lane = lane()
        let due = [delivery(1), delivery(2), delivery(3)]
        #expect(lane.step(at: .zero) == .look(limit: 1))
        #expect(take(&lane, [due[0]], next: .zero, at: .zero) == [due[0]])
        #expect(lane.step(at: .zero) == .rest(until: nil))
        end(&lane, due[0])
        #expect(lane.step(at: .zero) == .look(limit: 1))
        #expect(take(&lane, [due[1]], next: .zero, at: .zero) == [due[1]])
    }

    @Test("is as much at once as the channel takes, and never the same twice")
    func concurrency() {
        var lane = lane(3)
        let due = (1...5).map { delivery($0) }
        #expect(lane.step(at: .zero) == .look(limit: 3))
        #expect(take(&lane, Array(due.prefix(3)), next: .zero, at: .zero) == Array(due.prefix(3)))
        end(&lane, due[1])
        #expect(lane.step(at: .zero) == .look(limit: 3))
        #expect(take(&lane, [due[0], due[2], due[3]], next: .zero, at: .zero) == [due[3]])
    }

    @Test("is nothing until something is written or the time of the next one comes")
    func idle() {
        var lane = lane()
        #expect(take(&lane, [], next: nil, at: .zero) == [])
        #expect(lane.step(at: .seconds(1e9)) == .rest(until: nil))
        lane.lookAgain()
        #expect(lane.step(at: .zero) == .look(limit: 1))
        #expect(take(&lane, [], next: .seconds(60), at: .zero) == [])
        #expect(lane.step(at: .seconds(59)) == .rest(until: .seconds(60)))
        #expect(lane.step(at: .seconds(60)) == .look(limit: 1))
    }

    @Test("is looked for again when something is written during a look")
    func woken() {
        var lane = lane()
        #expect(lane.step(at: .zero) == .look(limit: 1))
        lane.lookAgain()
        #expect(lane.take([], next: nil, at: .zero) == [])
        #expect(lane.step(at: .zero) == .look(limit: 1))
    }

    @Test("is looked for later when something is due that cannot be had, and after a fault")
    func noSpinning() {
        var lane = lane()
        #expect(take(&lane, [], next: .zero, at: .seconds(5)) == [])
        #expect(lane.step(at: .seconds(5)) == .rest(until: .seconds(6)))
        lane.lookAgain()
        lane.lookFailed(at: .seconds(7))
        #expect(lane.step(at: .seconds(7)) == .rest(until: .seconds(8)))
    }

    @Test("comes no sooner than the channel's interval after the one before")
    func interval() {
        var lane = lane(4, every: .seconds(2))
        let due = [delivery(1), delivery(2)]
        #expect(take(&lane, due, next: nil, at: .zero) == [due[0]])
        #expect(lane.step(at: .seconds(1)) == .rest(until: .seconds(2)))
        #expect(lane.step(at: .seconds(2)) == .look(limit: 4))
    }

    @Test("is the rest of what was begun, before all others")
    func begun() {
        var lane = lane(every: .seconds(2))
        let due = [delivery(1), delivery(2)]
        _ = take(&lane, [due[1]], next: nil, at: .zero)
        lane.took(due[1].id, pause: .zero, at: .zero)
        let early = lane.goOn(due[1].id, at: .seconds(1))
        #expect(!early)
        lane.left(due[1].id)
        #expect(take(&lane, due, next: nil, at: .seconds(2)) == [due[1]])
        let inTime = lane.goOn(due[1].id, at: .seconds(4))
        let again = lane.goOn(due[1].id, at: .seconds(5))
        #expect(inTime && !again)
    }

    @Test("waits as long as the channel wants to hear nothing")
    func pause() {
        var lane = lane()
        _ = take(&lane, [delivery(1)], next: nil, at: .zero)
        lane.took(delivery(1).id, pause: .seconds(30), at: .zero)
        lane.left(delivery(1).id)
        #expect(lane.step(at: .seconds(1)) == .rest(until: .seconds(30)))
    }

    @Test("is the same again while the channel does not work, and its tries count until it is taken for dead")
    func keepsOrder() {
        var lane = lane()
        let due = [delivery(1)]
        var verdicts: [DeliveryLane.Verdict] = []
        var now = Duration.zero
        for _ in 0..<7 {
            if case .rest(let until?) = lane.step(at: now) { now = until }
            // After the fifth there is a second one to be tried, and there is none.
            if take(&lane, due, next: nil, at: now).isEmpty {
                guard case .rest(let until?) = lane.step(at: now) else { return #expect(Bool(false), "it does not wait") }
                now = until
                #expect(take(&lane, due, next: nil, at: now) == due)
            }
            verdicts.append(fail(&lane, due[0], at: now))
        }
        #expect(verdicts == Array(repeating: .keep(counts: true), count: 5) + Array(repeating: .keep(counts: false), count: 2))
    }

    @Test("is another one when the first has failed five times; when that fails too, the first keeps its place")
    func bothFail() {
        var lane = lane()
        let due = [delivery(1), delivery(2)]
        let now = failing(&lane, due, times: 5)
        #expect(lane.step(at: now) == .look(limit: 2))
        #expect(take(&lane, due, next: nil, at: now) == [due[1]])
        #expect(fail(&lane, due[1], at: now) == .keep(counts: false))
        #expect(lane.step(at: now) == .rest(until: now + .seconds(1280)))
        #expect(take(&lane, due, next: nil, at: now + .seconds(1280)) == [due[0]])
    }

    @Test("is another one when the first has failed five times; when that arrives, the first is put off")
    func oneFails() {
        var lane = lane()
        let due = [delivery(1), delivery(2)]
        let now = failing(&lane, due, times: 5)
        #expect(take(&lane, due, next: nil, at: now) == [due[1]])
        end(&lane, due[1], at: now)
        #expect(lane.circuit.state == .ok)
        #expect(take(&lane, due, next: nil, at: now) == [due[0]])
        #expect(fail(&lane, due[0], at: now) == .postpone(.seconds(5)))
        #expect(lane.circuit.state == .ok)
        #expect(lane.step(at: now) == .look(limit: 1))
    }

    @Test("is what was refused no more, and the channel works")
    func rejected() {
        var lane = lane()
        _ = failing(&lane, [delivery(1)], times: 4)
        let error = ChannelError(.rejected, "too long")
        #expect(lane.failed(delivery(1), error, at: .seconds(500), start, chance: 0.5) == .giveUp)
        lane.left(delivery(1).id)
        #expect(lane.circuit.failures == 0)
    }

    @Test("is what is too old no more, once it has failed")
    func tooOld() {
        var lane = lane()
        _ = take(&lane, [delivery(1)], next: nil, at: .zero)
        let now = start + .seconds(3 * 24 * 3600)
        #expect(lane.failed(delivery(1), down, at: .zero, now, chance: 0.5) == .expire)
    }

    @Test("is not what a channel that does not heed its time may still be sending, and nothing at all when there are too many of those")
    func overdue() {
        var lane = lane()
        let due = (1...9).map { delivery($0) }
        for delivery in due.prefix(DeliveryLane.maximumOverdue) {
            #expect(take(&lane, due, next: nil, at: .zero) == [delivery])
            lane.isOverdue(delivery.id)
            lane.left(delivery.id)
        }
        #expect(lane.step(at: .zero) == .rest(until: nil))
        lane.returned(due[3].id)
        #expect(lane.step(at: .zero) == .look(limit: 8))
        #expect(take(&lane, due, next: nil, at: .zero) == [due[3]])
    }
}
