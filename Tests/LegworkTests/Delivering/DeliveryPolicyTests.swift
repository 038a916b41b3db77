import LegworkCore
import Testing

@testable import Legwork

@Suite("How long a delivery is tried")
struct DeliveryPolicyTests {
    private let start = Timestamp(milliseconds: 1_800_000_000_000)

    @Test(
        "with pauses that grow up to the longest",
        arguments: [(1, 5), (2, 20), (3, 80), (4, 320), (5, 1280), (6, 3600), (1_000_000, 3600)]
    )
    func pauses(failures: Int, seconds: Int) {
        #expect(DeliveryPolicy.standard.pause(after: failures, chance: 0.5) == .seconds(seconds))
    }

    @Test("with pauses that chance makes a fifth shorter or longer")
    func jitter() {
        #expect(DeliveryPolicy.standard.pause(after: 1, chance: 0) == .seconds(4))
        #expect(DeliveryPolicy.standard.pause(after: 1, chance: 1) == .seconds(6))
        #expect(DeliveryPolicy.standard.pause(after: 1, chance: 99) == .seconds(6))
    }

    @Test("whatever figures somebody configures")
    func nonsense() {
        let policy = DeliveryPolicy(firstRetry: .seconds(-1), factor: -3, longestRetry: .seconds(-1), jitter: 7)
        #expect(policy.pause(after: -5, chance: 0.5) >= .zero)
        let endless = DeliveryPolicy(firstRetry: .seconds(Int64.max / 2), factor: .infinity, longestRetry: .seconds(Int64.max / 2))
        #expect(endless.pause(after: 64, chance: 1) > .seconds(3600))
    }

    @Test("until it is too old")
    func age() {
        let delivery = delivery(1, at: start)
        let policy = DeliveryPolicy.standard
        #expect(!policy.isTooOld(delivery, at: start + .seconds(3 * 24 * 3600 - 1)))
        #expect(policy.isTooOld(delivery, at: start + .seconds(3 * 24 * 3600)))
    }

    @Test("anew when somebody wants it sent again")
    func replayed() {
        var delivery = delivery(1, at: start)
        let later = start + .seconds(10 * 24 * 3600)
        delivery.gaveUp("too old", at: later)
        delivery.replayed(at: later)
        #expect(!DeliveryPolicy.standard.isTooOld(delivery, at: later + .seconds(3600)))
        #expect(DeliveryPolicy.standard.isTooOld(delivery, at: later + .seconds(3 * 24 * 3600)))
    }
}
