/// What a type asked of the decoder it was handed: one value, members, or elements.
final class JSONSchemaRecord {
    private struct Member {
        let name: String
        let record: JSONSchemaRecord
        var isOptional: Bool
    }

    /// The schemas of what was decoded as one value; more than one when the type tried several.
    private var alternatives: [JSONValue] = []
    private var members: [Member] = []
    private var elements: [JSONSchemaRecord] = []
    /// Whether the type decoded members, elements, or asked for their container.
    var isObject = false
    var isArray = false
    /// Whether the type asked for the end of the array: it takes any number of elements.
    var isList = false
    var isNullable = false

    /// Whether nothing but one value was asked for.
    var isSingleValue: Bool { !isObject && !isArray && !alternatives.isEmpty }

    func add(_ schema: JSONValue) {
        if !alternatives.contains(schema) { alternatives.append(schema) }
    }

    /// The record of a member. Once optional, it stays so.
    func member(_ name: String, isOptional: Bool = false) -> JSONSchemaRecord {
        isObject = true
        if let index = members.firstIndex(where: { $0.name == name }) {
            if isOptional { members[index].isOptional = true }
            return members[index].record
        }
        let record = JSONSchemaRecord()
        members.append(Member(name: name, record: record, isOptional: isOptional))
        return record
    }

    /// The record of one more element.
    func element() -> JSONSchemaRecord {
        isArray = true
        let record = JSONSchemaRecord()
        elements.append(record)
        return record
    }

    var elementCount: Int { elements.count }

    var schema: JSONValue {
        var shapes = alternatives
        if isArray { shapes.append(arraySchema) }
        // A type without members asks for nothing at all: it is an empty object.
        if isObject || shapes.isEmpty { shapes.append(objectSchema) }
        let schema: JSONValue = shapes.count == 1 ? shapes[0] : ["anyOf": .array(shapes)]
        return isNullable ? Self.nullable(schema) : schema
    }

    private var arraySchema: JSONValue {
        if isList { return ["type": "array", "items": elements.first?.schema ?? [:]] }
        let count = JSONValue(elements.count)
        return ["type": "array", "prefixItems": .array(elements.map(\.schema)), "minItems": count, "maxItems": count]
    }

    private var objectSchema: JSONValue {
        var object: JSONObject = ["type": "object"]
        object["properties"] = .object(JSONObject(uniqueMembers: members.map { .init($0.name, $0.record.memberSchema) }))
        let required = members.filter { !$0.isOptional }.map { JSONValue.string($0.name) }
        if !required.isEmpty { object["required"] = .array(required) }
        object["additionalProperties"] = false
        return .object(object)
    }

    /// Of a member that was asked about but never decoded, nothing is known.
    private var memberSchema: JSONValue {
        alternatives.isEmpty && !isArray && !isObject ? [:] : schema
    }

    /// The schema that allows `null` too.
    static func nullable(_ schema: JSONValue) -> JSONValue {
        guard case .object(var object) = schema, !object.isEmpty else { return schema }
        if case .string(let type) = object["type"], object["enum"] == nil {
            object["type"] = [.string(type), "null"]
            return .object(object)
        }
        return ["anyOf": [schema, ["type": "null"]]]
    }
}
