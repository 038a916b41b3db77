import Testing

@testable import Legwork

@Suite("The rules of reading an inbox")
struct InboxReadingTests {
    private var reading = InboxReading<String>()

    private func turn(_ wake: InboxReading<String>.Wake?) -> [String] { wake.map { ["\($0.reader) \($0.turn)"] } ?? [] }

    @Test("one looks at a time; who has waited longest is next, and acknowledges what was given")
    mutating func oneAtATime() {
        let (a, b, c) = (reading.enter(), reading.enter(), reading.enter())
        #expect(reading.ask(a, "a", isFirst: true) == .take(acknowledging: 0))
        #expect(reading.ask(b, "b", isFirst: true) == nil)
        #expect(reading.ask(c, "c", isFirst: true) == nil)
        #expect(turn(reading.looked(found: 1, acknowledging: 0, mayBeMore: true)) == ["b take(acknowledging: 1)"])
        #expect(turn(reading.looked(found: 2, acknowledging: 1, mayBeMore: true)) == ["c take(acknowledging: 2)"])
        #expect(turn(reading.looked(found: nil, acknowledging: 2, mayBeMore: false)) == [])
        #expect(!reading.isOwing)
    }

    @Test("a message that comes while somebody looks is not missed")
    mutating func arrivalMeanwhile() {
        let a = reading.enter()
        #expect(reading.ask(a, "a", isFirst: true) == .take(acknowledging: 0))
        #expect(turn(reading.arrived()) == [])
        #expect(turn(reading.looked(found: nil, acknowledging: 0, mayBeMore: false)) == [])
        #expect(reading.ask(a, "a", isFirst: false) == .take(acknowledging: 0))
    }

    @Test("who finds nothing waits until something comes, or the time is over, or it is cancelled")
    mutating func waiting() {
        let (a, b) = (reading.enter(), reading.enter())
        #expect(reading.ask(a, "a", isFirst: true) == .take(acknowledging: 0))
        #expect(turn(reading.looked(found: nil, acknowledging: 0, mayBeMore: false)) == [])
        #expect(reading.ask(a, "a", isFirst: false) == nil)
        #expect(turn(reading.leave(a, .timeUp)) == ["a timeUp"])
        #expect(reading.ask(b, "b", isFirst: false) == nil)
        #expect(turn(reading.arrived()) == ["b take(acknowledging: 0)"])
    }

    @Test("who is told to leave before it waits does not begin to")
    mutating func leftBefore() {
        let a = reading.enter()
        #expect(turn(reading.leave(a, .cancelled)) == [])
        #expect(reading.ask(a, "a", isFirst: true) == .cancelled)
        reading.exit(a)
        // Late: it is forgotten, and nothing is kept of it.
        #expect(turn(reading.leave(a, .timeUp)) == [])
        #expect(reading.ask(a, "a", isFirst: true) == .take(acknowledging: 0))
    }

    @Test("who has no time only looks")
    mutating func noTime() {
        let (a, b) = (reading.enter(), reading.enter())
        #expect(reading.ask(a, "a", isFirst: true, mayWait: false) == .take(acknowledging: 0))
        #expect(reading.ask(b, "b", isFirst: true, mayWait: false) == .timeUp)
        #expect(turn(reading.looked(found: nil, acknowledging: 0, mayBeMore: false)) == [])
        #expect(reading.ask(a, "a", isFirst: false, mayWait: false) == .timeUp)
    }

    @Test("after a fault nobody looks for a while, then who waits does")
    mutating func pausing() {
        let a = reading.enter()
        #expect(reading.ask(a, "a", isFirst: true) == .take(acknowledging: 0))
        reading.failed()
        #expect(reading.ask(a, "a", isFirst: false) == nil)
        #expect(turn(reading.arrived()) == [])
        #expect(turn(reading.pauseOver()) == ["a take(acknowledging: 0)"])
    }

    @Test("the end tells all who wait, and all who come")
    mutating func ending() {
        let (a, b) = (reading.enter(), reading.enter())
        #expect(reading.ask(a, "a", isFirst: true) == .take(acknowledging: 0))
        #expect(reading.ask(b, "b", isFirst: true) == nil)
        #expect(reading.end().flatMap { turn($0) } == ["b over"])
        #expect(turn(reading.looked(found: nil, acknowledging: 0, mayBeMore: false)) == [])
        #expect(reading.ask(a, "a", isFirst: true) == .over)
    }

    @Test("the end of the task acknowledges what was given to a tool that returned, and else what it came past")
    mutating func dealtWith() {
        let a = reading.enter()
        for place in 1...3 {
            #expect(reading.ask(a, "a", isFirst: true) == .take(acknowledging: place - 1))
            _ = reading.looked(found: place, acknowledging: place - 1, mayBeMore: true)
        }
        #expect(reading.dealtWith == 2)
        reading.toolReturned()
        #expect(reading.dealtWith == 3)
    }
}
