public import LegworkCore

/// What was sent since the manager was made, for metrics.
public struct DeliveryFigures: Sendable, Hashable {
    /// What was sent to one channel.
    public struct Channel: Sendable, Hashable {
        /// How many deliveries it has taken.
        public var delivered = 0
        /// How many messages it has taken.
        public var messages = 0
        /// How many messages it did not take, by the kind of fault.
        public var failures: [ChannelError.Code: Int] = [:]
        /// How many deliveries were given up.
        public var givenUp = 0
        /// Whether it is being sent to.
        public var state = ChannelReport.State.ok

        /// Nothing yet.
        public init() {}
    }

    /// By the channel's name, for every channel that is configured.
    public var channels: [String: Channel]

    /// Describes them.
    public init(channels: [String: Channel] = [:]) { self.channels = channels }
}
