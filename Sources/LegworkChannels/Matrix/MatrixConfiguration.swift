public import LegworkCore

/// A room of Matrix.
public struct MatrixConfiguration: Sendable, Hashable {
    /// The most bytes of a message's two forms together. An event may have 65,536 bytes.
    public static let maximumText = 48_000
    /// The most bytes of what is in an event.
    static let maximumContent = 60_000

    /// The homeserver.
    public var homeserver: Secret
    /// The access token of the account that writes.
    public var token: Secret
    /// The room, unless a redirect names another: its id `!…`, or an alias `#name:server`.
    public var room: String
    /// Whether messages are notices, as programs are asked to send them, and not texts, which may notify people.
    public var isNotice: Bool

    /// Describes a room.
    public init(homeserver: Secret, token: Secret, room: String, isNotice: Bool = true) {
        self.homeserver = homeserver
        self.token = token
        self.room = room
        self.isNotice = isNotice
    }

    /// Reads `{"homeserver", "token", "room", "notice"?}`.
    public init(json: JSONValue, secrets: SecretSource) throws(ChannelConfigurationError) {
        var settings = try ChannelSettings(json, "matrix", secrets: secrets)
        let homeserver = try ChannelURL.read(&settings, "homeserver", isBase: true)
        let token = try settings.secret("token")
        let room = try settings.text("room", atMost: 255)
        let isNotice = try settings.flag("notice") ?? true
        try settings.finish()
        guard let homeserver, let token, let room else {
            throw ChannelConfigurationError(.invalid, "matrix needs 'homeserver', a URL, 'token', and 'room', an id or an alias")
        }
        guard Self.isRoom(room) else {
            throw settings.wrong("room", "a room's id, such as !abc:example.org, or its alias #name:example.org")
        }
        self.init(homeserver: homeserver, token: token, room: room, isNotice: isNotice)
    }

    static func isRoom(_ text: String) -> Bool {
        (2...255).contains(text.utf8.count) && (text.hasPrefix("!") || text.hasPrefix("#") && text.contains(":"))
            && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F }
    }
}
