import LegworkChannelConformance
import LegworkChannels
import LegworkCore
import LegworkHTTP

struct TeamsPlatform: Platform {
    let name = "teams"
    let capabilities = ChannelCapabilities.http
    let secrets = ["teams-secret-path-0123", "sig-secret-0123456789"]
    let target: String? = nil
    private let path = "/workflows/teams-secret-path-0123/triggers/manual/paths/invoke"

    func makeChannel(_ base: String, _ means: ChannelMeans) throws -> any Channel {
        let url = "\(base)\(path)?api-version=2016-06-01&sig=sig-secret-0123456789"
        return TeamsChannel(try TeamsConfiguration(json: ["url": .string(url)], secrets: .standard), means)
    }

    func take(_ request: HTTPRequest, _ inbox: inout Inbox) -> PlatformAnswer {
        guard request.method == "POST", request.path == path else { return no(404, "WorkflowNotFound") }
        guard request.query("sig") == "sig-secret-0123456789" else { return no(401, "DirectApiAuthorizationRequired") }
        guard request.body.count <= 28 << 10 else { return no(413, "RequestEntityTooLarge") }
        let attachment = request.json["attachments"]?[0]
        guard request.json["type"] == "message", attachment?["contentType"] == "application/vnd.microsoft.card.adaptive",
            let card = attachment?["content"], card["type"] == "AdaptiveCard", card["version"]?.string != nil,
            let text = Self.text(of: card)
        else { return no(400, "InvalidRequestContent") }
        let isCalling = card["msteams"]?["entities"] != nil
        inbox.messages.append(
            ReceivedMessage(
                id: "\(inbox.number())",
                text: text,
                activated: (isCalling ? ["somebody is mentioned"] : []) + Self.links(in: card)
            )
        )
        return PlatformAnswer(202, text: "")
    }

    /// Links whose target is not seen. Adaptive Cards know no blocks of code: a fence keeps nothing from being a link.
    private static func links(in card: JSONValue) -> [String] {
        (card["body"]?.array ?? []).filter { $0["type"] == "TextBlock" }.compactMap { $0["text"]?.string }
            .flatMap { text in text.matches(of: /[^\\]\]\(http/).map { String(text[$0.range]) } }
    }

    /// What a reader sees; nil where an element is none, or is empty.
    private static func text(of card: JSONValue) -> String? {
        var lines: [String] = []
        for element in card["body"]?.array ?? [] {
            switch element["type"] {
            case "TextBlock": lines.append(element["text"]?.string ?? "")
            case "RichTextBlock": lines += (element["inlines"]?.array ?? []).map { $0["type"] == "TextRun" ? $0["text"]?.string ?? "" : "" }
            default: return nil
            }
        }
        return lines.isEmpty || lines.contains("") ? nil : lines.joined(separator: "\n")
    }

    private func no(_ status: Int, _ code: String, _ message: String = "no") -> PlatformAnswer {
        PlatformAnswer(status, ["error": ["code": .string(code), "message": .string(message)]])
    }

    func refuse(_ request: HTTPRequest, _ answer: ReceiverAnswer) -> PlatformAnswer {
        switch answer {
        case .rateLimit(let pause): PlatformAnswer(429, ["error": ["code": "429"]], ["Retry-After": "\(Int(pause.seconds))"])
        case .wrongCredentials: no(401, "DirectApiAuthorizationRequired", request.echo)
        case .gone: no(404, "WorkflowNotFound", request.echo)
        case .trouble: PlatformAnswer(502, text: request.echo)
        default: PlatformAnswer(400, ["error": ["message": .string(request.echo)]])
        }
    }
}
