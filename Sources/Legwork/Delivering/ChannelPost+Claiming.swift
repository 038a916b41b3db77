import LegworkCore
import Synchronization

// Of several processes that share a store, one sends a message.
extension ChannelPost {
    /// How much longer than a message may take another process leaves it alone.
    private static let margin = Duration.seconds(15)

    /// Has other processes leave a delivery alone while its next message is being sent. Should this process die, they find it afterwards.
    ///
    /// - Returns: the delivery; nil when another process has it, or nothing is known.
    func claim(_ delivery: Delivery, _ engine: Engine) async -> Delivery? {
        let now = engine.clock.now
        var claimed = delivery
        claimed.dueAt = claimEnd(from: now)
        claimed.updatedAt = max(claimed.updatedAt, now)
        claimed.version += 1
        do {
            guard case .applied = try await engine.store.commit(DeliveryChange(claimed, replacing: delivery.version)) else { return nil }
            return claimed
        } catch {
            engine.problem("\(delivery.id) cannot be taken for sending: \(error)")
            let now = engine.clock.uptime
            state.withLock { $0.lane.lookFailed(at: now) }
            return nil
        }
    }

    /// Until when other processes leave alone what is begun at a time.
    func claimEnd(from now: Timestamp) -> Timestamp { now + entry.timeLimit + Self.margin }
}
