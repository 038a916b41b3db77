import LegworkCore

/// Delivers what lies in the outbox.
final class DeliveryDispatcher: Sendable {
    private let channels: ChannelBook

    init(_ channels: ChannelBook, _ policy: DeliveryPolicy) {
        self.channels = channels
    }

    static func noChannel(_ name: String) -> String {
        "the configuration has no channel '\(name)' any more; put it back and replay what was given up, or drop it"
    }

    func wake(_ channel: String) {}
    func wakeAll() {}
    func state(of channel: String) -> (ChannelReport.State, String?) { (.ok, nil) }
    var figures: DeliveryFigures {
        DeliveryFigures(channels: Dictionary(uniqueKeysWithValues: channels.names.map { ($0, DeliveryFigures.Channel()) }))
    }

    func test(_ entry: ChannelEntry, _ owner: Owner, _ engine: Engine) async throws -> PieceReceipt {
        throw TaskManagerError(.deliveryFailed, "nothing is delivered yet")
    }
}
