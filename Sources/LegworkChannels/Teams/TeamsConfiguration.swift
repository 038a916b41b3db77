public import LegworkCore

/// A channel or chat of Microsoft Teams, by the URL of a workflow that waits for a webhook.
public struct TeamsConfiguration: Sendable, Hashable {
    /// The most bytes of a message's text. Written as JSON it is twice as long at most, and Teams takes ``maximumPayload``.
    public static let maximumText = 13_500
    /// The most bytes that Teams takes at once, 28 KB.
    public static let maximumPayload = 28_000

    /// The workflow's URL.
    public var url: Secret

    /// Describes a channel.
    public init(url: Secret) { self.url = url }

    /// Reads `{"url"}`; a text is the URL.
    public init(json: JSONValue, secrets: SecretSource) throws(ChannelConfigurationError) {
        var settings = try ChannelSettings(json, "teams", shorthand: "url", secrets: secrets)
        let url = try ChannelURL.read(&settings, "url")
        try settings.finish()
        guard let url else { throw ChannelConfigurationError(.invalid, "teams needs 'url', of a workflow that waits for a webhook") }
        self.init(url: url)
    }
}
