/// What a call of a tool gives: content for the model, perhaps structured content for programs, and whether it is an error.
///
/// The shape is that of MCP's `CallToolResult`; what an upstream server sent comes out as it went in.
public struct ToolResult: Sendable, Hashable {
    /// What the model is to read.
    public var content: [ContentBlock]
    /// The same for programs, any JSON value.
    public var structuredContent: JSONValue?
    /// Whether the tool says that it failed.
    public var isError: Bool
    /// Metadata that belongs to the result.
    public var meta: JSONObject?

    /// Makes a result.
    public init(content: [ContentBlock], structuredContent: JSONValue? = nil, isError: Bool = false, meta: JSONObject? = nil) {
        self.content = content
        self.structuredContent = structuredContent
        self.isError = isError
        self.meta = meta
    }

    /// A result of one text.
    public static func text(_ text: String, structured: JSONValue? = nil) -> ToolResult {
        ToolResult(content: [.text(text)], structuredContent: structured)
    }

    /// A result that says what went wrong and what to do.
    public static func error(_ text: String, structured: JSONValue? = nil) -> ToolResult {
        ToolResult(content: [.text(text)], structuredContent: structured, isError: true)
    }

    /// All text blocks, one per line.
    public var text: String {
        content.compactMap(\.text).joined(separator: "\n")
    }
}

/// One block of a result's content.
public enum ContentBlock: Sendable, Hashable {
    /// Plain text.
    case text(String)
    /// Any other block of MCP (image, audio, resource, resource link, or a text with annotations), as its JSON object.
    case other(JSONObject)

    /// A picture.
    ///
    /// - Parameters:
    ///   - base64: the file's bytes in base64.
    ///   - mimeType: such as `image/png`.
    public static func image(base64: String, mimeType: String) -> ContentBlock {
        .other(["type": "image", "data": .string(base64), "mimeType": .string(mimeType)])
    }

    /// A sound.
    ///
    /// - Parameters:
    ///   - base64: the file's bytes in base64.
    ///   - mimeType: such as `audio/wav`.
    public static func audio(base64: String, mimeType: String) -> ContentBlock {
        .other(["type": "audio", "data": .string(base64), "mimeType": .string(mimeType)])
    }

    /// A pointer to something that can be read elsewhere.
    public static func resourceLink(uri: String, name: String, description: String? = nil, mimeType: String? = nil) -> ContentBlock {
        var object: JSONObject = ["type": "resource_link", "uri": .string(uri), "name": .string(name)]
        object["description"] = description.map(JSONValue.string)
        object["mimeType"] = mimeType.map(JSONValue.string)
        return .other(object)
    }

    /// The text of a text block.
    public var text: String? {
        switch self {
        case .text(let text): text
        case .other(let object): object["type"] == "text" ? object["text"]?.string : nil
        }
    }
}

// MARK: - JSON

extension ToolResult {
    /// The result as MCP writes it: `{"content": […], "structuredContent": …, "isError": …, "_meta": …}`.
    public var json: JSONValue {
        var object: JSONObject = ["content": .array(content.map(\.json))]
        object["structuredContent"] = structuredContent
        object["isError"] = .bool(isError)
        object["_meta"] = meta.map(JSONValue.object)
        return .object(object)
    }

    /// Reads a result as MCP writes it; nil when it has no such shape.
    public init?(json: JSONValue) {
        guard let blocks = json["content"]?.array else { return nil }
        var content: [ContentBlock] = []
        for block in blocks {
            guard let block = ContentBlock(json: block) else { return nil }
            content.append(block)
        }
        self.init(
            content: content,
            structuredContent: json["structuredContent"],
            isError: json["isError"]?.bool ?? false,
            meta: json["_meta"]?.object
        )
    }
}

extension ContentBlock {
    /// The block as MCP writes it.
    public var json: JSONValue {
        switch self {
        case .text(let text): ["type": "text", "text": .string(text)]
        case .other(let object): .object(object)
        }
    }

    /// Reads a block as MCP writes it; nil unless it is an object with a type.
    public init?(json: JSONValue) {
        guard let object = json.object, let type = object["type"]?.string else { return nil }
        if type == "text", object.count == 2, let text = object["text"]?.string {
            self = .text(text)
        } else {
            self = .other(object)
        }
    }
}
