public import LegworkCore
import LegworkHTTP

extension MailChannelConfiguration {
    private enum Encryption: String, CaseIterable { case required, off }

    /// Reads it: `{"server", "from", "to", "user"?, "password"?, "tls"?: "required"|"off", "ca_file"?, "hello"?, "subject"?}`.
    ///
    /// `server` is `smtp://HOST[:PORT]` (587, with STARTTLS) or `smtps://HOST[:PORT]` (465), `to` an address or a list of them, `subject` what
    /// the subject begins with.
    public init(
        json: JSONValue,
        secrets: SecretSource,
        allowsPrivateAddresses: Bool = false
    ) throws(ChannelConfigurationError) {
        var settings = try ChannelSettings(json, "email", secrets: secrets)
        let place = try settings.required("server")
        guard let (isSecure, host, port) = Self.place(place) else {
            throw settings.wrong("server", "smtp://HOST:PORT or smtps://HOST:PORT; user and password are members of their own")
        }
        let (user, password) = (try settings.text("user"), try settings.secret("password"))
        let login = password.flatMap { MailLogin(user: user ?? "", password: $0.revealed) }
        guard (user == nil) == (password == nil), login != nil || user == nil else {
            throw ChannelConfigurationError(.invalid, "email has to name both 'user' and 'password', or neither")
        }
        let encryption: Encryption = try settings.choice("tls") ?? .required
        guard encryption == .required || !isSecure else { throw settings.wrong("tls", "'required' for an smtps:// server") }
        let certificates = try settings.text("ca_file")
        guard certificates?.hasPrefix("/") != false else { throw settings.wrong("ca_file", "an absolute path") }
        let server = MailServer(
            host: host,
            port: port,
            security: isSecure ? .tls : encryption == .off ? .none : .startTLS,
            login: login,
            trustedCertificates: certificates,
            helloName: try settings.text("hello"),
            avoidsPrivateAddresses: !allowsPrivateAddresses
        )
        guard let from = MailAddress(try settings.required("from")) else {
            throw settings.wrong("from", "an address such as legwork@example.org or 'Legwork <legwork@example.org>'")
        }
        let texts = try settings.list("to") ?? []
        let to = texts.compactMap { MailAddress($0) }
        guard to.count == texts.count, (1...MailMessage.maximumRecipients).contains(to.count) else {
            throw settings.wrong("to", "an address such as ann@example.org, or a list of at most \(MailMessage.maximumRecipients)")
        }
        let prefix = try settings.text("subject", atMost: 80)
        try settings.finish()
        self.init(server: server, from: from, to: to, subjectPrefix: prefix.map { "\($0) " } ?? "")
    }

    /// Reads where a server is.
    private static func place(_ text: String) -> (isSecure: Bool, host: String, port: Int?)? {
        let isSecure = text.hasPrefix("smtps://")
        guard isSecure || text.hasPrefix("smtp://") else { return nil }
        var rest = text.dropFirst(isSecure ? 8 : 7)
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        var (host, port) = (rest, Int?.none)
        // The colon of a port stands after the bracket of an IPv6 address.
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("]") {
            guard let number = Int(rest[rest.index(after: colon)...]) else { return nil }
            (host, port) = (rest[..<colon], number)
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        return host.isEmpty || host.contains(where: { "@/?#[]".contains($0) }) ? nil : (isSecure, String(host), port)
    }
}

extension ChannelKind {
    static let email = ChannelKind("email") { json, means throws(ChannelConfigurationError) in
        let configuration = try MailChannelConfiguration(
            json: json,
            secrets: means.secrets,
            allowsPrivateAddresses: means.allowsPrivateAddresses
        )
        do throws(MailError) {
            return try MailChannel(configuration, loop: means.loop)
        } catch {
            throw ChannelConfigurationError(error.code == .invalid ? .invalid : .failed, "email: \(error.message)")
        }
    }
}
