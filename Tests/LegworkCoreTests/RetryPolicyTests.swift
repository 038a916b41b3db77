import LegworkCore
import Testing

@Suite("The pause before a retry")
struct RetryPolicyTests {
    @Test("grows by the factor up to the longest, and never beyond")
    func grows() {
        let policy = RetryPolicy(attempts: 100, first: .seconds(1), factor: 2, longest: .seconds(10), jitter: 0)
        let pauses = [1, 2, 3, 4, 5, 6, 100, Int.max].map { policy.pause(after: $0, chance: 0.5) }
        #expect(pauses == [1, 2, 4, 8, 10, 10, 10, 10].map { Duration.seconds($0) })
    }

    @Test("is longer or shorter by the jitter at most")
    func jitter() {
        let policy = RetryPolicy(attempts: 3, first: .seconds(10), factor: 1, jitter: 0.2)
        #expect(policy.pause(after: 1, chance: 0) == .seconds(8))
        #expect(policy.pause(after: 1, chance: 0.5) == .seconds(10))
        #expect(policy.pause(after: 1, chance: 1) == .seconds(12))
    }

    @Test("values out of bounds are brought into them")
    func bounds() {
        let policy = RetryPolicy(attempts: -3, first: .seconds(-1), factor: .nan, longest: .seconds(1 << 60), jitter: .infinity)
        #expect(policy.attempts == 1)
        #expect(policy.pause(after: 5, chance: 7) == .zero)
        #expect(policy.longest == RetryPolicy.greatestPause)
        #expect(RetryPolicy(attempts: .max).attempts == RetryPolicy.greatestAttempts)
    }
}
