public import LegworkHTTP

/// Whom mail about tasks goes to, and through which server.
public struct MailChannelConfiguration: Sendable, Hashable {
    /// The server.
    public var server: MailServer
    /// Whom it is from.
    public var from: MailAddress
    /// Whom it goes to, unless a redirect names an address.
    public var to: [MailAddress]
    /// What the subject begins with.
    public var subjectPrefix: String

    /// Describes a mailbox.
    public init(server: MailServer, from: MailAddress, to: [MailAddress], subjectPrefix: String = "") {
        self.server = server
        self.from = from
        self.to = to
        self.subjectPrefix = subjectPrefix
    }
}
