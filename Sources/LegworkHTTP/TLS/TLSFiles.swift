/// The files that let a server speak TLS. Both are read when it starts to listen, and again when they have changed.
public struct TLSFiles: Sendable, Hashable {
    /// The path of the certificate in PEM, followed by those between it and its authority.
    public var certificate: String
    /// The path of the key in PEM, without a passphrase.
    public var key: String

    /// Names the files.
    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}
