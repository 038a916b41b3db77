public import LegworkCore

/// Who sends over XMPP, and how his server is reached.
public struct XMPPAccount: Sendable, Hashable {
    /// The address that logs in.
    public var jid: JID
    /// Its password.
    public var password: Secret
    /// The host to connect to; nil asks the domain's name service (`_xmpp-client._tcp`).
    public var host: String?
    /// The port; nil is 5222, or what the name service says.
    public var port: UInt16?
    /// Whether nothing is said without TLS.
    public var requiresEncryption: Bool
    /// Whether nothing is said to a server without a public address, as it turns out when it is connected to.
    public var avoidsPrivateAddresses: Bool
    /// A file of certificates in PEM to trust instead of the system's.
    public var trustedCertificates: String?

    /// Describes an account.
    public init(
        _ jid: JID,
        password: Secret,
        host: String? = nil,
        port: UInt16? = nil,
        requiresEncryption: Bool = true,
        avoidsPrivateAddresses: Bool = false,
        trustedCertificates: String? = nil
    ) {
        self.jid = jid
        self.password = password
        self.host = host
        self.port = port
        self.requiresEncryption = requiresEncryption
        self.avoidsPrivateAddresses = avoidsPrivateAddresses
        self.trustedCertificates = trustedCertificates
    }
}
