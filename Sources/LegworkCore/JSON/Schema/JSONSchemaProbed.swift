/// A generic type of the standard library whose schema is made from those of its parts.
protocol JSONSchemaProbed {
    static func explored(by probe: JSONSchemaProbe, at path: JSONPath) throws -> (schema: JSONValue, sample: Any)
}

extension Optional: JSONSchemaProbed where Wrapped: Decodable {
    static func explored(by probe: JSONSchemaProbe, at path: JSONPath) throws -> (schema: JSONValue, sample: Any) {
        (JSONSchemaRecord.nullable(try probe.explore(Wrapped.self, at: path).schema), Wrapped?.none as Any)
    }
}

extension Array: JSONSchemaProbed where Element: Decodable {
    static func explored(by probe: JSONSchemaProbe, at path: JSONPath) throws -> (schema: JSONValue, sample: Any) {
        let (schema, sample) = try probe.explore(Element.self, at: .element(0, of: path))
        return (["type": "array", "items": schema], [sample])
    }
}

extension Set: JSONSchemaProbed where Element: Decodable {
    static func explored(by probe: JSONSchemaProbe, at path: JSONPath) throws -> (schema: JSONValue, sample: Any) {
        let (schema, sample) = try probe.explore(Element.self, at: .element(0, of: path))
        return (["type": "array", "items": schema, "uniqueItems": true], [sample] as Set)
    }
}

extension Dictionary: JSONSchemaProbed where Key: Decodable, Value: Decodable {
    static func explored(by probe: JSONSchemaProbe, at path: JSONPath) throws -> (schema: JSONValue, sample: Any) {
        guard Key.self == String.self || Key.self == Int.self || Key.self is any CodingKeyRepresentable.Type else {
            throw probe.failed(
                .underivable,
                path,
                "a dictionary with keys of type \(Key.self) is not an object in JSON; supply the schema by hand"
            )
        }
        let value = try probe.explore(Value.self, at: .member("*", of: path)).schema
        return (["type": "object", "additionalProperties": value], [:] as [Key: Value])
    }
}
