import LegworkCore

/// What a word of Slack's means, where it is not that the message cannot be taken.
struct SlackFault: Sendable {
    let code: ChannelError.Code
    /// Whether it is a fault of the channel that was named, and not of the token.
    let concernsPlace: Bool
    let advice: String?

    /// Knows a word; nil for all others.
    init?(_ word: String) {
        switch word {
        case "ratelimited", "rate_limited", "message_limit_exceeded": self.init(.rateLimited)
        case "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org": self.init(.unavailable)
        case "is_archived", "channel_is_archived": self.init(.gone, concernsPlace: true, "the channel is archived; configure another")
        case "channel_not_found": self.init(.misconfigured, concernsPlace: true, "name a channel by its id, and invite the bot to it")
        case "not_in_channel": self.init(.misconfigured, concernsPlace: true, "invite the bot to the channel")
        case "missing_scope", "no_permission", "not_allowed_token_type":
            self.init(.misconfigured, "give the bot the scope chat:write and install it again")
        case "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "access_denied", "org_login_required",
            "ekm_access_denied", "team_access_not_granted":
            self.init(.misconfigured, "check the token in the configuration")
        case let word where word.hasPrefix("restricted_action"):
            self.init(.misconfigured, concernsPlace: true, "the workspace does not let the bot write there")
        default: return nil
        }
    }

    private init(_ code: ChannelError.Code, concernsPlace: Bool = false, _ advice: String? = nil) {
        self.code = code
        self.concernsPlace = concernsPlace
        self.advice = advice
    }

    /// A word of Slack's; nil for what is none and could be anything.
    static func word(_ text: String) -> String? {
        let isWord = (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "_") }
        return isWord ? text : nil
    }
}
