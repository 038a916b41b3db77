import LegworkChannelConformance
import LegworkChannels
import LegworkCore
import LegworkHTTP

/// Slack's rules for what is in a message.
private enum SlackRules {
    /// A word for what is wrong.
    static func fault(_ json: JSONValue) -> String? {
        guard json.object != nil else { return "invalid_payload" }
        guard let text = json["text"]?.string, !text.isEmpty else { return "no_text" }
        if text.unicodeScalars.count > 4000 { return "msg_too_long" }
        return nil
    }

    /// What would call somebody or lead somewhere.
    static func active(_ json: JSONValue) -> [String] {
        let text = json["text"]?.string ?? ""
        let isCalling = json["link_names"]?.bool == true || json["unfurl_links"]?.bool != false
        return text.matches(of: /<[^>]*>?/.matchingSemantics(.unicodeScalar)).map { String(text[$0.range]) }
            + (isCalling ? ["names are links"] : [])
    }
}

struct SlackWebhookPlatform: Platform {
    let name = "slack webhook"
    let capabilities = ChannelCapabilities.http
    let secrets = ["slack-secret-0123456789", "B0SECRET1234"]
    let target: String? = nil
    private let path = "/services/T01234567/B0SECRET1234/slack-secret-0123456789"

    func makeChannel(_ base: String, _ means: ChannelMeans) throws -> any Channel {
        SlackChannel(try SlackConfiguration(json: .string(base + path), secrets: .standard), means)
    }

    func take(_ request: HTTPRequest, _ inbox: inout Inbox) -> PlatformAnswer {
        guard request.method == "POST", request.path == path else { return PlatformAnswer(404, text: "no_service") }
        if let fault = SlackRules.fault(request.json) { return PlatformAnswer(400, text: fault) }
        inbox.messages.append(
            ReceivedMessage(
                id: "\(inbox.number())",
                text: request.json["text"]?.string ?? "",
                activated: SlackRules.active(request.json)
            )
        )
        return PlatformAnswer(200, text: "ok")
    }

    func refuse(_ request: HTTPRequest, _ answer: ReceiverAnswer) -> PlatformAnswer {
        switch answer {
        case .rateLimit(let pause): PlatformAnswer(429, text: "rate_limited", ["Retry-After": "\(Int(pause.seconds))"])
        case .wrongCredentials: PlatformAnswer(403, text: "invalid_token")
        case .gone: PlatformAnswer(404, text: "no_service")
        case .trouble: PlatformAnswer(500, text: "rollup_error")
        default: PlatformAnswer(400, text: request.echo)
        }
    }
}

struct SlackBotPlatform: Platform {
    let name = "slack bot"
    let capabilities: ChannelCapabilities = [.http, .threads, .targets]
    let secrets = ["xoxb-0123456789-secret"]
    let target: String? = "C0000000002"
    /// Whether the bot may upload.
    var mayUpload = true

    func makeChannel(_ base: String, _ means: ChannelMeans) throws -> any Channel {
        let json: JSONValue = ["token": "xoxb-0123456789-secret", "channel": "C0000000001", "api": "\(base)/api/"]
        return SlackChannel(try SlackConfiguration(json: json, secrets: .standard), means)
    }

    func take(_ request: HTTPRequest, _ inbox: inout Inbox) -> PlatformAnswer {
        if request.path.hasPrefix("/upload/") {
            inbox.files.append(MessageAttachment(name: "", bytes: request.body))
            return PlatformAnswer(200, text: "OK - \(request.body.count)")
        }
        guard request.headers["Authorization"] == "Bearer xoxb-0123456789-secret" else { return no("invalid_auth") }
        switch request.path {
        case "/api/chat.postMessage": return post(request, &inbox)
        case "/api/files.getUploadURLExternal":
            guard mayUpload else { return no("missing_scope") }
            let form = HTTPRequest(method: "GET", target: "/?" + String(decoding: request.body, as: UTF8.self), peer: request.peer)
            guard form.query("filename") != nil, form.query("length").flatMap(Int.init) != nil else { return no("invalid_arguments") }
            let id = "F\(inbox.number())"
            return PlatformAnswer(200, ["ok": true, "upload_url": "\(inbox.base)/upload/\(id)", "file_id": .string(id)])
        case "/api/files.completeUploadExternal":
            guard let file = request.json["files"]?[0], file["id"] != nil, let thread = request.json["thread_ts"]?.string,
                request.json["channel_id"]?.string != nil, inbox.messages.contains(where: { $0.id == thread }), !inbox.files.isEmpty
            else { return no("invalid_arguments") }
            inbox.files[inbox.files.count - 1].name = file["title"]?.string ?? ""
            return PlatformAnswer(200, ["ok": true, "files": [file]])
        default: return no("unknown_method")
        }
    }

    private func post(_ request: HTTPRequest, _ inbox: inout Inbox) -> PlatformAnswer {
        if let fault = SlackRules.fault(request.json) { return no(fault) }
        guard let channel = request.json["channel"]?.string, ["C0000000001", "C0000000002"].contains(channel) else {
            return no("channel_not_found")
        }
        let thread = request.json["thread_ts"]?.string
        if let thread, !inbox.messages.contains(where: { $0.id == thread && $0.place == channel }) { return no("thread_not_found") }
        let stamp = "1774000000.\(inbox.number())00"
        inbox.messages.append(
            ReceivedMessage(
                id: stamp,
                text: request.json["text"]?.string ?? "",
                thread: thread,
                place: channel,
                activated: SlackRules.active(request.json)
            )
        )
        return PlatformAnswer(200, ["ok": true, "channel": .string(channel), "ts": .string(stamp)])
    }

    private func no(_ word: String) -> PlatformAnswer { PlatformAnswer(200, ["ok": false, "error": .string(word)]) }

    func refuse(_ request: HTTPRequest, _ answer: ReceiverAnswer) -> PlatformAnswer {
        switch answer {
        case .rateLimit(let pause):
            PlatformAnswer(429, ["ok": false, "error": "ratelimited"], ["Retry-After": "\(Int(pause.seconds))"])
        case .wrongCredentials: no("invalid_auth")
        case .gone: no("is_archived")
        case .trouble: PlatformAnswer(503, text: request.echo)
        default: PlatformAnswer(200, ["ok": false, "error": .string(request.echo)])
        }
    }
}
