public import LegworkCore
import LegworkHTTP
public import LegworkXMPP

/// Who tells of tasks over XMPP, and whom.
public struct XMPPChannelConfiguration: Sendable, Hashable {
    /// Who sends.
    public var account: XMPPAccount
    /// Whom it goes to, unless a redirect names another.
    public var to: JID
    /// The name in the room; nil where it goes to a person.
    public var nickname: String?

    /// Describes it.
    public init(_ account: XMPPAccount, to: JID, nickname: String? = nil) {
        self.account = account
        self.to = to
        self.nickname = nickname
    }

    /// Reads it: `{"jid", "password", "to" or "room", "nickname"?, "host"?, "port"?, "tls"?: "required"|"off", "ca_file"?}`.
    public init(
        json: JSONValue,
        secrets: SecretSource,
        allowsPrivateAddresses: Bool = false
    ) throws(ChannelConfigurationError) {
        var settings = try ChannelSettings(json, "xmpp", secrets: secrets)
        guard let jid = JID(try settings.required("jid")) else { throw settings.wrong("jid", "an address such as legwork@example.org") }
        guard let password = try settings.secret("password") else {
            throw ChannelConfigurationError(.invalid, "xmpp needs 'password', a text")
        }
        let (person, room) = (try settings.text("to"), try settings.text("room"))
        guard (person == nil) != (room == nil), let to = JID(person ?? room ?? "") else {
            throw ChannelConfigurationError(.invalid, "xmpp needs either 'to', a person's address, or 'room', a room's")
        }
        let nickname = try settings.text("nickname", atMost: 100)
        guard nickname == nil || room != nil else { throw settings.wrong("nickname", "given with 'room' only") }
        let (host, port) = (try settings.text("host"), try settings.count("port", 1...65_535))
        let encryption: Encryption = try settings.choice("tls") ?? .required
        let place = host ?? jid.domain
        guard encryption == .required || LoopbackHost.contains(place) else {
            throw settings.wrong("tls", "'required': without TLS everybody on the way reads the password")
        }
        let certificates = try settings.text("ca_file")
        guard certificates?.hasPrefix("/") != false else { throw settings.wrong("ca_file", "an absolute path") }
        try settings.finish()
        let account = XMPPAccount(
            jid,
            password: password,
            host: host,
            port: port.map { UInt16($0) },
            requiresEncryption: encryption == .required,
            avoidsPrivateAddresses: !allowsPrivateAddresses,
            trustedCertificates: certificates
        )
        self.init(account, to: to, nickname: room == nil ? nil : nickname ?? "legwork")
    }

    private enum Encryption: String, CaseIterable { case required, off }
}

extension ChannelKind {
    static let xmpp = ChannelKind("xmpp") { json, means throws(ChannelConfigurationError) in
        let configuration = try XMPPChannelConfiguration(
            json: json,
            secrets: means.secrets,
            allowsPrivateAddresses: means.allowsPrivateAddresses
        )
        return XMPPChannel(configuration)
    }
}
