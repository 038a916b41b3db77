import LegworkCore
import Testing

@testable import Legwork

@Suite("What the caretaker does next")
struct CaretakerPlanTests {
    private let now = Timestamp(milliseconds: 1_800_000_000_000)
    private let all: Set<TaskStatus> = [.completed, .failed, .cancelled]

    private func policy(completed: Duration? = nil, failed: Duration? = nil, count: Int? = nil) -> RetentionPolicy {
        var policy = RetentionPolicy.forever
        (policy.completed, policy.failed, policy.maximumFinished) = (completed, failed, count)
        return policy
    }

    /// Takes the steps of a round, each of which finds nothing to do.
    private func round(_ plan: inout CaretakerPlan, at uptime: Duration) -> [CaretakerPlan.Step] {
        var steps: [CaretakerPlan.Step] = []
        while steps.count < 20 {
            let step = plan.next(now: now, uptime: uptime)
            switch step {
            case .purge: plan.purged(0)
            case .sweep: plan.swept()
            case .rest: return steps + [step]
            }
            steps.append(step)
        }
        return steps
    }

    @Test("is one purge per status that has an age, one for the count, and a look at the files; then a rest")
    func duties() {
        var plan = CaretakerPlan(policy(completed: .seconds(3600), failed: .seconds(7200), count: 50), hasOutput: true)
        let expected: [CaretakerPlan.Step] = [
            .purge(PurgeRequest(in: .operator, statuses: [.completed], finishedBefore: now + .seconds(-3600), limit: CaretakerPlan.batch)),
            .purge(PurgeRequest(in: .operator, statuses: [.failed], finishedBefore: now + .seconds(-7200), limit: CaretakerPlan.batch)),
            .purge(
                PurgeRequest(
                    in: .operator,
                    statuses: all,
                    finishedBefore: Timestamp(milliseconds: .max),
                    leaving: 50,
                    limit: CaretakerPlan.batch
                )
            ),
            .sweep, .rest(until: CaretakerPlan.longestInterval),
        ]
        #expect(round(&plan, at: .zero) == expected)
        // The files are not looked through again for long.
        #expect(round(&plan, at: CaretakerPlan.longestInterval) == expected.dropLast(2) + [.rest(until: CaretakerPlan.longestInterval * 2)])
        #expect(round(&plan, at: CaretakerPlan.sweepInterval).contains(.sweep))
    }

    @Test("is nothing but a rest where everything is kept and there are no files")
    func forever() {
        var plan = CaretakerPlan(.forever, hasOutput: false)
        #expect(round(&plan, at: .zero) == [.rest(until: CaretakerPlan.longestInterval)])
        for _ in 0..<10_000 where plan.taskEnded() { Issue.record("an end that nothing follows from") }
    }

    @Test("is the same purge again as long as it found as many as it asked for")
    func batches() {
        var plan = CaretakerPlan(policy(completed: .zero), hasOutput: false)
        let first = plan.next(now: now, uptime: .zero)
        plan.purged(CaretakerPlan.batch)
        #expect(plan.next(now: now, uptime: .zero) == first)
        plan.purged(CaretakerPlan.batch - 1)
        #expect(plan.next(now: now, uptime: .zero) == .rest(until: CaretakerPlan.shortestInterval))
    }

    @Test("comes as often as the shortest age asks for, within bounds", arguments: [(1, 10), (60, 60), (86400, 600)])
    func interval(age: Int, interval: Int) {
        var plan = CaretakerPlan(policy(completed: .seconds(age), failed: .seconds(1_000_000)), hasOutput: false)
        #expect(round(&plan, at: .zero).last == .rest(until: .seconds(interval)))
        #expect(plan.next(now: now, uptime: .seconds(interval) - .milliseconds(1)) == .rest(until: .seconds(interval)))
        #expect(plan.next(now: now, uptime: .seconds(interval)) != .rest(until: .seconds(interval)))
    }

    @Test("comes at once when many have ended where they are counted", arguments: [(5, 1), (200, 20), (1_000_000, 1000)])
    func ends(count: Int, expected: Int) {
        var plan = CaretakerPlan(policy(count: count), hasOutput: false)
        _ = round(&plan, at: .zero)
        for end in 1...expected {
            #expect(plan.next(now: now, uptime: .seconds(1)) == .rest(until: CaretakerPlan.longestInterval))
            #expect(plan.taskEnded() == (end == expected))
        }
        #expect(round(&plan, at: .seconds(1)).count == 2)
        #expect(plan.next(now: now, uptime: .seconds(1)) == .rest(until: CaretakerPlan.longestInterval + .seconds(1)))
    }

    @Test("rests after a fault, and begins anew")
    func fault() {
        var plan = CaretakerPlan(policy(completed: .seconds(86400)), hasOutput: true)
        let first = plan.next(now: now, uptime: .zero)
        plan.failed(at: .zero)
        #expect(plan.next(now: now, uptime: .zero) == .rest(until: CaretakerPlan.pauseAfterFault))
        #expect(plan.next(now: now, uptime: CaretakerPlan.pauseAfterFault) == first)
        plan.purged(0)
        #expect(plan.next(now: now, uptime: CaretakerPlan.pauseAfterFault) == .sweep)
        plan.failed(at: CaretakerPlan.pauseAfterFault)
        #expect(round(&plan, at: CaretakerPlan.pauseAfterFault * 2).contains(.sweep))
    }

    @Test("understands ages that are negative or beyond all time", arguments: [Duration.seconds(-5), .seconds(Int64.max)])
    func strangeAges(_ age: Duration) {
        var plan = CaretakerPlan(policy(completed: age), hasOutput: false)
        guard case .purge(let request) = plan.next(now: now, uptime: .zero) else {
            Issue.record("no purge")
            return
        }
        #expect(request.finishedBefore == (age < .zero ? now : now + .milliseconds(-Int64.max)))
    }
}
