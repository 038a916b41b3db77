public import LegworkCore
import LegworkRedis

extension RedisStreamConfiguration {
    /// Reads it: `{"platform", "url"?: "redis://…"|"unix:…", "channel"?, "stream_prefix"?, "max_entries"?}`.
    public init(json: JSONValue, secrets: SecretSource) throws(ChannelConfigurationError) {
        var settings = try ChannelSettings(json, "redis", secrets: secrets)
        var redis = RedisConfiguration()
        if let url = try settings.secret("url") {
            do throws(RedisError) {
                redis = try RedisConfiguration(url: url.revealed)
            } catch {
                throw ChannelConfigurationError(.invalid, "redis.url: \(error.message)")
            }
        }
        let platform = try settings.required("platform", atMost: 64)
        let channel = try settings.text("channel", atMost: Redirect.maximumNameBytes)
        let prefix = try settings.text("stream_prefix", atMost: 256)
        let maximumEntries = try settings.count("max_entries", 1...100_000_000)
        try settings.finish()
        self.init(
            redis,
            platform: platform,
            channel: channel,
            prefix: prefix ?? "sg:stream:outbound:",
            maximumEntries: maximumEntries ?? 10_000
        )
    }
}

extension ChannelKind {
    static let redis = ChannelKind("redis") { json, means throws(ChannelConfigurationError) in
        let configuration = try RedisStreamConfiguration(json: json, secrets: means.secrets)
        do throws(RedisError) {
            return try RedisStreamChannel(configuration)
        } catch {
            throw ChannelConfigurationError(error.code == .invalidConfiguration ? .invalid : .failed, "redis: \(error.message)")
        }
    }
}
