/// A JSON Schema, as it is shown to models.
public struct JSONSchema: Sendable, Hashable {
    /// The schema.
    public let value: JSONValue

    /// Wraps a schema that was written by hand.
    public init(_ value: JSONValue) { self.value = value }

    /// Derives a schema from a type that can be decoded from an object.
    ///
    /// The type is decoded once with placeholder values, and what it asks for is written down: properties in order, which of them are
    /// required (those that are not optional), nested types, arrays, dictionaries with text keys, whole numbers, and `CaseIterable` enums
    /// with raw values. Members that are not named are refused. ``SelfDescribingArguments`` adds descriptions.
    ///
    /// - Throws: ``JSONSchemaError`` for a type that is not an object, refers to itself, or refuses placeholder values (an enum that is
    ///   not `CaseIterable`, an `init(from:)` that checks what it reads): write its schema by hand.
    public static func describing<T: Decodable>(_ type: T.Type) throws(JSONSchemaError) -> JSONSchema {
        let probe = SchemaProbe(name: "\(type)")
        do {
            _ = try probe.placeholder(type)
        } catch let error as JSONSchemaError {
            throw error
        } catch {
            throw JSONSchemaError("\(type) cannot be looked at with placeholder values (\(error)); write its schema by hand")
        }
        guard probe.schema["type"] == "object" || probe.schema.isEmpty else {
            throw JSONSchemaError("\(type) is not an object; arguments have to be one")
        }
        var schema = probe.schema
        // A type without any members asks for nothing.
        if schema.isEmpty { schema = ["type": "object", "properties": [:], "additionalProperties": false] }
        if let type = type as? any SelfDescribingArguments.Type {
            for (path, text) in type.argumentDescriptions.sorted(by: { $0.key < $1.key }) {
                schema.describe(path.split(separator: ".").map(String.init)[...], text)
            }
        }
        return JSONSchema(.object(schema))
    }
}

/// A type of arguments that says what each of them means.
public protocol SelfDescribingArguments {
    /// The members' descriptions, for the model; those of nested members under dotted names such as `file.path`.
    static var argumentDescriptions: [String: String] { get }
}

/// What is wrong with a schema, or why none can be derived.
public struct JSONSchemaError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong and what to do.
    public let description: String

    init(_ description: String) { self.description = description }
}

extension JSONObject {
    fileprivate mutating func describe(_ path: ArraySlice<String>, _ text: String) {
        guard let key = path.first else {
            self["description"] = .string(text)
            return
        }
        // An array is described by what it holds.
        if case .object(var items) = self["items"], self["properties"] == nil {
            items.describe(path, text)
            self["items"] = .object(items)
            return
        }
        guard case .object(var properties) = self["properties"], case .object(var member) = properties[key] else { return }
        member.describe(path.dropFirst(), text)
        properties[key] = .object(member)
        self["properties"] = .object(properties)
    }
}
