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

    @Test("is not what is recorded as sent while a look goes on that finds it as it was before")
    func staleLook() {
        var lane = lane(2)
        let due = [delivery(1), delivery(2)]
        #expect(take(&lane, [due[0]], next: nil, at: .zero) == [due[0]])
        lane.lookAgain()
        #expect(lane.step(at: .zero) == .look(limit: 2))
        end(&lane, due[0])
        #expect(lane.take(due, next: nil, at: .zero) == [due[1]])
        // Whether it is still due, a look shows that began after that.
        #expect(lane.step(at: .zero) == .look(limit: 2))
        #expect(lane.take([due[0]], next: nil, at: .zero) == [due[0]])
    }

    @Test("is not what arrived late while a look goes on that finds it as it was before")
    func staleLookOfOverdue() {
        var lane = lane()
        let due = [delivery(1)]
        _ = take(&lane, due, next: nil, at: .zero)
        lane.isOverdue(due[0].id)
        lane.left(due[0].id)
        #expect(lane.step(at: .zero) == .look(limit: 2))
        lane.returned(due[0].id)
        #expect(lane.take(due, next: nil, at: .zero) == [])
    }

    @Test("is nothing of which nothing can be recorded, also when a late call of it ends")
    func unrecorded() {
        var lane = lane()
        let due = [delivery(1), delivery(2)]
        _ = take(&lane, due, next: nil, at: .zero)
        lane.isOverdue(due[0].id)
        lane.left(due[0].id)
        lane.setAside(due[0].id)
        lane.returned(due[0].id)
        #expect(take(&lane, due, next: nil, at: .zero) == [due[1]])
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
        lane.lookAgain()
        #expect(lane.step(at: .seconds(7)) == .rest(until: .seconds(8)))
        #expect(lane.step(at: .seconds(8)) == .look(limit: 1))
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

    @Test("is the third one when the second fails too, and so on: those that failed are put off as soon as one arrives")
    func severalFail() {
        var lane = lane()
        let due = (1...4).map { delivery($0) }
        var now = failing(&lane, due, times: 5)
        for other in [due[1], due[2]] {
            #expect(take(&lane, due, next: nil, at: now) == [other])
            #expect(fail(&lane, other, at: now) == .keep(counts: false))
            guard case .rest(let until?) = lane.step(at: now) else { return #expect(Bool(false), "it does not wait") }
            now = until
            #expect(take(&lane, due, next: nil, at: now) == [due[0]])
            #expect(fail(&lane, due[0], at: now) == .keep(counts: false))
        }
        #expect(lane.step(at: now) == .look(limit: 4))
        #expect(lane.take(due, next: nil, at: now) == [due[3]])
        end(&lane, due[3], at: now)
        for bad in due.prefix(3) {
            #expect(take(&lane, [bad], next: nil, at: now) == [bad])
            #expect(fail(&lane, bad, at: now) == .postpone(.seconds(5)))
        }
        #expect(lane.circuit.state == .ok)
    }

    @Test("are the others anew when all have been tried and none arrived; nothing is put off when the first arrives")
    func allFail() {
        var lane = lane()
        let due = [delivery(1), delivery(2)]
        var now = failing(&lane, due, times: 5)
        for isAsked in [true, false, true] {
            let other = take(&lane, due, next: nil, at: now)
            #expect(other == (isAsked ? [due[1]] : []))
            for delivery in other { #expect(fail(&lane, delivery, at: now) == .keep(counts: false)) }
            guard case .rest(let until?) = lane.step(at: now) else { return #expect(Bool(false), "it does not wait") }
            now = until
            lane.lookAgain()
            #expect(take(&lane, due, next: nil, at: now) == [due[0]])
            #expect(fail(&lane, due[0], at: now) == .keep(counts: false))
        }
        _ = take(&lane, due, next: nil, at: now)
        guard case .rest(let until?) = lane.step(at: now) else { return #expect(Bool(false), "it does not wait") }
        #expect(take(&lane, due, next: nil, at: until) == [due[0]])
        end(&lane, due[0], at: until)
        #expect(take(&lane, [due[1]], next: nil, at: until) == [due[1]])
        #expect(fail(&lane, due[1], at: until) == .keep(counts: true))
    }

    @Test("is no other one either while the channel wants to hear nothing")
    func quiet() {
        var lane = lane()
        let due = [delivery(1), delivery(2)]
        var now = failing(&lane, due, times: 4)
        if case .rest(let until?) = lane.step(at: now) { now = until }
        _ = take(&lane, due, next: nil, at: now)
        let wish = ChannelError(.unavailable, "come back later", retryAfter: .seconds(30))
        _ = lane.failed(due[0], wish, at: now, start + now, chance: 0.5)
        lane.left(due[0].id)
        #expect(lane.step(at: now) == .rest(until: now + .seconds(30)))
        now += .seconds(30)
        #expect(take(&lane, due, next: nil, at: now) == [due[1]])
        let longer = ChannelError(.rateLimited, "come back much later", retryAfter: .seconds(5000))
        #expect(lane.failed(due[1], longer, at: now, start + now, chance: 0.5) == .keep(counts: false))
        lane.left(due[1].id)
        #expect(lane.step(at: now) == .rest(until: now + .seconds(5000)))
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
