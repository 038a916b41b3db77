import LegworkCore

/// A JSON Schema of the API, with the named schemas that it refers to.
///
/// Named ones (``named(_:_:)``) are printed once, among the components of the OpenAPI document, and referred to everywhere else.
struct Schema: Sendable {
    /// The schema as it stands where it is used.
    let json: JSONValue
    /// The named schemas that it needs, its own included.
    let components: JSONObject

    private init(_ json: JSONObject, with parts: [Schema] = []) {
        self.json = .object(json)
        var components = JSONObject()
        for part in parts { for member in part.components.members { components[member.key] = member.value } }
        self.components = components
    }

    private init(json: JSONValue, components: JSONObject) {
        self.json = json
        self.components = components
    }

    /// A schema that was written by hand.
    init(_ json: JSONValue) { self.init(json: json, components: JSONObject()) }

    /// Gives a schema a name in the document.
    static func named(_ name: String, _ schema: Schema) -> Schema {
        var components = schema.components
        components[name] = schema.json
        return Schema(json: ["$ref": .string("#/components/schemas/\(name)")], components: components)
    }

    /// The same with a sentence about it.
    func described(_ text: String) -> Schema {
        guard case .object(var object) = json else { return self }
        object["description"] = .string(text)
        return Schema(json: .object(object), components: components)
    }

    /// A document whose root is this schema, for a checker.
    var document: JSONSchema {
        guard case .object(var object) = json else { return JSONSchema(json) }
        if !components.isEmpty { object["components"] = ["schemas": .object(components)] }
        return JSONSchema(.object(object))
    }
}

// MARK: - Objects and arrays

extension Schema {
    /// An object of an answer: `["id": .taskID, "title?": .text]`, where a question mark says that a member may be missing. Later versions may
    /// add members.
    static func object(_ members: Members...) -> Schema { object(members.flatMap(\.list), isClosed: false) }

    /// An object of a body, written like ``object(_:)``; it has no other members.
    static func body(_ members: Members...) -> Schema { object(members.flatMap(\.list), isClosed: true) }

    /// Members of an object, in order.
    struct Members: Sendable, ExpressibleByDictionaryLiteral {
        fileprivate let list: [(name: String, schema: Schema)]

        init(dictionaryLiteral elements: (String, Schema)...) { list = elements }

        /// Takes members that may all be missing, as another module describes them.
        ///
        /// - Parameter names: those that must have no control characters.
        init(optional properties: JSONObject, names: Set<String>) {
            list = properties.members.map { member in
                let schema = Schema(member.value)
                return (member.key + "?", names.contains(member.key) ? schema.saying(["pattern": .string(namePattern)]) : schema)
            }
        }
    }

    private static func object(_ members: [(name: String, schema: Schema)], isClosed: Bool) -> Schema {
        var (properties, required): (JSONObject, [JSONValue]) = (JSONObject(), [])
        for (key, schema) in members {
            let isOptional = key.hasSuffix("?")
            let name = isOptional ? String(key.dropLast()) : key
            properties[name] = schema.json
            if !isOptional { required.append(.string(name)) }
        }
        var object: JSONObject = ["type": "object", "properties": .object(properties)]
        if !required.isEmpty { object["required"] = .array(required) }
        if isClosed { object["additionalProperties"] = false }
        return Schema(object, with: members.map(\.schema))
    }

    /// An object whose members are named by whoever writes it.
    static func map(of schema: Schema, atMost count: Int? = nil) -> Schema {
        var object: JSONObject = ["type": "object", "additionalProperties": schema.json]
        object["maxProperties"] = count.map { JSONValue($0) }
        return Schema(object, with: [schema])
    }

    /// An array.
    static func array(of schema: Schema, _ count: ClosedRange<Int>? = nil) -> Schema {
        var object: JSONObject = ["type": "array", "items": schema.json]
        if let count {
            if count.lowerBound > 0 { object["minItems"] = JSONValue(count.lowerBound) }
            object["maxItems"] = JSONValue(count.upperBound)
        }
        return Schema(object, with: [schema])
    }

    /// One of several.
    static func either(_ schemas: Schema...) -> Schema { Schema(["anyOf": .array(schemas.map(\.json))], with: schemas) }
}

// MARK: - Values

extension Schema {
    /// Anything.
    static let any = Schema(JSONObject())
    /// Any object.
    static let anyObject = Schema(["type": "object"])
    /// `true` or `false`.
    static let flag = Schema(["type": "boolean"])
    /// Any text.
    static let text = Schema(["type": "string"])
    /// A time, as in `2027-01-31T12:00:00.000Z`.
    static let time = Schema(["type": "string", "format": "date-time"])
    /// A count.
    static let count = Schema(["type": "integer", "minimum": 0])
    /// A number of milliseconds, at most a week.
    static let milliseconds = Schema(["type": "number", "minimum": 0, "maximum": 604_800_000])

    /// A text of so many characters.
    static func text(_ length: ClosedRange<Int>) -> Schema {
        Schema(["type": "string", "minLength": JSONValue(length.lowerBound), "maxLength": JSONValue(length.upperBound)])
    }

    /// A text without control characters, of so many bytes in the end; of what the schema says, whoever takes it checks the rest.
    static func name(_ length: ClosedRange<Int>) -> Schema { text(length).saying(["pattern": .string(namePattern)]) }

    private static let namePattern = #"^[^\u0000-\u001f\u007f]*$"#

    /// The same with more keywords: what is checked elsewhere, in better words than a schema's.
    func saying(_ keywords: JSONObject) -> Schema {
        guard case .object(var object) = json else { return self }
        for keyword in keywords.members { object[keyword.key] = keyword.value }
        return Schema(json: .object(object), components: components)
    }

    /// A whole number.
    static func integer(_ range: ClosedRange<Int>) -> Schema {
        Schema(["type": "integer", "minimum": JSONValue(range.lowerBound), "maximum": JSONValue(range.upperBound)])
    }

    /// A number.
    static func number(_ range: ClosedRange<Double>) -> Schema {
        Schema(["type": "number", "minimum": JSONValue(range.lowerBound), "maximum": JSONValue(range.upperBound)])
    }

    /// One of some words.
    static func words(_ words: [String]) -> Schema { Schema(["enum": .array(words.map(JSONValue.string))]) }

    /// One of the words of a kind.
    static func words<Words: RawRepresentable & CaseIterable>(_: Words.Type) -> Schema where Words.RawValue == String {
        words(Words.allCases.map(\.rawValue))
    }
}
