import LegworkTestKit
import Testing

@testable import LegworkDaemon

@Suite("Hurrying responses")
struct HurryingResponses {
    @Test("gives out those that are due, in order, and none that has left")
    func order() {
        var queue = MCPPatienceQueue<String>()
        let numbers = ["a", "b", "c", "d"].enumerated().map { queue.append($1, due: .seconds($0)) }
        #expect(queue.nextDue == .zero)
        #expect(queue.remove(numbers[1]) == "b")
        #expect(queue.remove(numbers[1]) == nil)
        #expect(queue.takeFirst(dueAt: .seconds(2)) == "a")
        #expect(queue.nextDue == .seconds(2))
        #expect(queue.takeFirst(dueAt: .seconds(2)) == "c")
        #expect(queue.takeFirst(dueAt: .seconds(2)) == nil)
        #expect(queue.remove(numbers[3]) == "d")
        #expect(queue.nextDue == nil)
        #expect(queue.remove(numbers[0]) == nil)
    }

    @Test("holds hardly more than those that wait, in whatever order they leave")
    func size() {
        var queue = MCPPatienceQueue<Int>()
        var waiting: [Int] = []
        for round in 0..<10_000 {
            waiting.append(queue.append(round, due: .milliseconds(round)))
            // Of 8 that wait, one leaves that is anywhere among them.
            if waiting.count > 8 {
                let number = waiting.remove(at: round * 7 % waiting.count)
                #expect(queue.remove(number) == number)
            }
        }
        #expect(waiting.allSatisfy { queue.remove($0) == $0 })
        #expect(queue.nextDue == nil && queue.capacity == 0)
    }

    @Test("hurries who waits for long, and nobody who has left")
    func hurrying() async throws {
        let clock = MockClock()
        let patience = MCPPatience(.milliseconds(500), clock: clock)
        let (slow, quick) = (MCPEventSource(), MCPEventSource())
        let (first, second) = (patience.watch(quick), patience.watch(slow))
        patience.leave(first)
        await clock.sleeperDue(within: .milliseconds(500))
        clock.advance(by: .milliseconds(500))
        guard case .stream = await slow.opening() else { return #expect(Bool(false), "it is not hurried") }
        patience.leave(second)
        let opening = Task { await quick.opening() }
        quick.finish()
        guard case .nothing = await opening.value else { return #expect(Bool(false), "who has left is hurried") }
    }
}
