public import LegworkCore

/// Resources of one kind, whose URIs differ in some parts.
public struct MCPResourceTemplate: Sendable {
    /// The pattern of their URIs, with variables: `notes://{day}/text`.
    public let pattern: MCPURIPattern
    /// Its name, for programs.
    public var name: String
    /// Its name, for people.
    public var title: String?
    /// What such a resource holds.
    public var description: String?
    /// The type of all of them.
    public var mimeType: String?
    /// Reads one of them; nil when there is none with these values.
    public var read: @Sendable ([String: String], Caller) async throws -> MCPResourceContents?
    /// The values that a variable can have, by the variable's name, as far as they can be told.
    public var complete: @Sendable (_ variable: String, _ typed: String, Caller) async throws -> MCPCompletion

    /// Describes a template.
    public init(
        pattern: MCPURIPattern,
        name: String,
        title: String? = nil,
        description: String? = nil,
        mimeType: String? = nil,
        complete: @escaping @Sendable (_ variable: String, _ typed: String, Caller) async throws -> MCPCompletion = { _, _, _ in
            MCPCompletion([])
        },
        read: @escaping @Sendable ([String: String], Caller) async throws -> MCPResourceContents?
    ) {
        self.pattern = pattern
        self.name = name
        self.title = title
        self.description = description
        self.mimeType = mimeType
        self.complete = complete
        self.read = read
    }

    var json: JSONValue {
        var object: JSONObject = ["uriTemplate": .string(pattern.text), "name": .string(name)]
        object["title"] = title.map(JSONValue.string)
        object["description"] = description.map(JSONValue.string)
        object["mimeType"] = mimeType.map(JSONValue.string)
        return .object(object)
    }
}
