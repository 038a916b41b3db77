extension JSONSchema {
    /// Derives the schema of a type by watching what its `init(from:)` asks for.
    ///
    /// The initializer runs with sample values (empty strings, zeros, `false`). A member asked for with `decode` is required, one asked
    /// for with `decodeIfPresent`, or after `contains`, is optional. Objects admit no other members. Integers, unsigned ones from 0,
    /// numbers, booleans, strings, optionals, arrays, sets, dictionaries with string or integer keys, nested types and enumerations that
    /// are `CaseIterable` with raw strings or integers are recognised; a ``JSONValue`` may be anything. ``SelfDescribingArguments`` adds
    /// descriptions.
    ///
    /// What a type tries second, after a first attempt that succeeds with a sample, is not seen. Throws a ``JSONSchemaError`` for a type
    /// that contains itself, that refuses the samples, or for an enumeration that does not list its cases; supply those schemas by hand.
    public static func describing<Value: Decodable>(_ type: Value.Type) throws(JSONSchemaError) -> JSONSchema {
        let probe = JSONSchemaProbe()
        do {
            let schema = try probe.explore(type, at: .root).schema
            if let failure = probe.failure { throw failure }
            return JSONSchema(schema)
        } catch let error as JSONSchemaError {
            throw error
        } catch {
            throw JSONSchemaError(code: .underivable, path: JSONSchemaProbe.root, message: "\(error); supply the schema by hand")
        }
    }
}
