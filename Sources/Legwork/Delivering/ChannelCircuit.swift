import LegworkCore

/// Whether a channel is sent to: after failures that concern all of it there is a pause, longer each time, and then one delivery tries
/// whether it works again. Pure.
struct ChannelCircuit: Sendable {
    /// What may be sent now.
    enum Permission: Sendable, Hashable {
        /// Whatever there is.
        case all
        /// One, which shows whether it works again.
        case probe
        /// Nothing before this time.
        case after(Duration)
    }

    private let policy: DeliveryPolicy
    /// How often in a row it has failed.
    private(set) var failures = 0
    /// Whether what is sent there is refused whatever it is.
    private(set) var isBlocked = false
    /// Why it did not work the last time.
    private(set) var problem: String?
    /// Before when it is not tried again.
    private var pausedUntil = Duration.zero
    /// Before when the other side wants to hear nothing, whatever it took since.
    private var quietUntil = Duration.zero

    init(_ policy: DeliveryPolicy) { self.policy = policy }

    /// Whether all is held back but what tries whether it works again.
    var isOpen: Bool { isBlocked || failures >= max(1, policy.failuresToOpen) }

    var state: ChannelReport.State { isBlocked ? .blocked : isOpen ? .waiting : .ok }

    func permission(at now: Duration) -> Permission {
        let start = max(pausedUntil, quietUntil)
        if now < start { return .after(start) }
        return isOpen ? .probe : .all
    }

    /// Until when the other side wants to hear nothing; nil when it may be asked.
    func quietEnd(at now: Duration) -> Duration? { now < quietUntil ? quietUntil : nil }

    /// The other side wants to hear nothing for a while, whether or not it took what was sent.
    mutating func rest(_ pause: Duration, at now: Duration) {
        quietUntil = max(quietUntil, now + DeliveryPolicy.bounded(pause))
    }

    /// Something was taken, or refused by somebody who was there to refuse it.
    mutating func worked() {
        failures = 0
        isBlocked = false
        problem = nil
        pausedUntil = .zero
    }

    /// The channel did not work.
    ///
    /// - Parameter chance: a number of 0 to 1.
    mutating func failed(_ error: ChannelError, at now: Duration, chance: Double) {
        failures = min(failures + 1, 1_000_000)
        problem = error.message
        isBlocked = error.code == .gone || error.code == .misconfigured
        let wish = error.retryAfter.map(DeliveryPolicy.bounded) ?? .zero
        quietUntil = max(quietUntil, now + wish)
        // Who says when he wants to hear more is believed, the first time.
        if failures == 1, wish > .zero, !isBlocked { return }
        pausedUntil = max(pausedUntil, now + (isBlocked ? policy.longestPause : policy.pause(after: failures, chance: chance)))
    }
}
