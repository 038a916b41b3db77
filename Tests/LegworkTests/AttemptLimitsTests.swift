import LegworkCore
import Testing

@testable import Legwork

@Suite("The limits of an attempt")
struct AttemptLimitsTests {
    private func limits(wall: Int? = nil, idle: Int? = nil) -> AttemptLimits {
        AttemptLimits(TaskLimits(wall: wall.map { .seconds($0) }, idle: idle.map { .seconds($0) }), at: .zero)
    }

    @Test("the wall limit comes whatever is pending")
    func wall() {
        var limits = limits(wall: 60, idle: 10)
        limits.callBegan("a", at: .seconds(1))
        limits.beginWait()
        #expect(limits.next(at: .seconds(59)) == .look(at: .seconds(60)))
        #expect(limits.next(at: .seconds(60)) == .reached(.wallLimit))
    }

    @Test("zero and nil are no limit")
    func none() {
        #expect(!limits().isLimited)
        #expect(!limits(wall: 0, idle: 0).isLimited)
        #expect(limits(wall: 0).next(at: .seconds(1_000_000)) == .never)
    }

    @Test("the deadline is a wall limit, and one that has passed is reached at once")
    func deadline() {
        let limits = AttemptLimits(TaskLimits(wall: .seconds(60)), deadline: .seconds(5), at: .seconds(100))
        #expect(limits.next(at: .seconds(104)) == .look(at: .seconds(105)))
        #expect(AttemptLimits(TaskLimits(), deadline: .seconds(-5), at: .zero).next(at: .zero) == .reached(.wallLimit))
    }

    @Test("a heartbeat that repeats what was said is no sign of life; a new status, progress, an entry or output is")
    func heartbeat() {
        var limits = limits(idle: 10)
        let beat = ToolReport(progress: TaskProgress(done: 1, total: 2), message: "working")
        limits.report(beat, at: .seconds(5))
        for second in 6..<15 { limits.report(beat, at: .seconds(second)) }
        #expect(limits.next(at: .seconds(14)) == .look(at: .seconds(15)))
        #expect(limits.next(at: .seconds(15)) == .reached(.idleLimit))
        limits.report(ToolReport(progress: nil, message: "still working"), at: .seconds(14))
        #expect(limits.next(at: .seconds(15)) == .look(at: .seconds(24)))
        limits.report(ToolReport(progress: TaskProgress(done: 2, total: 2), message: nil), at: .seconds(20))
        limits.sign(at: .seconds(25))
        #expect(limits.next(at: .seconds(34)) == .look(at: .seconds(35)))
    }

    @Test("the idle limit stands still while a tool call, a question or a wait is pending, and begins anew after it")
    func paused() {
        var limits = limits(idle: 10)
        limits.callBegan("a", at: .seconds(1))
        limits.callBegan("b", at: .seconds(2))
        limits.callEnded("a", at: .seconds(500))
        #expect(limits.next(at: .seconds(600)) == .look(at: .seconds(610)))
        limits.beginWait()
        limits.callEnded("b", at: .seconds(700))
        #expect(limits.next(at: .seconds(900)) == .look(at: .seconds(910)))
        limits.endWait(at: .seconds(1000))
        #expect(limits.next(at: .seconds(1009)) == .look(at: .seconds(1010)))
        #expect(limits.next(at: .seconds(1010)) == .reached(.idleLimit))
    }

    @Test("the end of a call that nobody knows is no mistake, and calls are told apart by id")
    func unknownCall() {
        var limits = limits(idle: 10)
        limits.callBegan("a", at: .zero)
        limits.callEnded("b", at: .seconds(1))
        #expect(limits.next(at: .seconds(60)) == .look(at: .seconds(70)))
    }
}
