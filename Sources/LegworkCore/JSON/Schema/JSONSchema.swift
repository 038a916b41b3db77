/// A JSON Schema (draft 2020-12): what a tool's arguments or result must look like.
///
/// It is either written by hand, as JSON, or derived from a Swift type with ``describing(_:)``. ``JSONSchemaChecker`` checks values.
public struct JSONSchema: Sendable, Hashable {
    /// The schema itself: an object, or `true` or `false`.
    public let value: JSONValue

    /// Takes a schema as it is; ``JSONSchemaChecker/init(_:stepLimit:)`` finds out whether it is well formed.
    public init(_ value: JSONValue) { self.value = value }

    /// The schema that any object satisfies.
    public static let anyObject = JSONSchema(["type": "object"])
}

extension JSONSchema: ExpressibleByDictionaryLiteral {
    /// Writes a schema as JSON: `["type": "object", "properties": ["path": ["type": "string"]]]`.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        var object = JSONObject()
        for (key, value) in elements { object[key] = value }
        self.init(.object(object))
    }
}

extension JSONSchema: Codable {
    /// Takes any JSON value.
    public init(from decoder: any Decoder) throws { self.init(try JSONValue(from: decoder)) }

    /// Writes the schema itself.
    public func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
}
