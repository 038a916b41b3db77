import LegworkChannelConformance
import LegworkChannels
import LegworkCore
import LegworkHTTP

struct NtfyPlatform: Platform {
    let name = "ntfy"
    // Topics come into being when somebody publishes, and are never gone.
    let capabilities: ChannelCapabilities = ChannelCapabilities.http.subtracting(.gone).union([.targets, .keys])
    let secrets = ["tk_secret0123456789", "secret-topic-0123"]
    let target: String? = "other-topic"

    func makeChannel(_ base: String, _ means: ChannelMeans) throws -> any Channel {
        let json: JSONValue = ["server": .string(base), "topic": "secret-topic-0123", "token": "tk_secret0123456789", "tags": ["legwork"]]
        return NtfyChannel(try NtfyConfiguration(json: json, secrets: .standard), means)
    }

    func take(_ request: HTTPRequest, _ inbox: inout Inbox) -> PlatformAnswer {
        guard request.headers["Authorization"] == "Bearer tk_secret0123456789" else { return no(401, 40101, "unauthorized") }
        if request.method == "PUT" {
            guard ["/secret-topic-0123", "/other-topic"].contains(request.path), let name = request.headers["Filename"] else {
                return no(404, 40401, "page not found")
            }
            inbox.files.append(MessageAttachment(name: name, bytes: request.body, type: request.headers["Content-Type"] ?? ""))
            return PlatformAnswer(200, ["id": "file\(inbox.number())", "event": "message"])
        }
        let json = request.json
        guard request.method == "POST", request.path == "/" else { return no(404, 40401, "page not found") }
        guard let topic = json["topic"]?.string, topic.wholeMatch(of: /[-_A-Za-z0-9]{1,64}/) != nil else {
            return no(400, 40009, "invalid request: topic invalid")
        }
        guard let text = json["message"]?.string, text.utf8.count <= 4096 else { return no(400, 40025, "message too long") }
        if let priority = json["priority"], priority.int.map({ (1...5).contains($0) }) != true { return no(400, 40007, "invalid priority") }
        let sequence = json["sequence_id"]?.string
        if let sequence, sequence.wholeMatch(of: /[-_A-Za-z0-9]{1,64}/) == nil { return no(400, 40049, "sequence ID invalid") }
        let id = "msg\(inbox.number())"
        inbox.messages.append(ReceivedMessage(id: id, text: text, key: sequence, place: topic))
        return PlatformAnswer(200, ["id": .string(id), "event": "message", "topic": .string(topic), "message": .string(text)])
    }

    private func no(_ status: Int, _ code: Int, _ error: String) -> PlatformAnswer {
        PlatformAnswer(
            status,
            ["code": JSONValue(code), "http": JSONValue(status), "error": .string(error), "link": "https://ntfy.sh/docs"]
        )
    }

    func refuse(_ request: HTTPRequest, _ answer: ReceiverAnswer) -> PlatformAnswer {
        switch answer {
        case .rateLimit(let pause):
            PlatformAnswer(429, ["code": 42901, "http": 429, "error": "limit reached"], ["Retry-After": "\(Int(pause.seconds))"])
        case .wrongCredentials: no(403, 40301, request.echo)
        case .trouble: no(503, 50301, request.echo)
        default: no(400, 40024, request.echo)
        }
    }
}
