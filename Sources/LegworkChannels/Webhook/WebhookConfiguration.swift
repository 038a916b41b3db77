public import LegworkCore
import LegworkHTTP

/// A webhook by the rules of Standard Webhooks 1.0.0.
public struct WebhookConfiguration: Sendable, Hashable {
    /// How much is told.
    public enum Payload: String, Sendable, Hashable, CaseIterable {
        /// What fits below ``WebhookConfiguration/thinLimit``: of a long text the beginning.
        case thin
        /// All that the delivery has.
        case full
    }

    /// A thin payload has fewer bytes.
    public static let thinLimit = 20_000

    /// Where it goes.
    public var url: Secret
    /// With what it is signed: with each of them, so that a new one can be brought in while the old one is still in use.
    public var keys: [WebhookKey]
    /// How much is told.
    public var payload: Payload
    /// Header fields that are sent too.
    public var headers: [HeaderField]

    /// A header field whose value nobody sees.
    public struct HeaderField: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// Its value.
        public var value: Secret

        /// A field.
        public init(_ name: String, _ value: Secret) {
            self.name = name
            self.value = value
        }
    }

    /// Describes a webhook.
    ///
    /// - Parameter keys: none leaves it unsigned: then anybody can send the same to the receiver.
    public init(url: Secret, keys: [WebhookKey], payload: Payload = .thin, headers: [HeaderField] = []) {
        self.url = url
        self.keys = keys
        self.payload = payload
        self.headers = headers
    }

    /// Reads `{"url", "secret": TEXT or [TEXT, …], "unsigned"?: true, "payload"?: "thin" or "full", "headers"?: {NAME: TEXT}}`.
    public init(json: JSONValue, secrets: SecretSource) throws(ChannelConfigurationError) {
        var settings = try ChannelSettings(json, "webhook", shorthand: "url", secrets: secrets)
        let url = try ChannelURL.read(&settings, "url")
        var keys: [WebhookKey] = []
        for text in try settings.list("secret") ?? [] {
            guard let key = WebhookKey(text) else {
                throw settings.wrong(
                    "secret",
                    "whsec_ and 24 to 64 bytes in base64, or a list of such; make one with: openssl rand -base64 32"
                )
            }
            keys.append(key)
        }
        let isUnsigned = try settings.flag("unsigned") ?? false
        let payload: Payload? = try settings.choice("payload")
        var headers: [HeaderField] = []
        for (name, text) in try settings.texts("headers") {
            let isReserved = ["host", "content-length", "content-type", "transfer-encoding", "connection"].contains(name.lowercased())
            guard !name.isEmpty, name.utf8.allSatisfy(HTTPSyntax.isToken), !isReserved, !name.lowercased().hasPrefix("webhook-") else {
                throw settings.wrong("headers", "an object of header fields, without those that are sent anyhow")
            }
            headers.append(HeaderField(name, Secret(text)))
        }
        try settings.finish()
        guard let url else { throw ChannelConfigurationError(.invalid, "webhook needs 'url'") }
        guard keys.isEmpty == isUnsigned else {
            throw ChannelConfigurationError(
                .invalid,
                isUnsigned
                    ? "webhook has both 'secret' and \"unsigned\": true; take one away"
                    : "webhook needs 'secret', by which the receiver knows the sender; without one say \"unsigned\": true"
            )
        }
        self.init(url: url, keys: keys, payload: payload ?? .thin, headers: headers)
    }
}
