import LegworkChannelConformance
import LegworkChannels
import LegworkCore
import LegworkHTTP

struct DiscordPlatform: Platform {
    let name = "discord"
    let capabilities: ChannelCapabilities = [.http, .targets]
    let secrets = ["discord-secret-token-0123456789"]
    let target: String? = "222222222222222222"
    /// The most bytes of a file.
    var maximumFile = 10 << 20
    private let path = "/api/webhooks/111111111111111111/discord-secret-token-0123456789"

    func makeChannel(_ base: String, _ means: ChannelMeans) throws -> any Channel {
        DiscordChannel(try DiscordConfiguration(json: .string(base + path), secrets: .standard), means)
    }

    func take(_ request: HTTPRequest, _ inbox: inout Inbox) -> PlatformAnswer {
        guard request.method == "POST", request.path == path else {
            return PlatformAnswer(404, ["message": "Unknown Webhook", "code": 10015])
        }
        let thread = request.query("thread_id")
        if let thread, thread != target { return PlatformAnswer(404, ["message": "Unknown Channel", "code": 10003]) }
        let form = request.form
        let json = form["payload_json"].flatMap { try? JSONValue(parsing: $0.bytes) } ?? request.json
        guard let content = json["content"]?.string, (1...2000).contains(content.unicodeScalars.count) else {
            return PlatformAnswer(400, ["message": "Invalid Form Body", "code": 50035])
        }
        if let file = form["files[0]"] {
            if file.bytes.count > maximumFile { return PlatformAnswer(413, ["message": "Request entity too large", "code": 40005]) }
            inbox.files.append(MessageAttachment(name: file.file ?? "", bytes: file.bytes, type: file.type ?? ""))
        }
        let id = "\(inbox.number())"
        inbox.messages.append(
            ReceivedMessage(id: id, text: content, place: thread ?? "channel", activated: active(json, content))
        )
        // Only who waits is told the message.
        guard request.query("wait") == "true" else { return PlatformAnswer(204, text: "") }
        let isLast = inbox.messages.count.isMultiple(of: 5)
        return PlatformAnswer(
            200,
            ["id": .string(id), "channel_id": "333", "content": .string(content)],
            ["X-RateLimit-Limit": "5", "X-RateLimit-Remaining": isLast ? "0" : "3", "X-RateLimit-Reset-After": "1.75"]
        )
    }

    private func active(_ json: JSONValue, _ content: String) -> [String] {
        let outside = content.split(separator: "```", omittingEmptySubsequences: false).enumerated().filter { $0.offset.isMultiple(of: 2) }
            .map { String($0.element) }.joined()
        let links = outside.matches(of: /[^\\]\]\(http/).map { String(outside[$0.range]) }
        return links + (json["allowed_mentions"] == ["parse": []] ? [] : ["mentions are allowed"])
    }

    func refuse(_ request: HTTPRequest, _ answer: ReceiverAnswer) -> PlatformAnswer {
        switch answer {
        case .rateLimit(let pause):
            PlatformAnswer(
                429,
                ["message": "You are being rate limited.", "retry_after": JSONValue(pause.seconds), "global": false],
                ["X-RateLimit-Scope": "user"]
            )
        case .wrongCredentials: PlatformAnswer(401, ["message": .string(request.echo), "code": 50027])
        case .gone: PlatformAnswer(404, ["message": .string(request.echo), "code": 10015])
        case .trouble: PlatformAnswer(502, text: request.echo)
        default: PlatformAnswer(400, ["message": .string(request.echo), "code": 50035])
        }
    }
}
