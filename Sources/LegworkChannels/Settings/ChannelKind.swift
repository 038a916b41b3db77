public import LegworkCore
public import LegworkEventLoop
public import LegworkHTTP

/// A kind of channel: its word in a configuration, and how one is made.
struct ChannelKind: Sendable {
    let word: String
    let make: @Sendable (JSONValue, ChannelMeans) throws(ChannelConfigurationError) -> any Channel

    init(_ word: String, _ make: @escaping @Sendable (JSONValue, ChannelMeans) throws(ChannelConfigurationError) -> any Channel) {
        self.word = word
        self.make = make
    }

    /// A kind whose channels need nothing that may fail once their settings are read.
    init<Configuration>(
        _ word: String,
        _ read: @escaping @Sendable (JSONValue, SecretSource) throws(ChannelConfigurationError) -> Configuration,
        _ channel: @escaping @Sendable (Configuration, ChannelMeans) -> any Channel
    ) {
        self.init(word) { json, means throws(ChannelConfigurationError) in channel(try read(json, means.secrets), means) }
    }
}

/// What channels are made with.
public struct ChannelMeans: Sendable {
    /// Where they run.
    public var loop: EventLoop
    /// Sends their requests.
    public var client: HTTPClient
    /// Where the secrets of the configuration come from.
    public var secrets: SecretSource
    /// Whether a channel may go to this machine and its network.
    public var allowsPrivateAddresses: Bool
    /// How long one message may take.
    public var timeLimit: Duration

    /// Gathers them.
    public init(
        loop: EventLoop,
        client: HTTPClient,
        secrets: SecretSource = .standard,
        allowsPrivateAddresses: Bool = false,
        timeLimit: Duration = .seconds(30)
    ) {
        self.loop = loop
        self.client = client
        self.secrets = secrets
        self.allowsPrivateAddresses = allowsPrivateAddresses
        self.timeLimit = timeLimit
    }
}
