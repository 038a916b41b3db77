public import LegworkCore
public import LegworkEventLoop
import LegworkHTTP

/// Makes channels of what a configuration says of them.
public struct ChannelFactory: Sendable {
    /// All kinds, a line each.
    private static let makers: [ChannelKind] = [
        .email,
        .file,
        .command,
        .desktop,
        .redis,
        .xmpp,
        ChannelKind("webhook", WebhookConfiguration.init(json:secrets:), WebhookChannel.init),
        ChannelKind("slack", SlackConfiguration.init(json:secrets:), SlackChannel.init),
        ChannelKind("discord", DiscordConfiguration.init(json:secrets:), DiscordChannel.init),
        ChannelKind("telegram", TelegramConfiguration.init(json:secrets:), TelegramChannel.init),
        ChannelKind("matrix", MatrixConfiguration.init(json:secrets:), MatrixChannel.init),
        ChannelKind("teams", TeamsConfiguration.init(json:secrets:), TeamsChannel.init),
        ChannelKind("ntfy", NtfyConfiguration.init(json:secrets:), NtfyChannel.init),
    ]

    /// The words of the kinds that there are.
    public static let kinds = makers.map(\.word)

    private let loop: EventLoop
    private let client: HTTPClient
    /// For channels that may go to no private address: they must not go over a connection to one that another channel has opened.
    private let guardedClient: HTTPClient
    private let secrets: SecretSource

    /// Makes a factory whose channels run on the loop, which must outlive them.
    ///
    /// - Throws: ``ChannelConfigurationError`` when memory or descriptors have run out.
    public init(loop: EventLoop, secrets: SecretSource = .standard) throws(ChannelConfigurationError) {
        self.loop = loop
        self.secrets = secrets
        do throws(HTTPError) {
            client = try HTTPClient(loop: loop)
            guardedClient = try HTTPClient(loop: loop)
        } catch {
            throw ChannelConfigurationError(.failed, "channels cannot be made: \(error.message)")
        }
    }

    /// Makes a channel; its secrets are read now.
    ///
    /// - Parameters:
    ///   - kind: one of ``kinds``.
    ///   - settings: what that kind wants to know: an object, or the text that stands for its most important member.
    ///   - timeLimit: how long one message may take.
    ///   - allowsPrivateAddresses: whether it may go to this machine and its network.
    /// - Throws: ``ChannelConfigurationError``, naming the member that is wrong.
    public func channel(
        _ kind: String,
        _ settings: JSONValue,
        timeLimit: Duration = .seconds(30),
        allowsPrivateAddresses: Bool = false
    ) throws(ChannelConfigurationError) -> any Channel {
        guard let maker = Self.makers.first(where: { $0.word.isExactly(kind) }) else {
            let meant = Suggestion.nearest(to: kind, in: Self.kinds).map { "; did you mean '\($0)'?" } ?? ""
            throw ChannelConfigurationError(
                .unknownKind,
                "'\(kind.truncated(toBytes: 60))' is no kind of channel\(meant); kinds are \(Self.kinds.joined(separator: ", "))"
            )
        }
        let means = ChannelMeans(
            loop: loop,
            client: allowsPrivateAddresses ? client : guardedClient,
            secrets: secrets,
            allowsPrivateAddresses: allowsPrivateAddresses,
            timeLimit: timeLimit
        )
        return try maker.make(settings, means)
    }
}
