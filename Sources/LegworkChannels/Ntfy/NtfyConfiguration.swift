public import LegworkCore
import LegworkHTTP

/// A topic of ntfy.
public struct NtfyConfiguration: Sendable, Hashable {
    /// Who publishes.
    public enum Login: Sendable, Hashable {
        /// An access token, `tk_…`.
        case token(Secret)
        /// A user and his password.
        case password(user: String, Secret)
    }

    /// The most bytes of a message, of the 4096 that a server takes.
    public static let maximumText = 4000

    /// The server.
    public var server: Secret
    /// The topic, unless a redirect names another. On an open server it is as good as a password.
    public var topic: Secret
    /// Who publishes; nil is nobody in particular.
    public var login: Login?
    /// From 1 to 5; nil is 4 for what failed or asks something, and 3 for all else.
    public var priority: Int?
    /// Tags beside the one for the status.
    public var tags: [String]

    /// Describes a topic.
    public init(
        server: Secret = Secret("https://ntfy.sh"),
        topic: Secret,
        login: Login? = nil,
        priority: Int? = nil,
        tags: [String] = []
    ) {
        self.server = server
        self.topic = topic
        self.login = login
        self.priority = priority
        self.tags = tags
    }

    /// Reads `{"topic", "server"?, "token"?, "user"?, "password"?, "priority"?, "tags"?}`; a text is the topic on ntfy.sh.
    public init(json: JSONValue, secrets: SecretSource) throws(ChannelConfigurationError) {
        var settings = try ChannelSettings(json, "ntfy", shorthand: "topic", secrets: secrets)
        let topic = try settings.required("topic", atMost: 64)
        let server = try ChannelURL.read(&settings, "server", isBase: true)
        let token = try settings.secret("token")
        let user = try settings.text("user", atMost: 100)
        let password = try settings.secret("password")
        let priority = try settings.count("priority", 1...5)
        let tags = try settings.list("tags") ?? []
        try settings.finish()
        guard Self.isTopic(topic) else { throw settings.wrong("topic", "1 to 64 of the characters A-Z a-z 0-9 _ -") }
        let login: Login?
        switch (token, user, password) {
        case (nil, nil, nil): login = nil
        case (let token?, nil, nil): login = .token(token)
        case (nil, let user?, let password?):
            guard !user.contains(":") else { throw settings.wrong("user", "a name without ':'") }
            login = .password(user: user, password)
        case (nil, _, _), (.some, _, _):
            throw ChannelConfigurationError(.invalid, "ntfy takes either 'token', or 'user' and 'password', or none of them")
        }
        self.init(server: server ?? Secret("https://ntfy.sh"), topic: Secret(topic), login: login, priority: priority, tags: tags)
    }

    static func isTopic(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "_")
                    || byte == UInt8(ascii: "-")
            }
    }
}
