import LegworkChannelConformance
import LegworkChannels
import LegworkCore
import LegworkHTTP

struct TelegramPlatform: Platform {
    let name = "telegram"
    let capabilities: ChannelCapabilities = [.http, .threads, .targets]
    let secrets = ["tg-secret-AAbbCCdd-0123"]
    let target: String? = "-1009999999999/7"
    private let path = "/bot123456:tg-secret-AAbbCCdd-0123/"

    func makeChannel(_ base: String, _ means: ChannelMeans) throws -> any Channel {
        let json: JSONValue = ["token": "123456:tg-secret-AAbbCCdd-0123", "chat": -1_001_234_567_890, "api": .string(base)]
        return TelegramChannel(try TelegramConfiguration(json: json, secrets: .standard), means)
    }

    func take(_ request: HTTPRequest, _ inbox: inout Inbox) -> PlatformAnswer {
        guard request.path.hasPrefix(path) else { return no(401, "Unauthorized") }
        switch request.path.dropFirst(path.count) {
        case "sendMessage": return message(request.json, &inbox)
        case "sendDocument":
            guard let file = request.form["document"], request.form["chat_id"] != nil else { return no(400, "Bad Request: no document") }
            inbox.files.append(MessageAttachment(name: file.file ?? "", bytes: file.bytes, type: file.type ?? ""))
            return PlatformAnswer(200, ["ok": true, "result": ["message_id": JSONValue(inbox.number())]])
        default: return no(404, "Not Found")
        }
    }

    private func message(_ json: JSONValue, _ inbox: inout Inbox) -> PlatformAnswer {
        guard let chat = json["chat_id"]?.int, [-1_001_234_567_890, -1_009_999_999_999].contains(chat) else {
            return no(400, "Bad Request: chat not found")
        }
        guard let text = json["text"]?.string, !text.isEmpty else { return no(400, "Bad Request: message text is empty") }
        if text.utf16.count > 4096 { return no(400, "Bad Request: message is too long") }
        guard json["parse_mode"] == "HTML", Self.isTelegramHTML(text) else { return no(400, "Bad Request: can't parse entities") }
        let id = inbox.number()
        let preview = json["link_preview_options"]?["is_disabled"]?.bool == true ? [] : ["previews are shown"]
        inbox.messages.append(
            ReceivedMessage(
                id: "\(id)",
                text: text,
                thread: json["reply_parameters"]?["message_id"]?.int.map { "\($0)" },
                place: "\(chat)/\(json["message_thread_id"]?.int ?? 0)",
                activated: text.matches(of: /<a [^>]*>/).map { String(text[$0.range]) } + preview
            )
        )
        return PlatformAnswer(200, ["ok": true, "result": ["message_id": JSONValue(id), "chat": ["id": JSONValue(chat)]]])
    }

    /// Whether all elements are such as Telegram takes and closed in their order, and every other `<`, `>` and `&` is escaped.
    private static func isTelegramHTML(_ text: String) -> Bool {
        var open: [Substring] = []
        let tag = /<(\/?)(b|strong|i|em|u|s|code|pre|a|blockquote)( href="[^"<>]*"| class="[^"<>]*")?>/.matchingSemantics(.unicodeScalar)
        for match in text.matches(of: tag) {
            if match.output.1.isEmpty {
                open.append(match.output.2)
            } else if open.popLast() != match.output.2 {
                return false
            }
        }
        let rest = text.replacing(tag, with: "").replacing(/&(lt|gt|amp|quot|#[0-9]+);/.matchingSemantics(.unicodeScalar), with: "")
        return open.isEmpty && !rest.unicodeScalars.contains { $0 == "<" || $0 == ">" || $0 == "&" }
    }

    private func no(_ status: Int, _ description: String, _ parameters: JSONValue? = nil) -> PlatformAnswer {
        var json: JSONObject = ["ok": false, "error_code": JSONValue(status), "description": .string(description)]
        json["parameters"] = parameters
        return PlatformAnswer(status, .object(json))
    }

    func refuse(_ request: HTTPRequest, _ answer: ReceiverAnswer) -> PlatformAnswer {
        switch answer {
        case .rateLimit(let pause):
            no(429, "Too Many Requests: retry later", ["retry_after": JSONValue(Int(pause.seconds))])
        case .wrongCredentials: no(401, "Unauthorized \(request.echo)")
        case .gone: no(403, "Forbidden: bot was blocked by the user \(request.echo)")
        case .trouble: no(502, "Bad Gateway \(request.echo)")
        default: no(400, "Bad Request: \(request.echo)")
        }
    }
}
