import LegworkChannelConformance
import LegworkChannels
import LegworkCore
import LegworkHTTP

/// A receiver of Standard Webhooks 1.0.0.
struct WebhookPlatform: Platform {
    static let texts = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_bGVnd29yay10ZXN0LWtleS0wMTIzNDU2Nzg5"]
    let name = "webhook"
    let capabilities: ChannelCapabilities = [.http, .keys, .targets]
    let secrets = ["wh-secret-path-0123", "header-secret-0123", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
    let target: String? = "elsewhere"
    var payload = "thin"

    func makeChannel(_ base: String, _ means: ChannelMeans) throws -> any Channel {
        let json: JSONValue = [
            "url": "\(base)/hooks/wh-secret-path-0123", "secret": .array(Self.texts.map(JSONValue.string)), "payload": .string(payload),
            "headers": ["X-Receiver": "Token header-secret-0123"],
        ]
        return WebhookChannel(try WebhookConfiguration(json: json, secrets: .standard), means)
    }

    func take(_ request: HTTPRequest, _ inbox: inout Inbox) -> PlatformAnswer {
        let headers = request.headers
        guard request.method == "POST", request.path == "/hooks/wh-secret-path-0123", headers["X-Receiver"] == "Token header-secret-0123"
        else {
            return PlatformAnswer(404, ["error": "not found"])
        }
        guard let id = headers["webhook-id"], let seconds = headers["webhook-timestamp"].flatMap(Int64.init),
            let signatures = headers["webhook-signature"]?.split(separator: " ").map(String.init)
        else { return PlatformAnswer(400, ["error": "unsigned"]) }
        let expected = Self.texts.compactMap { WebhookKey($0)?.signature(id: id, seconds: seconds, body: request.body) }
        guard signatures == expected, expected.count == 2 else { return PlatformAnswer(401, ["error": "wrong signature"]) }
        guard payload == "full" || request.body.count < 20_000 else { return PlatformAnswer(413, ["error": "too large"]) }
        guard let type = request.json["type"]?.string, type.wholeMatch(of: /[a-zA-Z0-9_.]+/) != nil,
            request.json["timestamp"]?.string != nil,
            let data = request.json["data"], data.object != nil
        else { return PlatformAnswer(400, ["error": "malformed"]) }
        inbox.messages.append(
            ReceivedMessage(
                id: "\(inbox.number())",
                text: data.json(),
                key: id,
                place: data["target"]?.string ?? "own"
            )
        )
        return PlatformAnswer(204, text: "")
    }

    func refuse(_ request: HTTPRequest, _ answer: ReceiverAnswer) -> PlatformAnswer {
        switch answer {
        case .rateLimit(let pause): PlatformAnswer(429, ["error": .string(request.echo)], ["Retry-After": "\(Int(pause.seconds))"])
        case .wrongCredentials:
            PlatformAnswer(401, ["error": .string("unknown: \(request.headers["X-Receiver"]?.split(separator: " ").last ?? "")")])
        case .gone: PlatformAnswer(410, text: request.echo)
        case .trouble: PlatformAnswer(503, text: request.echo)
        default: PlatformAnswer(422, ["message": .string(request.echo)])
        }
    }
}
