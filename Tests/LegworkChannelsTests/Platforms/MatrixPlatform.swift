import LegworkChannelConformance
import LegworkChannels
import LegworkCore
import LegworkHTTP

struct MatrixPlatform: Platform {
    let name = "matrix"
    // Nothing of Matrix is gone for good: who is put out of a room may come back.
    let capabilities: ChannelCapabilities = ChannelCapabilities.http.subtracting(.gone).union([.threads, .targets, .keys])
    let secrets = ["syt_secret_token_0123456789"]
    let target: String? = "!other:example.org"
    var room = "#room:example.org"
    /// Whether files may be shown in the room.
    var takesFiles = true

    func makeChannel(_ base: String, _ means: ChannelMeans) throws -> any Channel {
        let json: JSONValue = ["homeserver": "\(base)/", "token": "syt_secret_token_0123456789", "room": .string(room)]
        return MatrixChannel(try MatrixConfiguration(json: json, secrets: .standard), means)
    }

    func take(_ request: HTTPRequest, _ inbox: inout Inbox) -> PlatformAnswer {
        guard request.headers["Authorization"] == "Bearer syt_secret_token_0123456789" else { return no(401, "M_UNKNOWN_TOKEN") }
        let parts = request.path.split(separator: "/").map { HTTPSyntax.percentDecoded($0) ?? "" }
        if request.method == "GET", parts.dropLast() == ["_matrix", "client", "v3", "directory", "room"] {
            guard parts.last == "#room:example.org" else { return no(404, "M_NOT_FOUND") }
            return PlatformAnswer(200, ["room_id": "!room:example.org", "servers": ["example.org"]])
        }
        if request.method == "POST", request.path == "/_matrix/media/v3/upload" {
            inbox.files.append(
                MessageAttachment(name: request.query("filename") ?? "", bytes: request.body, type: request.headers["Content-Type"] ?? "")
            )
            return PlatformAnswer(200, ["content_uri": "mxc://example.org/\(inbox.number())"])
        }
        guard request.method == "PUT", parts.count == 8, Array(parts[..<4]) == ["_matrix", "client", "v3", "rooms"], parts[5] == "send",
            parts[6] == "m.room.message"
        else { return no(404, "M_UNRECOGNIZED") }
        return event(request, room: parts[4], transaction: parts[7], &inbox)
    }

    private func event(_ request: HTTPRequest, room: String, transaction: String, _ inbox: inout Inbox) -> PlatformAnswer {
        guard ["!room:example.org", "!other:example.org"].contains(room) else { return no(403, "M_FORBIDDEN") }
        if let known = inbox.messages.first(where: { $0.key == transaction && $0.place == room }) {
            return PlatformAnswer(200, ["event_id": .string(known.id)])
        }
        let json = request.json
        guard json.jsonBytes().count <= 65_000 else { return no(413, "M_TOO_LARGE") }
        guard let type = json["msgtype"]?.string, let body = json["body"]?.string else { return no(400, "M_BAD_JSON") }
        let relation = json["m.relates_to"]
        if let relation, relation["rel_type"] != "m.thread" || !inbox.messages.contains(where: { $0.id == relation["event_id"]?.string }) {
            return no(400, "M_UNKNOWN")
        }
        let id = "$event\(inbox.number())"
        let html = json["formatted_body"]?.string ?? ""
        let tags = html.matches(of: /<(?!\/?(b|strong|pre|code|br|p|em)\b)[^>]*>/.matchingSemantics(.unicodeScalar))
        // The file's message is seen as a file.
        guard type != "m.file" else {
            guard takesFiles else { return no(403, "M_FORBIDDEN") }
            return json["url"]?.string?.hasPrefix("mxc://") == true ? PlatformAnswer(200, ["event_id": .string(id)]) : no(400, "M_BAD_JSON")
        }
        inbox.messages.append(
            ReceivedMessage(
                id: id,
                text: body,
                key: transaction,
                thread: relation?["event_id"]?.string,
                place: room,
                activated: tags.map { String(html[$0.range]) } + (json["m.mentions"] == [:] ? [] : ["mentions are not closed"])
            )
        )
        return PlatformAnswer(200, ["event_id": .string(id)])
    }

    private func no(_ status: Int, _ code: String, _ error: String = "no") -> PlatformAnswer {
        PlatformAnswer(status, ["errcode": .string(code), "error": .string(error)])
    }

    func refuse(_ request: HTTPRequest, _ answer: ReceiverAnswer) -> PlatformAnswer {
        switch answer {
        case .rateLimit(let pause):
            PlatformAnswer(
                429,
                ["errcode": "M_LIMIT_EXCEEDED", "error": "slow down", "retry_after_ms": JSONValue(Int(pause.milliseconds))]
            )
        case .wrongCredentials: no(401, "M_UNKNOWN_TOKEN", request.echo)
        case .trouble: no(500, "M_UNKNOWN", request.echo)
        default: no(400, "M_BAD_JSON", request.echo)
        }
    }
}
