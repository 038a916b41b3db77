public import LegworkCore

/// A channel of Slack, by an incoming webhook or as a bot.
public struct SlackConfiguration: Sendable, Hashable {
    /// How it gets in.
    public enum Access: Sendable, Hashable {
        /// The URL of an incoming webhook, which leads to one channel.
        case webhook(Secret)
        /// A bot's token, `xoxb-…`, with the scope `chat:write`, and `files:write` for files; and the id of a channel that it is in.
        case bot(token: Secret, channel: String)
    }

    /// The most scalars of a message.
    public static let maximumText = 3000

    /// How it gets in.
    public var access: Access
    /// Where the methods are, for a bot.
    public var api: Secret

    /// Describes a channel.
    public init(_ access: Access, api: Secret = Secret("https://slack.com/api")) {
        self.access = access
        self.api = api
    }

    /// Reads `{"url"}`, also as a text, or `{"token", "channel", "api"?}`.
    public init(json: JSONValue, secrets: SecretSource) throws(ChannelConfigurationError) {
        var settings = try ChannelSettings(json, "slack", shorthand: "url", secrets: secrets)
        let url = try ChannelURL.read(&settings, "url")
        let token = try settings.secret("token")
        let channel = try settings.text("channel", atMost: 100)
        let api = try ChannelURL.read(&settings, "api", isBase: true)
        try settings.finish()
        switch (url, token, channel) {
        case (let url?, nil, nil): self.init(.webhook(url))
        case (nil, let token?, let channel?):
            guard Self.isChannel(channel) else { throw settings.wrong("channel", "a channel's id, such as C0123456789, or #name") }
            self.init(.bot(token: token, channel: channel), api: api ?? Secret("https://slack.com/api"))
        case (nil, _, _), (.some, _, _):
            throw ChannelConfigurationError(
                .invalid,
                "slack needs either 'url', of an incoming webhook, or 'token' and 'channel', of a bot"
            )
        }
    }

    static func isChannel(_ text: String) -> Bool {
        (2...100).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || "0123456789#-_.".unicodeScalars.contains($0) }
    }
}
