public import LegworkRedis

/// A stream in Redis from which a gateway sends on what it finds, in the first system's layout.
public struct RedisStreamConfiguration: Sendable, Hashable {
    /// Where Redis is.
    public var redis: RedisConfiguration
    /// The platform that the gateway speaks for, such as `discord`: the end of the stream's name.
    public var platform: String
    /// Where in the platform, unless a redirect says it; nil leaves it empty.
    public var channel: String?
    /// What the stream's name begins with; the platform follows.
    public var prefix: String
    /// How many entries the stream keeps, about.
    public var maximumEntries: Int
    /// How long it is remembered what was written, in case that it comes again.
    public var memory: Duration

    /// Describes a stream.
    public init(
        _ redis: RedisConfiguration = RedisConfiguration(),
        platform: String,
        channel: String? = nil,
        prefix: String = "sg:stream:outbound:",
        maximumEntries: Int = 10_000,
        memory: Duration = .seconds(4 * 86_400)
    ) {
        self.redis = redis
        self.platform = platform
        self.channel = channel
        self.prefix = prefix
        self.maximumEntries = max(1, maximumEntries)
        self.memory = max(.seconds(1), memory)
    }
}
