import LegworkCore

/// A user and his password, which no description, dump or log shows.
public struct MailLogin: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The user.
    public let user: String
    let password: String

    /// A user and his password; nil when one of them is empty or has a zero byte.
    public init?(user: String, password: String) {
        guard !user.isEmpty, !password.isEmpty, !user.utf8.contains(0), !password.utf8.contains(0) else { return nil }
        self.user = user
        self.password = password
    }

    /// What a server said, without the password in any of the forms in which it was sent.
    func discreet(_ text: String) -> String {
        let forms = [password, Base64.text(of: Array("\0\(user)\0\(password)".utf8)), Base64.text(of: Array(password.utf8))]
        return SecretRedactor(forms).redact(text)
    }

    /// The user.
    public var description: String { user }
    /// The user.
    public var debugDescription: String { user }
    /// Shows the user only.
    public var customMirror: Mirror { Mirror(self, children: ["user": user]) }
}
