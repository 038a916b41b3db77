import LegworkCore
import Testing

@testable import Legwork

@Suite("The rules of waking")
struct WakeUpRuleTests {
    private var queue: WakeUpQueue

    init() {
        var configuration = WakeUpConfiguration(ClosureWakeUpHook { _, _, _ in })
        configuration.delay = .seconds(1)
        configuration.firstRetry = .seconds(2)
        configuration.longestRetry = .seconds(10)
        configuration.concurrency = 2
        queue = WakeUpQueue(configuration)
    }

    @Test("an owner is woken once for all that came within the delay, which begins with the first")
    mutating func delay() {
        queue.want("a", at: .seconds(0))
        queue.want("a", at: .milliseconds(900))
        #expect(queue.nextDue == .seconds(1))
        #expect(queue.takeDue(at: .milliseconds(999)).isEmpty)
        #expect(queue.takeDue(at: .seconds(1)) == ["a"])
        #expect(queue.nextDue == nil)
        queue.woke("a", .told, at: .seconds(2))
        #expect(queue.nextDue == nil && queue.takeDue(at: .seconds(100)).isEmpty)
    }

    @Test("what comes while an owner is being woken wakes it once more, after the delay and never at the same time")
    mutating func meanwhile() {
        queue.want("a", at: .zero)
        #expect(queue.takeDue(at: .seconds(1)) == ["a"])
        queue.want("a", at: .seconds(2))
        queue.want("a", at: .seconds(3))
        #expect(queue.takeDue(at: .seconds(50)).isEmpty)
        queue.woke("a", .told, at: .seconds(60))
        #expect(queue.nextDue == .seconds(61))
        #expect(queue.takeDue(at: .seconds(61)) == ["a"])
    }

    @Test("who has more than one call takes is woken again at once")
    mutating func more() {
        queue.want("a", at: .zero)
        _ = queue.takeDue(at: .seconds(1))
        queue.woke("a", .more, at: .seconds(3))
        #expect(queue.takeDue(at: .seconds(3)) == ["a"])
    }

    @Test("a failure is tried again, each time after twice as long up to the longest; news does not hasten it, success ends it")
    mutating func failures() {
        queue.want("a", at: .zero)
        var now = Duration.seconds(1)
        for pause in [2, 4, 8, 10, 10] {
            #expect(queue.takeDue(at: now) == ["a"])
            queue.want("a", at: now)
            queue.woke("a", .failed, at: now)
            queue.want("a", at: now)
            #expect(queue.nextDue == now + .seconds(pause))
            now += .seconds(pause)
        }
        _ = queue.takeDue(at: now)
        queue.woke("a", .told, at: now)
        queue.want("a", at: now)
        now += .seconds(1)
        #expect(queue.takeDue(at: now) == ["a"])
        queue.woke("a", .failed, at: now)
        #expect(queue.nextDue == now + .seconds(2))
    }

    @Test("so many are woken at once; the others follow in the order of their times as places become free")
    mutating func concurrency() {
        let owners = (0..<200).map { Owner("owner-\($0)") }
        for (number, owner) in owners.enumerated() { queue.want(owner, at: .milliseconds(number)) }
        let now = Duration.seconds(10)
        var woken = queue.takeDue(at: now)
        #expect(woken == Array(owners.prefix(2)))
        var waking = woken
        while !waking.isEmpty {
            queue.woke(waking.removeFirst(), .told, at: now)
            let next = queue.takeDue(at: now)
            waking += next
            woken += next
            #expect(waking.count <= 2)
        }
        #expect(woken == owners)
    }
}
