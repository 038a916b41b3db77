import LegworkCore

/// A server that takes mail, and how it is spoken to.
public struct MailServer: Sendable, Hashable {
    /// How the connection is kept secret.
    public enum Security: Sendable, Hashable {
        /// It begins in plain text, and with STARTTLS before anything is said (RFC 3207). A server without it is refused.
        case startTLS
        /// TLS from the first byte (RFC 8314).
        case tls
        /// Not at all.
        case none
    }

    /// A name or an address.
    public var host: String
    /// The port.
    public var port: Int
    /// How the connection is kept secret.
    public var security: Security
    /// Who logs in; nil where nobody has to.
    public var login: MailLogin?
    /// A file of certificates in PEM to trust instead of the system's.
    public var trustedCertificates: String?
    /// What this machine calls itself; nil takes its name.
    public var helloName: String?
    /// Whether to connect to public addresses only, decided at the moment of connecting.
    public var avoidsPrivateAddresses: Bool
    /// How long connecting may take.
    public var connectTimeout: Duration
    /// How long nothing may move.
    public var idleTimeout: Duration

    /// Describes a server.
    ///
    /// - Parameter port: nil takes 587, 465 with TLS from the first byte, and 25 where nothing is secret.
    public init(
        host: String,
        port: Int? = nil,
        security: Security = .startTLS,
        login: MailLogin? = nil,
        trustedCertificates: String? = nil,
        helloName: String? = nil,
        avoidsPrivateAddresses: Bool = false,
        connectTimeout: Duration = .seconds(10),
        idleTimeout: Duration = .seconds(60)
    ) {
        self.host = host
        self.port =
            port
            ?? {
                switch security {
                case .startTLS: 587
                case .tls: 465
                case .none: 25
                }
            }()
        self.security = security
        self.login = login
        self.trustedCertificates = trustedCertificates
        self.helloName = helloName
        self.avoidsPrivateAddresses = avoidsPrivateAddresses
        self.connectTimeout = connectTimeout
        self.idleTimeout = idleTimeout
    }

    /// Whether it is this machine.
    public var isLocal: Bool { LoopbackHost.contains(host) }

    /// What libcurl is to be given, once it is known that nothing in it can be mistaken for something else.
    ///
    /// - Throws: ``MailError/Code/invalid``.
    func url() throws(MailError) -> String {
        let isSix = host.contains(":")
        let letters = isSix ? "0123456789abcdefABCDEF:.".utf8 : "".utf8
        let isHost = (1...253).contains(host.utf8.count) && host.utf8.allSatisfy { isSix ? letters.contains($0) : Self.isNameByte($0) }
        guard isHost else { throw MailError(.invalid, "the mail server's host must be a name or an address") }
        guard (1...65_535).contains(port) else { throw MailError(.invalid, "the mail server's port must be 1 to 65535, not \(port)") }
        if let helloName, !(1...253).contains(helloName.utf8.count) || !helloName.utf8.allSatisfy(Self.isNameByte) {
            throw MailError(.invalid, "what this machine calls itself must be a host's name")
        }
        if security == .none, login != nil, !isLocal {
            throw MailError(.invalid, "without TLS everybody on the way reads the password: use TLS, or send without logging in")
        }
        return "\(security == .tls ? "smtps" : "smtp")://\(isSix ? "[\(host)]" : host):\(port)/\(helloName ?? "")"
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
