public import LegworkCore

/// What a resource holds, or a part of it.
public struct MCPResourceContents: Sendable, Hashable {
    /// The content itself.
    public enum Body: Sendable, Hashable {
        /// Text.
        case text(String)
        /// Anything else; clients get it in base64.
        case bytes([UInt8])
    }

    /// The content itself.
    public var body: Body
    /// Its type, such as `text/plain`.
    public var mimeType: String?
    /// Whose content it is; nil is the resource that was asked for.
    public var uri: String?
    /// More about it.
    public var meta: JSONObject?

    /// Describes content.
    public init(_ body: Body, mimeType: String? = nil, uri: String? = nil, meta: JSONObject? = nil) {
        self.body = body
        self.mimeType = mimeType
        self.uri = uri
        self.meta = meta
    }

    /// Text.
    public static func text(_ text: String, mimeType: String = "text/plain") -> MCPResourceContents {
        MCPResourceContents(.text(text), mimeType: mimeType)
    }

    /// Bytes.
    public static func bytes(_ bytes: [UInt8], mimeType: String) -> MCPResourceContents {
        MCPResourceContents(.bytes(bytes), mimeType: mimeType)
    }

    func json(uri asked: String) -> JSONValue {
        var object: JSONObject = ["uri": .string(uri ?? asked)]
        object["mimeType"] = mimeType.map(JSONValue.string)
        switch body {
        case .text(let text): object["text"] = .string(text)
        case .bytes(let bytes): object["blob"] = .string(Base64.text(of: bytes))
        }
        object["_meta"] = meta.map(JSONValue.object)
        return .object(object)
    }
}
