import LegworkCore

/// What an operation answers when all is well.
struct Answer: Sendable {
    /// What the body is.
    enum Content: Sendable {
        case json(Schema)
        /// Anything of a media type.
        case text(String)
        case none
    }

    let status: Int
    let description: String
    let content: Content
    /// The header fields that matter, and what they say.
    var headers: [(name: String, description: String)] = []
    /// Whether it may come as a stream of events instead.
    var isStreamed = false

    /// JSON.
    static func json(_ status: Int, _ description: String, _ schema: Schema) -> Answer {
        Answer(status: status, description: description, content: .json(schema))
    }

    /// JSON with the status 200.
    static func json(_ description: String, _ schema: Schema) -> Answer { json(200, description, schema) }

    /// Bytes of unknown kind.
    static func bytes(_ status: Int, _ description: String, headers: [(name: String, description: String)]) -> Answer {
        Answer(status: status, description: description, content: .text("application/octet-stream"), headers: headers)
    }

    /// What the client has is still right.
    static let notModified = Answer(
        status: 304,
        description: "What If-None-Match names is still right.",
        content: .none,
        headers: [Self.etag]
    )

    static let etag = (name: "ETag", description: "Names this state of what was asked for; for If-None-Match and If-Match.")

    /// The same with an `ETag`.
    var tagged: Answer {
        var answer = self
        answer.headers.append(Self.etag)
        return answer
    }

    /// The same, or as a stream of events for those who accept that.
    var orEvents: Answer {
        var answer = self
        answer.isStreamed = true
        return answer
    }

    /// The answer as OpenAPI writes it.
    var openAPI: JSONValue {
        var object: JSONObject = ["description": .string(description)]
        if !headers.isEmpty {
            var fields = JSONObject()
            for (name, text) in headers { fields[name] = ["description": .string(text), "schema": ["type": "string"]] }
            object["headers"] = .object(fields)
        }
        var contents = JSONObject()
        switch content {
        case .json(let schema): contents["application/json"] = ["schema": schema.json]
        case .text(let type): contents[type] = ["schema": ["type": "string"]]
        case .none: break
        }
        if isStreamed { contents["text/event-stream"] = ["schema": ["type": "string"]] }
        if !contents.isEmpty { object["content"] = .object(contents) }
        return .object(object)
    }
}
