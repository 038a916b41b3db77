/// A schema whose shape has been checked. A class, so that a reference may lead back to where it stands.
final class CompiledSchema: @unchecked Sendable {
    // Written by the compiler before anybody else sees it, and never after.
    var accepts: Bool?
    var types: Set<String> = []
    var properties: [String: CompiledSchema] = [:]
    var required: [String] = []
    var additional: CompiledSchema?
    var maximumKeyLength: Int?
    var items: CompiledSchema?
    var prefixItems: [CompiledSchema] = []
    var counts: [(keyword: CountKeyword, limit: Int)] = []
    var ranges: [(keyword: RangeKeyword, limit: Double)] = []
    var hasUniqueItems = false
    var choices: [JSONValue]?
    var allOf: [CompiledSchema] = []
    var anyOf: [CompiledSchema] = []
    var oneOf: [CompiledSchema] = []
    var not: CompiledSchema?
    var condition: (test: CompiledSchema, then: CompiledSchema?, otherwise: CompiledSchema?)?
    var reference: CompiledSchema?

    enum CountKeyword: String, CaseIterable { case minItems, maxItems, minLength, maxLength, minProperties, maxProperties }
    enum RangeKeyword: String, CaseIterable { case minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf }
}

/// Turns a schema into its compiled form, and refuses one with a wrong shape.
struct SchemaCompiler {
    private static let typeNames: Set<String> = ["null", "boolean", "integer", "number", "string", "array", "object"]

    private let document: JSONValue
    private var references: [String: CompiledSchema] = [:]
    private var count = 0

    init(document: JSONValue) { self.document = document }

    mutating func compile() throws(JSONSchemaError) -> CompiledSchema {
        let root = CompiledSchema()
        references["#"] = root
        try fill(root, document, JSONPath(root: "schema"), depth: 0)
        return root
    }

    private mutating func compile(_ value: JSONValue, _ path: JSONPath, _ depth: Int) throws(JSONSchemaError) -> CompiledSchema {
        let schema = CompiledSchema()
        try fill(schema, value, path, depth: depth + 1)
        return schema
    }

    private mutating func fill(_ schema: CompiledSchema, _ value: JSONValue, _ path: JSONPath, depth: Int) throws(JSONSchemaError) {
        count += 1
        guard depth <= 64, count <= 10_000 else { throw JSONSchemaError("\(path): the schema is too deep or too large") }
        if let accepts = value.bool {
            schema.accepts = accepts
            return
        }
        guard let object = value.object else { throw JSONSchemaError("\(path): a schema is an object or a boolean, not \(value.typeName)") }

        if let type = object["type"] {
            let names = type.array ?? [type]
            for name in names {
                guard let name = name.string, Self.typeNames.contains(name) else {
                    throw JSONSchemaError("\(path.key("type")): \(name.json()) is no JSON type")
                }
                schema.types.insert(name)
            }
        }
        if let properties = object["properties"] {
            guard let members = properties.object else { throw JSONSchemaError("\(path.key("properties")): must be an object") }
            for member in members.members {
                schema.properties[member.key] = try compile(member.value, path.key("properties").key(member.key), depth)
            }
        }
        if let required = object["required"] {
            guard let names = required.array?.map(\.string), !names.contains(nil) else {
                throw JSONSchemaError("\(path.key("required")): must be an array of strings")
            }
            schema.required = names.compactMap(\.self)
        }
        if let additional = object["additionalProperties"] {
            schema.additional = try compile(additional, path.key("additionalProperties"), depth)
        }
        schema.maximumKeyLength = object["propertyNames"]?["maxLength"]?.int
        if let items = object["items"] { schema.items = try compile(items, path.key("items"), depth) }
        schema.prefixItems = try compileList(object["prefixItems"], path.key("prefixItems"), depth)
        for keyword in CompiledSchema.CountKeyword.allCases {
            guard let value = object[keyword.rawValue] else { continue }
            guard let limit = value.int, limit >= 0 else { throw JSONSchemaError("\(path.key(keyword.rawValue)): must be a whole number") }
            schema.counts.append((keyword, limit))
        }
        for keyword in CompiledSchema.RangeKeyword.allCases {
            guard let value = object[keyword.rawValue] else { continue }
            guard let limit = value.double, limit.isFinite, keyword != .multipleOf || limit > 0 else {
                throw JSONSchemaError("\(path.key(keyword.rawValue)): must be a number\(keyword == .multipleOf ? " above 0" : "")")
            }
            schema.ranges.append((keyword, limit))
        }
        schema.hasUniqueItems = object["uniqueItems"]?.bool ?? false
        if let choices = object["enum"] {
            guard let values = choices.array else { throw JSONSchemaError("\(path.key("enum")): must be an array") }
            schema.choices = values
        }
        if let constant = object["const"] { schema.choices = [constant] }
        try fillCombinations(schema, object, path, depth)
    }

    private mutating func fillCombinations(
        _ schema: CompiledSchema,
        _ object: JSONObject,
        _ path: JSONPath,
        _ depth: Int
    ) throws(JSONSchemaError) {
        schema.allOf = try compileList(object["allOf"], path.key("allOf"), depth)
        schema.anyOf = try compileList(object["anyOf"], path.key("anyOf"), depth)
        schema.oneOf = try compileList(object["oneOf"], path.key("oneOf"), depth)
        if let not = object["not"] { schema.not = try compile(not, path.key("not"), depth) }
        if let test = object["if"] {
            var then: CompiledSchema?
            var otherwise: CompiledSchema?
            if let value = object["then"] { then = try compile(value, path.key("then"), depth) }
            if let value = object["else"] { otherwise = try compile(value, path.key("else"), depth) }
            schema.condition = (try compile(test, path.key("if"), depth), then, otherwise)
        }
        if let reference = object["$ref"] {
            guard let text = reference.string else { throw JSONSchemaError("\(path.key("$ref")): must be a string") }
            schema.reference = try resolve(text, path.key("$ref"), depth)
        }
    }

    private mutating func compileList(_ value: JSONValue?, _ path: JSONPath, _ depth: Int) throws(JSONSchemaError) -> [CompiledSchema] {
        guard let value else { return [] }
        guard let elements = value.array else { throw JSONSchemaError("\(path): must be an array of schemas") }
        var compiled: [CompiledSchema] = []
        for (index, element) in elements.enumerated() { compiled.append(try compile(element, path.index(index), depth)) }
        return compiled
    }

    private mutating func resolve(_ reference: String, _ path: JSONPath, _ depth: Int) throws(JSONSchemaError) -> CompiledSchema {
        if let known = references[reference] { return known }
        guard reference.hasPrefix("#/") else {
            throw JSONSchemaError("\(path): '\(reference.truncated(toBytes: 80))' leads out of the schema; only '#' and '#/…' are followed")
        }
        var target: JSONValue? = document
        for part in reference.dropFirst(2).split(separator: "/", omittingEmptySubsequences: false) {
            let key = String(part.replacing("~1", with: "/").replacing("~0", with: "~"))
            target = target?[key] ?? Int(key).flatMap { target?[$0] }
        }
        guard let target else { throw JSONSchemaError("\(path): '\(reference.truncated(toBytes: 80))' leads nowhere") }
        let schema = CompiledSchema()
        // Known before it is filled, so that it may refer to itself.
        references[reference] = schema
        try fill(schema, target, path, depth: depth + 1)
        return schema
    }
}
