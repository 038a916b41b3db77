public import LegworkCore

/// Something that a server lets its clients read, beside the tasks.
public struct MCPResource: Sendable {
    /// Its URI, such as `config://limits`. What begins with `task:` is the tasks' own.
    public var uri: String
    /// Its name, for programs.
    public var name: String
    /// Its name, for people.
    public var title: String?
    /// What it holds.
    public var description: String?
    /// Its type, such as `text/plain`.
    public var mimeType: String?
    /// Reads it.
    public var read: @Sendable (Caller) async throws -> MCPResourceContents

    /// Describes a resource.
    ///
    /// - Parameter read: gets who asks. What it throws is told to the client as an internal error.
    public init(
        uri: String,
        name: String,
        title: String? = nil,
        description: String? = nil,
        mimeType: String? = nil,
        read: @escaping @Sendable (Caller) async throws -> MCPResourceContents
    ) {
        self.uri = uri
        self.name = name
        self.title = title
        self.description = description
        self.mimeType = mimeType
        self.read = read
    }

    var json: JSONValue {
        var object: JSONObject = ["uri": .string(uri), "name": .string(name)]
        object["title"] = title.map(JSONValue.string)
        object["description"] = description.map(JSONValue.string)
        object["mimeType"] = mimeType.map(JSONValue.string)
        return .object(object)
    }
}
