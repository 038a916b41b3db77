public import LegworkCore

/// A channel of Discord, by a webhook.
public struct DiscordConfiguration: Sendable, Hashable {
    /// The most scalars of a message, of the 2000 that Discord takes.
    public static let maximumText = 1950

    /// The webhook's URL.
    public var url: Secret
    /// The thread that messages go to, unless a redirect names another; nil is the channel itself.
    public var thread: String?
    /// Under which name it speaks; nil is the webhook's own.
    public var username: String?

    /// Describes a channel.
    public init(url: Secret, thread: String? = nil, username: String? = nil) {
        self.url = url
        self.thread = thread
        self.username = username
    }

    /// Reads `{"url", "thread"?, "username"?}`; a text is the URL.
    public init(json: JSONValue, secrets: SecretSource) throws(ChannelConfigurationError) {
        var settings = try ChannelSettings(json, "discord", shorthand: "url", secrets: secrets)
        let url = try ChannelURL.read(&settings, "url")
        let thread = try settings.text("thread", atMost: 20)
        let username = try settings.text("username", atMost: 80)
        try settings.finish()
        guard let url else { throw ChannelConfigurationError(.invalid, "discord needs 'url', of a webhook") }
        if let thread, !Self.isID(thread) { throw settings.wrong("thread", "a thread's id, which is a number in quotation marks") }
        self.init(url: url, thread: thread, username: username)
    }

    static func isID(_ text: String) -> Bool { (1...20).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) } }
}
