import LegworkCore
import LegworkHTTP
import Testing

@Suite("What platforms say of faults", .timeLimit(.minutes(1)))
struct PlatformFaultTests {
    /// An answer, and what it means for the channel's own place and for one that a redirect named.
    struct Case: Sendable, CustomStringConvertible {
        let platform: any Platform
        let answer: PlatformAnswer
        let own: ChannelError.Code
        let target: ChannelError.Code?
        /// What the message has to say.
        let says: String
        var description: String { "\(platform.name): \(says)" }

        init(
            _ platform: any Platform,
            _ status: Int,
            _ json: JSONValue,
            _ own: ChannelError.Code,
            target: ChannelError.Code? = nil,
            says: String
        ) {
            (self.platform, answer, self.own) = (platform, PlatformAnswer(status, json), own)
            (self.target, self.says) = (target, says)
        }
    }

    static let cases: [Case] = [
        Case(
            SlackBotPlatform(),
            200,
            ["ok": false, "error": "channel_not_found"],
            .misconfigured,
            target: .rejected,
            says: "invite the bot"
        ),
        Case(SlackBotPlatform(), 200, ["ok": false, "error": "is_archived"], .gone, target: .rejected, says: "archived"),
        Case(SlackBotPlatform(), 200, ["ok": false, "error": "missing_scope"], .misconfigured, target: .misconfigured, says: "chat:write"),
        Case(
            SlackBotPlatform(),
            200,
            ["ok": false, "error": "internal_error"],
            .unavailable,
            target: .unavailable,
            says: "internal_error"
        ),
        Case(SlackBotPlatform(), 200, ["ok": false, "error": "ratelimited"], .rateLimited, target: .rateLimited, says: "ratelimited"),
        Case(SlackBotPlatform(), 200, ["ok": false, "error": "msg_too_long"], .rejected, target: .rejected, says: "msg_too_long"),
        Case(SlackBotPlatform(), 200, "proxy", .unavailable, says: "200"),
        Case(DiscordPlatform(), 404, ["message": "Unknown Webhook", "code": 10015], .gone, target: .gone, says: "10015"),
        Case(DiscordPlatform(), 404, ["message": "Unknown Channel", "code": 10003], .gone, target: .rejected, says: "10003"),
        Case(DiscordPlatform(), 401, ["message": "Invalid Webhook Token", "code": 50027], .misconfigured, says: "50027"),
        Case(DiscordPlatform(), 400, ["message": "forum", "code": 220_001], .misconfigured, target: .rejected, says: "name a thread"),
        Case(
            TelegramPlatform(),
            400,
            ["ok": false, "description": "Bad Request: group upgraded", "parameters": ["migrate_to_chat_id": -1_005_555_555_555]],
            .misconfigured,
            target: .rejected,
            says: "-1005555555555"
        ),
        Case(
            TelegramPlatform(),
            400,
            ["ok": false, "description": "Bad Request: chat not found"],
            .misconfigured,
            target: .rejected,
            says: "chat not found"
        ),
        Case(
            TelegramPlatform(),
            403,
            ["ok": false, "description": "Forbidden: bot was blocked by the user"],
            .gone,
            target: .rejected,
            says: "blocked"
        ),
        Case(TelegramPlatform(), 404, ["ok": false, "description": "Not Found"], .misconfigured, target: .misconfigured, says: "token"),
        Case(
            MatrixPlatform(),
            403,
            ["errcode": "M_FORBIDDEN", "error": "not in it"],
            .misconfigured,
            target: .rejected,
            says: "M_FORBIDDEN"
        ),
        Case(MatrixPlatform(), 401, ["errcode": "M_UNKNOWN_TOKEN", "error": "no"], .misconfigured, target: .misconfigured, says: "log in"),
        Case(MatrixPlatform(), 413, ["errcode": "M_TOO_LARGE", "error": "no"], .rejected, says: "M_TOO_LARGE"),
        Case(NtfyPlatform(), 404, ["code": 40401, "error": "page not found"], .misconfigured, says: "no ntfy"),
        Case(NtfyPlatform(), 507, ["code": 50701, "error": "full"], .unavailable, says: "50701"),
        Case(NtfyPlatform(), 413, ["code": 41301, "error": "attachment too large"], .rejected, says: "41301"),
        Case(TeamsPlatform(), 404, ["error": ["code": "WorkflowNotFound"]], .gone, says: "WorkflowNotFound"),
        Case(WebhookPlatform(), 404, ["error": "no such hook"], .misconfigured, says: "no such hook"),
        Case(WebhookPlatform(), 410, [:], .gone, says: "410"),
        Case(WebhookPlatform(), 408, [:], .unavailable, says: "408"),
    ]

    @Test("is told by a code and in their own words", arguments: cases)
    func ownPlace(_ given: Case) async throws {
        let error = try await RefusingPlatform.error(given.platform, given.answer)
        #expect(error?.code == given.own)
        #expect(error?.message.contains(given.says) == true, "\(error?.message ?? "")")
    }

    @Test("is the delivery's and not the channel's, where a redirect named the place", arguments: cases.filter { $0.target != nil })
    func otherPlace(_ given: Case) async throws {
        let error = try await RefusingPlatform.error(given.platform, given.answer, atTarget: true)
        #expect(error?.code == given.target, "\(error?.message ?? "")")
    }

    @Test("is not taken for an answer when it is a page for people", arguments: PlatformProvider.all)
    func pages(_ provider: PlatformProvider) async throws {
        // What a webhook's receiver answers is its own affair.
        if provider.platform is WebhookPlatform { return }
        let page = PlatformAnswer(200, text: "\n<!DOCTYPE html><title>Sign in to the network</title>")
        let error = try await RefusingPlatform.error(provider.platform, page)
        #expect(error?.code == .unavailable && error?.message.contains("page") == true, "\(error?.message ?? "")")
    }

    @Test("says how long to wait in the platform's own way, also for a part of a second")
    func pauses() async throws {
        let discord = try await RefusingPlatform.error(DiscordPlatform(), PlatformAnswer(429, ["retry_after": 0.65, "global": true]))
        #expect(discord?.retryAfter == .milliseconds(650))
        let date = PlatformAnswer(503, [:], ["Retry-After": "Fri, 20 Nov 2026 12:00:43 GMT"])
        let sample = DeliveryPiece.sample().now
        let expected = try #require(Timestamp(iso8601: "2026-11-20T12:00:43Z")) - sample
        #expect(try await RefusingPlatform.error(WebhookPlatform(), date)?.retryAfter == max(.zero, expected))
        // Nothing is heeded that would keep a channel silent for ever.
        let long = PlatformAnswer(429, [:], ["Retry-After": "1e300"])
        #expect(try await RefusingPlatform.error(WebhookPlatform(), long)?.retryAfter == .seconds(86_400))
    }

    @Test("is no place of the platform's when a redirect says it", arguments: PlatformProvider.all)
    func wrongTargets(_ provider: PlatformProvider) async throws {
        // A webhook's receiver decides itself what places mean.
        if provider.platform is WebhookPlatform { return }
        let receiver = try PlatformReceiver(provider.platform)
        let channel = try receiver.channel()
        for target in ["../../x?y=1#z", "a b", "\u{0}", ""] {
            let error = await #expect(throws: ChannelError.self) { try await channel.send(.sample(target: target)) }
            #expect(error?.code == .rejected)
        }
        #expect(receiver.inbox.requests.isEmpty)
        await receiver.close()
    }
}
