import LegworkCore
import LegworkHTTP

extension ChannelError {
    /// Says what it means for a channel that a message was not sent.
    ///
    /// - Parameter isOwnPlace: whether it went to the channel's own addresses; where they are refused, nothing else arrives either.
    init(_ error: MailError, isOwnPlace: Bool) {
        switch error.code {
        case .invalid, .addressNotAllowed, .noEncryption, .untrusted, .noLogin: self.init(.misconfigured, error.message)
        case .cancelled: self.init(.unavailable, "the mail server did not take the message in time")
        case .refused: self.init(Self.code(for: error, isOwnPlace: isOwnPlace), error.message)
        default: self.init(.unavailable, error.message)
        }
    }

    private static func code(for error: MailError, isOwnPlace: Bool) -> Code {
        guard let reply = error.reply else { return .unavailable }
        if reply.isTransient { return isAboutRate(reply) ? .rateLimited : .unavailable }
        switch error.stage {
        case .recipient:
            // Whom there is not will not be there tomorrow; a mailbox that is full may be emptied.
            let isMissing = [550, 551, 553].contains(reply.code) && !reply.text.hasPrefix("5.2.2")
            return isMissing && isOwnPlace && !isAboutRate(reply) ? .gone : .rejected
        case .content: return .rejected
        case .sender where reply.code == 552: return .rejected
        case .greeting, .hello, .encryption, .login, .sender, nil: return .misconfigured
        }
    }

    /// Whether the server says that too much came (RFC 5321 has no code for it).
    private static func isAboutRate(_ reply: SMTPReply) -> Bool {
        let text = reply.text.lowercased()
        return ["rate", "too many", "too much", "throttl", "limit exceeded", "slow down", "quota exceeded"].contains { text.contains($0) }
    }
}

extension MailError {
    /// Whether the server takes no message of that size, or not with that file (RFC 1870, section 6.1).
    var isAboutSize: Bool {
        guard code == .refused, let reply, stage == .sender || stage == .content else { return false }
        return reply.code == 552 || reply.code == 523
    }
}
