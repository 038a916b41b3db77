public import LegworkCore

/// A chat of Telegram, as a bot.
public struct TelegramConfiguration: Sendable, Hashable {
    /// A place in Telegram.
    public struct Place: Sendable, Hashable {
        /// The chat's id, which is negative for a group, or `@name` of a public channel.
        public var chat: String
        /// The topic of a forum, by its number.
        public var topic: Int?

        /// A place.
        public init(chat: String, topic: Int? = nil) {
            self.chat = chat
            self.topic = topic
        }

        /// Reads `CHAT` or `CHAT/TOPIC`; nil for what is no place.
        public init?(_ text: String) {
            let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard let chat = parts.first, Self.isChat(String(chat)) else { return nil }
            self.init(chat: String(chat))
            if parts.count == 2 {
                guard let topic = Int(parts[1]), topic > 0 else { return nil }
                self.topic = topic
            }
        }

        private static func isChat(_ text: String) -> Bool {
            if let number = Int64(text) { return number != 0 }
            let name = text.hasPrefix("@") ? text.utf8.dropFirst() : "".utf8.dropFirst()
            return (4...64).contains(name.count)
                && name.allSatisfy { byte in
                    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                        || byte == UInt8(ascii: "_")
                }
        }

        /// Whether several people are there, of which Telegram wants twenty messages a minute at most.
        var isGroup: Bool { chat.hasPrefix("-") || chat.hasPrefix("@") }
    }

    /// The most UTF-16 code units of a message.
    public static let maximumText = 4096

    /// The bot's token.
    public var token: Secret
    /// Where messages go to, unless a redirect names another place.
    public var place: Place
    /// Whether messages come without a sound.
    public var isSilent: Bool
    /// Where the methods are: Telegram's server, or one's own.
    public var api: Secret

    /// Describes a chat.
    public init(token: Secret, place: Place, isSilent: Bool = false, api: Secret = Secret("https://api.telegram.org")) {
        self.token = token
        self.place = place
        self.isSilent = isSilent
        self.api = api
    }

    /// Reads `{"token", "chat": NUMBER or TEXT, "topic"?, "silent"?, "api"?}`.
    public init(json: JSONValue, secrets: SecretSource) throws(ChannelConfigurationError) {
        var settings = try ChannelSettings(json, "telegram", secrets: secrets)
        let token = try settings.required("token", atMost: 200)
        let chat = if let number = settings.value("chat")?.int { "\(number)" } else { try settings.required("chat", atMost: 100) }
        let topic = try settings.count("topic", 1...Int(Int32.max))
        let isSilent = try settings.flag("silent") ?? false
        let api = try ChannelURL.read(&settings, "api", isBase: true)
        try settings.finish()
        let isToken = token.contains(":") && token.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"/?#%\\".utf8.contains($0) }
        guard isToken else { throw settings.wrong("token", "a bot's token, such as 123456:ABC-…") }
        guard var place = Place(chat) else { throw settings.wrong("chat", "a chat's id, such as -1001234567890, or @name of a channel") }
        place.topic = topic ?? place.topic
        self.init(token: Secret(token), place: place, isSilent: isSilent, api: api ?? Secret("https://api.telegram.org"))
    }
}
